"""What staff type for pages and e-mails, as blocks: paragraphs, and lists of lines with “- ”.

Nothing else is a rule: HTML and template syntax stay what was typed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

BULLET = "- "


@dataclass(frozen=True)
class Block:
    """Lines that belong together: of one paragraph, or the items of one list."""

    lines: tuple[str, ...]
    is_list: bool = False


def blocks_of(text: str) -> list[Block]:
    """The text in blocks, in order. An empty line, or where a list begins or ends, parts two."""
    blocks = []
    for is_filled, lines in groupby(map(str.strip, text.splitlines()), key=bool):
        if is_filled:
            blocks += _blocks_within(lines)
    return blocks


def _blocks_within(lines: Iterable[str]) -> list[Block]:
    return [
        Block(tuple(line.removeprefix(BULLET).lstrip() for line in run), is_list)
        for is_list, run in groupby(lines, key=_is_item)
    ]


def _is_item(line: str) -> bool:
    return line.startswith(BULLET)
