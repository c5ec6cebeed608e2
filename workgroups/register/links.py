"""Reading the register's file of links: which school followed which, line by line."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from workgroups.register.read import Progress, RegisterFile, TableRefused
from workgroups.register.rows import BadRow, Complaint, clean, complain, read_date, read_urn
from workgroups.succession import Kind, Link, Pair

REQUIRED = ("URN", "LinkURN", "LinkType")
ESTABLISHED = "LinkEstablishedDate"
_TYPE = re.compile(r"(predecessor|successor)\W*(.*)")
# Links that do not say which of the two came first: the register's closing dates do.
UNDIRECTED = {"result of amalgamation": Kind.AMALGAMATION, "merged": Kind.MERGER}
KINDS = {"merge": Kind.MERGER, "amalgam": Kind.AMALGAMATION, "split": Kind.SPLIT}

Closings = Mapping[str, date]
"""By URN of each closed school the day on which it closed, as far as the register says."""


@dataclass
class LinksRead:
    """What a file of links says: the links, and what became of its other lines."""

    links: list[Link] = field(default_factory=list)
    rows: int = 0
    skipped: int = 0
    complaints: list[Complaint] = field(default_factory=list)
    passed_over: Counter[str] = field(default_factory=Counter)
    """By link type: lines that say nothing of who followed whom, such as shared sixth forms."""


def read_links(
    file: RegisterFile, *, closed_on: Closings, progress: Progress | None = None
) -> LinksRead:
    """All that the file says. Raises ``TableRefused`` when its header lacks a column."""
    found = LinksRead()
    for number, urn, other, link_type, on in _cells(file, found, progress):
        try:
            pair = _pair(urn, other)
        except BadRow as error:
            found.skipped += 1
            complain(found.complaints, Complaint(number, str(error)))
            continue
        link = _link(pair, clean(link_type), _day(on), closed_on)
        if link:
            found.links.append(link)
        else:
            found.passed_over[clean(link_type) or "no type"] += 1
    return found


def _cells(
    file: RegisterFile, found: LinksRead, progress: Progress | None
) -> Iterator[tuple[int, str, str, str, str]]:
    """Line number, URN, other URN, type and date of each line of the header's width."""
    columns = [column.casefold() for column in file.columns]
    missing = [column for column in REQUIRED if column.casefold() not in columns]
    if missing:
        raise TableRefused(
            f"{file.name} lacks {', '.join(missing)}. Is it the register's file of links?"
        )
    twice = [name for name in REQUIRED if columns.count(name.casefold()) > 1]
    if twice:
        raise TableRefused(f"{file.name} has this column more than once: {', '.join(twice)}.")
    urn, other, link_type = (columns.index(column.casefold()) for column in REQUIRED)
    on = columns.index(ESTABLISHED.casefold()) if ESTABLISHED.casefold() in columns else None
    for number, cells in file.lines(progress):
        found.rows += 1
        if len(cells) != len(columns):
            found.skipped += 1
            reason = f"it has {len(cells)} cells, the header has {len(columns)}"
            complain(found.complaints, Complaint(number, reason))
            continue
        yield number, cells[urn], cells[other], cells[link_type], "" if on is None else cells[on]


def _pair(urn: str, other: str) -> Pair:
    pair = read_urn(clean(urn), "URN"), read_urn(clean(other), "LinkURN")
    if pair[0] == pair[1]:
        raise BadRow(f"the school {pair[0]} is linked with itself")
    return pair


def _day(cell: str) -> date | None:
    """A link whose date is mistyped is a link still, of an unknown day."""
    try:
        return read_date(clean(cell), ESTABLISHED)
    except BadRow:
        return None


def _link(pair: Pair, link_type: str, on: date | None, closed_on: Closings) -> Link | None:
    """What the line says of the two; None where it is not that one followed the other."""
    one, other = pair
    words = link_type.casefold()
    if directed := _TYPE.fullmatch(words):
        first, second = pair if directed[1] == "successor" else (other, one)
        return Link(first, second, _kind(directed[2]), on)
    kind = next((kind for begins, kind in UNDIRECTED.items() if words.startswith(begins)), None)
    first, second = sorted(pair, key=lambda urn: (closed_on.get(urn, date.max), urn))
    return Link(first, second, kind, on) if kind and first in closed_on else None


def _kind(words: str) -> Kind:
    """One that we have not met is taken for no simple succession: a person is asked."""
    if not words:
        return Kind.SUCCESSION
    return next((kind for begins, kind in KINDS.items() if words.startswith(begins)), Kind.MERGER)
