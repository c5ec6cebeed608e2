"""A picture of figures: one column for each day or month, stacked by what became of the messages.

Pure arithmetic in the units of the SVG's viewBox; the picture stretches to the width of its page, so
that words and numbers stand beside it, not in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mathshub.outbox.figures import Counts

HEIGHT = 100.0
STEP = 10.0  # from one column to the next
WIDTH = 8.0  # of a column
LOW = 1.0  # what is there at all can be seen


@dataclass(frozen=True)
class Part:
    """A rectangle; ``tone`` is the name of its look: left, back, failed or cancelled."""

    tone: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Picture:
    """All that templates/admin/outbox/_columns.html draws; ``top`` is the number at its upper edge."""

    width: float
    top: int
    parts: list[Part]


def draw_columns(counts: Sequence[Counts]) -> Picture:
    """To one scale from nothing to a round number that the highest column fits under."""
    top = round_up(max((each.total for each in counts), default=0))
    parts: list[Part] = []
    for number, each in enumerate(counts):
        y = HEIGHT
        for tone, share in shares(each):
            height = max(LOW, share / top * HEIGHT)
            y = max(0.0, y - height)
            parts.append(Part(tone, number * STEP + (STEP - WIDTH) / 2, y, WIDTH, height))
    return Picture(len(counts) * STEP, top, parts)


def shares(counts: Counts) -> list[tuple[str, int]]:
    """What a column or a bar is put together from, each message once; nothing where there is none."""
    all_shares = [
        ("left", counts.handed_over - counts.came_back),
        ("back", counts.came_back),
        ("failed", counts.failed),
        ("cancelled", counts.cancelled),
    ]
    return [(tone, number) for tone, number in all_shares if number > 0]


def round_up(number: int) -> int:
    """The least of 1, 2, 5, 10, 20, 50 … that is no less."""
    step = 1
    while True:
        for times in (1, 2, 5):
            if step * times >= number:
                return step * times
        step *= 10
