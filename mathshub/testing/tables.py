"""Tables of what was measured: in columns on a terminal, and in Markdown."""

from collections.abc import Iterable, Iterator, Sequence


def in_columns(lines: Sequence[Sequence[str]], *, between: str = "  ") -> list[str]:
    """Each cell as wide as the widest of its column; nothing follows the last one's words."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [between.join(map(str.ljust, line, widths)).rstrip() for line in lines]


def in_markdown(headings: Sequence[str], lines: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(headings)} |"
    yield f"|{'---|' * len(headings)}"
    for line in lines:
        cells = (cell.replace("|", "\\|") for cell in line)
        yield f"| {' | '.join(cells)} |"
