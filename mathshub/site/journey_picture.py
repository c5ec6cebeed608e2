"""The picture of the mastery journey: frames from left to right, arrows between them.

The numbers are units of the SVG's own viewBox. Phones and paper get the same stages as a list
(templates/_journey.html), so nothing is told by the picture alone.
"""

from dataclasses import dataclass
from textwrap import wrap

from mathshub.site.journey import Journey, Stage

WIDTH = 1040  # of the whole picture, at most
FRAME_WIDTH = 222  # of one frame, at most
GAP = 48  # between columns: room for an arrow
ROW_GAP = 44
EDGE = 4  # so that no line is cut
ENTRY_HEIGHT = 30  # the words above a way in
NAME_SIZE, STRAP_SIZE = 24, 20  # a line of each
NAME_LETTER, STRAP_LETTER = 10.5, 7.4  # how wide a letter is
PADDING = 20
UNDERPASS = 30  # how far below the frames an arrow runs that passes others by


@dataclass(frozen=True)
class Line:
    """A line of text, centred at x."""

    x: float
    y: float
    words: str


@dataclass(frozen=True)
class Frame:
    """One stage: its frame, and the lines of text in and above it."""

    stage: Stage
    x: float
    y: float
    width: float
    height: float
    fill: str
    names: list[Line]
    straps: list[Line]
    entry: Line | None

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


@dataclass(frozen=True)
class Picture:
    """All that templates/site/_journey.html draws; ``arrows`` are SVG paths."""

    width: float
    height: float
    frames: list[Frame]
    arrows: list[str]


def draw(journey: Journey) -> Picture | None:
    """The picture of ``journey``; None where it has less than two stages."""
    if len(journey.stages) < 2:
        return None
    columns = _columns(journey)
    width = min(FRAME_WIDTH, (WIDTH - 2 * EDGE + GAP) / len(columns) - GAP)
    height = max(_height(stage, width) for stage in journey.stages)
    frames = {
        stage.programme.pk: _frame(stage, column, row, width, height, len(columns))
        for column, stages in enumerate(columns)
        for row, stage in enumerate(stages)
    }
    arrows = [
        _arrow(frames[stage.programme.pk], frames[after.programme.pk])
        for stage in journey.stages
        for after in stage.leads_to
    ]
    bottom = max(frame.y + frame.height for frame in frames.values())
    has_underpass = any(path.count("V") for path in arrows)
    return Picture(
        width=2 * EDGE + len(columns) * (width + GAP) - GAP,
        height=bottom + (UNDERPASS if has_underpass else 0) + EDGE,
        frames=[frames[stage.programme.pk] for stage in journey.stages],
        arrows=arrows,
    )


def _columns(journey: Journey) -> list[list[Stage]]:
    """Stages by how many steps lead to them, the longest way counted."""
    depth: dict[int, int] = {}
    columns: list[list[Stage]] = []
    for stage in journey.stages:  # in order: what leads here comes before
        column = max((depth[before.programme.pk] + 1 for before in stage.needs), default=0)
        depth[stage.programme.pk] = column
        while len(columns) <= column:
            columns.append([])
        columns[column].append(stage)
    return columns


def _name_lines(stage: Stage, width: float) -> list[str]:
    return wrap(stage.name, int((width - PADDING) / NAME_LETTER)) or [""]


def _strap_lines(stage: Stage, width: float) -> list[str]:
    letters = int((width - PADDING) / STRAP_LETTER)
    return [line for words in stage.straps for line in wrap(words, letters)]


def _text_height(stage: Stage, width: float) -> float:
    return len(_name_lines(stage, width)) * NAME_SIZE + len(_strap_lines(stage, width)) * STRAP_SIZE


def _height(stage: Stage, width: float) -> float:
    return max(84, _text_height(stage, width) + 2 * PADDING)


def _frame(stage: Stage, column: int, row: int, width: float, height: float, columns: int) -> Frame:
    x = EDGE + column * (width + GAP)
    y = ENTRY_HEIGHT + row * (height + ROW_GAP)
    middle = x + width / 2
    line_y = y + (height - _text_height(stage, width)) / 2
    names = []
    for words in _name_lines(stage, width):
        names.append(Line(middle, line_y + NAME_SIZE * 0.75, words))
        line_y += NAME_SIZE
    straps = []
    for words in _strap_lines(stage, width):
        straps.append(Line(middle, line_y + STRAP_SIZE * 0.75, words))
        line_y += STRAP_SIZE
    return Frame(
        stage=stage,
        x=x,
        y=y,
        width=width,
        height=height,
        fill=_fill(stage, column, columns),
        names=names,
        straps=straps,
        entry=Line(middle, y - 12, stage.entry) if stage.entry else None,
    )


def _fill(stage: Stage, column: int, columns: int) -> str:
    """The frames fill from left to right; a stepping stone is only outlined."""
    if stage.stepping:
        return "stepping"
    return {columns - 1: "full", columns - 2: "half"}.get(column, "begun")


def _arrow(start: Frame, end: Frame) -> str:
    """Straight to the next frame; below the frames to one farther on; bent to another row."""
    gap = end.x - (start.x + start.width)
    start_y, end_y = start.y + start.height / 2, end.y + end.height / 2
    if gap > GAP + 1:
        return _underpass(start, end)
    x1, x2 = start.x + start.width, end.x - 3
    if start_y == end_y:
        return f"M{x1:g} {start_y:g}H{x2:g}"
    bend = x1 + gap / 2
    return f"M{x1:g} {start_y:g}C{bend:g} {start_y:g} {bend:g} {end_y:g} {x2:g} {end_y:g}"


def _underpass(start: Frame, end: Frame) -> str:
    bottom = max(start.y + start.height, end.y + end.height) + UNDERPASS - EDGE
    return (
        f"M{start.middle:g} {start.y + start.height:g}V{bottom - 8:g}"
        f"q0 8 8 8H{end.middle - 8:g}q8 0 8 -8V{end.y + end.height + 3:g}"
    )
