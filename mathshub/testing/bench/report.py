"""The bench's table on the terminal, and as docs/performance.md with its picture."""

from collections.abc import Iterator, Sequence
from datetime import date
from html import escape
from pathlib import Path

from mathshub.testing.bench.figures import Row
from mathshub.testing.machine import Machine
from mathshub.testing.tables import in_columns, in_markdown

DOCS = Path(__file__).resolve().parents[3] / "docs"
HEADINGS = ("operation", "floor", "ours", "ratio", "target", "met", "queries")
INTRODUCTION = """# Speed

Made by `make bench`, which measures everything in one run, each operation in turns with its floor.
A floor is the nearest thing to a physical limit of the stack: a Django project of one file, without
middleware, under the same gunicorn, on the same PostgreSQL, that does nothing but the same query
and the same number of rows (`mathshub/testing/bench/floors.py`). “ms CPU” is user and system time of
the web server's processes for one request, the median of the rounds; the wall clock stands below.
A figure that keeps to its target is “yes”, whatever the machine did meanwhile: both columns were
measured on it at the same time.
"""


def table(rows: Sequence[Row]) -> str:
    """The table in columns, for a terminal."""
    return "\n".join(in_columns([HEADINGS, *map(_cells, rows)]))


def write(rows: Sequence[Row], *, machine: Machine, seconds: float, on: date) -> Path:
    """Write docs/performance.md and docs/performance.svg; returns the first."""
    (DOCS / "performance.svg").write_text(picture(rows))
    path = DOCS / "performance.md"
    path.write_text("\n".join(_page(rows, machine, seconds, on)) + "\n")
    return path


def _page(rows: Sequence[Row], machine: Machine, seconds: float, on: date) -> Iterator[str]:
    yield INTRODUCTION
    yield f"Measured on {on.day} {on:%B %Y} in {seconds / 60:.0f} minutes: {machine.words}.\n"
    yield "![How much of what its target allows each operation takes](performance.svg)\n"
    yield from in_markdown(HEADINGS, map(_cells, rows))
    yield "\n## Wall clock, sizes and what else was counted\n"
    yield from in_markdown(("operation", "figures"), map(_detail_cells, rows))
    yield "\n## Floors\n"
    floors = dict.fromkeys((row.operation, row.floor_is) for row in rows if row.floor_is)
    yield from in_markdown(("operation", "is held against"), floors)
    yield "\n## Targets that are not met\n"
    missed = [row for row in rows if not row.is_met]
    yield from (f"- **{row.operation}**: {row.note or 'not explained yet.'}" for row in missed)
    if not missed:
        yield "None."


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.operation,
        _figure(row.floor, row.unit) if row.floor else "–",
        _figure(row.ours, row.unit),
        f"{row.ratio:.2f}" if row.ratio else "–",
        row.target_words,
        ("yes" if row.is_met else "NO") if row.has_target else "–",
        str(row.queries) if row.queries is not None else "–",
    )


def _figure(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"


def _detail_cells(row: Row) -> tuple[str, str]:
    return row.operation, ", ".join(f"{name} {value}" for name, value in row.details.items()) or "–"


# --- the picture ------------------------------------------------------------------------

_LINE = 30  # pixels between two bars
_LEFT, _FULL, _TOP = 330, 360, 56  # where bars begin, how long 100 % is, where the first one stands
_LONGEST = 1.5  # of what is allowed; longer bars are cut


def picture(rows: Sequence[Row]) -> str:
    """Bars: how much of what its target allows each operation takes. Less is better."""
    shown = [(row, share) for row in rows if (share := _share(row)) is not None]
    height = _TOP + _LINE * len(shown) + 20
    limit = _LEFT + _FULL
    bars = "".join(_bar(number, row, share) for number, (row, share) in enumerate(shown))
    said = "; ".join(f"{row.operation}: {share:.0%}" for row, share in shown)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 {height}" role="img" '
        'aria-labelledby="t d" font-family="Atkinson Hyperlegible Next, Arial, sans-serif" '
        'font-size="15">\n'
        '<title id="t">How much of what its target allows each operation takes</title>\n'
        f'<desc id="d">{escape(said)}. The table beside this picture has the figures.</desc>\n'
        '<rect width="100%" height="100%" fill="#ffffff"/>\n'
        f'<text x="{_LEFT}" y="24" fill="#3c4a52">0 %</text>'
        f'<text x="{limit}" y="24" text-anchor="middle" fill="#3c4a52">target: 100 %</text>\n'
        f"{bars}"
        f'<path d="M{limit} 34V{height - 12}" stroke="#17242c" stroke-width="2" '
        'stroke-dasharray="5 4"/>\n</svg>\n'
    )


def _share(row: Row) -> float | None:
    """Of what is allowed, how much is taken; for a minimum the other way round."""
    if row.target is None:
        return None
    value = (row.ratio or 0) if row.target.times_floor else row.ours
    return row.target.limit / value if row.target.is_minimum else value / row.target.limit


def _bar(number: int, row: Row, share: float) -> str:
    y = _TOP + number * _LINE
    width = max(2.0, min(share, _LONGEST) * _FULL)
    colour = "#1f6f54" if share <= 1 else "#b3402b"
    return (
        f'<text x="{_LEFT - 12}" y="{y + 5}" text-anchor="end" fill="#17242c">'
        f"{escape(row.operation)}</text>"
        f'<rect x="{_LEFT}" y="{y - 10}" width="{width:.0f}" height="20" rx="3" fill="{colour}"/>'
        f'<text x="{_LEFT + width + 10:.0f}" y="{y + 5}" fill="#17242c">{share:.0%}'
        f"{'' if share <= 1 else ' – not met'}</text>\n"
    )
