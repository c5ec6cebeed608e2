"""Reading a table of term dates: its columns under several names, its dates as people write them."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO

from workgroups.models import LocalAuthority, TermDate
from workgroups.register.read import TableRefused, open_register
from workgroups.register.rows import clean
from workgroups.search import fold
from workgroups.term_dates.entries import TermEntry, wrong_with

LARGEST = 300_000  # bytes; the terms of 150 authorities in three years are half of that
LONGEST_SOURCE = 200  # characters, as the row has room for

# By column, the names that tables give it, folded.
COLUMNS: dict[str, tuple[str, ...]] = {
    "borough": ("borough", "authority and school", "local authority", "authority"),
    "year": ("year", "school year", "academic year"),
    "term": ("term",),
    "starts_on": ("starts", "term start", "term starts", "start", "first day"),
    "ends_on": ("ends", "term end", "term ends", "end", "last day"),
    "half_term_starts_on": ("half term starts", "half term start"),
    "half_term_ends_on": ("half term ends", "half term end"),
    "note": ("note", "notes"),
    "source": ("source",),
}
REQUIRED = ("borough", "year", "term", "starts_on", "ends_on")

_NUMBERS = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_IN_WORDS = re.compile(r"(?:[a-z]+,? )?(\d{1,2})(?:st|nd|rd|th)? ([a-z]+),? (\d{4})")
_YEAR = re.compile(r"(20\d\d) ?[-/–] ?(?:20)?(\d\d)")
_BOROUGH = re.compile(r"([^()]*)(?:\((.*)\))?")
# As councils call themselves; tried only where the name itself is none: “City of London” is one.
_ADORNED = re.compile(
    r"^(?:the )?(?:(?:london|royal|metropolitan) borough of|lb|city of) | council$"
)
_MONTHS = {date(2000, month, 1).strftime("%B").casefold(): month for month in range(1, 13)}


class Unreadable(Exception):
    """A cell says nothing that can be taken; the words say why."""


@dataclass(frozen=True)
class Fault:
    """A line that can't be taken, and why."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.reason}."


def by_reason(faults: Iterable[Fault]) -> list[str]:
    """The faults in words, lines of one reason together: “Lines 2 to 4 and 9: …”."""
    lines: dict[str, list[int]] = {}
    for fault in faults:
        lines.setdefault(fault.reason, []).append(fault.line)
    return [f"{_lines(numbers)}: {reason}." for reason, numbers in lines.items()]


def _lines(numbers: list[int]) -> str:
    """“Line 2”, “Lines 2 to 4 and 9”; numbers rise."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    spans: list[str] = []
    for run in runs:
        spans += [f"{run[0]} to {run[-1]}"] if len(run) > 2 else map(str, run)
    *most, last = spans
    words = f"{', '.join(most)} and {last}" if most else last
    return f"{'Line' if len(numbers) == 1 else 'Lines'} {words}"


@dataclass(frozen=True)
class SaidTerm:
    """A term as a line of the table has it, and the school whose word it is, if one is named."""

    line: int
    said_by: str
    entry: TermEntry


@dataclass
class TermTable:
    """What a table says, line by line."""

    said: list[SaidTerm] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def lines(self) -> int:
        return len(self.said) + len(self.faults)


def read_term_dates(raw: BinaryIO, *, name: str, boroughs: Iterable[LocalAuthority]) -> TermTable:
    """The terms of ``boroughs`` that the table in ``raw`` tells of; ``name`` is what messages call it.

    A line that can't be read, or speaks of another authority, becomes a fault. Raises
    ``TableRefused`` for what is no such table at all.
    """
    if raw.seek(0, 2) > LARGEST:
        raise TableRefused(f"{name} is too large for a table of term dates.")
    raw.seek(0)
    opened = open_register(raw, name=name, what="a table of term dates")
    reader = _LineReader(name, opened.columns, boroughs)
    table = TermTable()
    for line in opened.lines():
        try:
            table.said.append(reader.read(line.number, line.cells))
        except Unreadable as error:
            table.faults.append(Fault(line.number, str(error)))
    if not table.lines:
        raise TableRefused(f"{name} has a header and no terms.")
    return table


class _LineReader:
    """Reads lines by the table's header; remembers the last source, which the next may share."""

    def __init__(self, name: str, columns: list[str], boroughs: Iterable[LocalAuthority]) -> None:
        self._places = _places(name, columns)
        self._width = len(columns)
        self._boroughs = _by_name(boroughs)
        self._last_source = ""

    def read(self, line: int, cells: list[str]) -> SaidTerm:
        """Raises ``Unreadable``."""
        if any(cells[self._width :]):
            raise Unreadable(f"it has {len(cells)} cells, the header has {self._width}")
        given = {
            column: clean(cells[place]) if place < len(cells) else ""
            for column, place in self._places.items()
        }
        source = self._source(given.get("source", ""))
        name, said_by = _name_and_school(given["borough"])
        days = {
            column: _day(given.get(column, ""), column)
            for column in ("half_term_starts_on", "half_term_ends_on")
        }
        entry = TermEntry(
            borough=self._borough(name),
            start_year=_start_year(given["year"]),
            term=_term(given["term"]),
            starts_on=_needed_day(given["starts_on"], "starts_on"),
            ends_on=_needed_day(given["ends_on"], "ends_on"),
            source=_whole_source(said_by, source, given.get("note", "")),
            **days,
        )
        for reason in wrong_with(entry).values():
            raise Unreadable(reason)
        return SaidTerm(line, said_by, entry)

    def _source(self, cell: str) -> str:
        """“same” means the line above, also where that could not be taken."""
        if cell.casefold() != "same":
            self._last_source = cell
        return self._last_source

    def _borough(self, name: str) -> LocalAuthority:
        if not name:
            raise Unreadable("it names no borough")
        folded = _folded(name)
        found = self._boroughs.get(folded) or self._boroughs.get(_ADORNED.sub("", folded))
        if found is None:
            raise Unreadable(
                f"“{name}” is none of the hub’s local authorities: check how it is written, or add "
                "it to the hub’s area in its settings"
            )
        return found


def _places(name: str, columns: list[str]) -> dict[str, int]:
    """Where each known column stands. Raises ``TableRefused``."""
    folded = [fold(column) for column in columns]
    places: dict[str, int] = {}
    for column, names in COLUMNS.items():
        found = [place for place, each in enumerate(folded) if each in names]
        if len(found) > 1:
            raise TableRefused(f"{name} has the column “{names[0]}” more than once.")
        if found:
            places[column] = found[0]
    missing = [COLUMNS[column][0] for column in REQUIRED if column not in places]
    if missing:
        raise TableRefused(
            f"{name} lacks {'the column' if len(missing) == 1 else 'these columns'}: "
            f"{', '.join(missing)}. Its first line must name the columns."
        )
    return places


def _by_name(boroughs: Iterable[LocalAuthority]) -> Mapping[str, LocalAuthority]:
    """By name, by the register's code and by that of the statistics, all folded."""
    return {
        _folded(name): borough
        for borough in boroughs
        for name in (borough.name, borough.code, borough.gss_code)
        if name
    }


def _folded(name: str) -> str:
    return fold(name.replace("&", " and "))


def _name_and_school(cell: str) -> tuple[str, str]:
    """“Merton (Bishop Gilpin CofE Primary)”: the authority, and the school whose word it is."""
    parts = _BOROUGH.fullmatch(cell)
    if parts is None:
        return cell, ""
    return parts[1].strip(), (parts[2] or "").strip()


def _start_year(cell: str) -> int:
    parts = _YEAR.fullmatch(cell)
    if parts is None:
        raise Unreadable(f"the year is “{cell}”: write it as 2026/27")
    first, last = int(parts[1]), int(parts[2])
    if (first + 1) % 100 != last:
        raise Unreadable(f"the year is “{cell}”: a school year ends in the year after it began")
    return first


def _term(cell: str) -> TermDate.Term:
    word = cell.casefold().removesuffix("term").strip()
    if word not in TermDate.Term.values:
        raise Unreadable(
            f"the term is “{cell}”: write autumn, spring or summer, with its half-term in between"
        )
    return TermDate.Term(word)


def _needed_day(cell: str, column: str) -> date:
    day = _day(cell, column)
    if day is None:
        raise Unreadable(f"the column “{COLUMNS[column][0]}” is empty")
    return day


def _day(cell: str, column: str) -> date | None:
    """A day as 2026-09-02, 02/09/2026, 2-9-2026 or 2 September 2026."""
    if not cell:
        return None
    text = cell.casefold()
    try:
        for pattern, in_order in _WAYS:
            if (parts := pattern.fullmatch(text)) and (year_month_day := in_order(*parts.groups())):
                return date(*year_month_day)
    except ValueError:
        raise Unreadable(f"“{COLUMNS[column][0]}” is “{cell}”: there is no such day") from None
    raise Unreadable(f"“{COLUMNS[column][0]}” is “{cell}”, not a date like 02/09/2026")


def _in_words(day: str, month: str, year: str) -> tuple[int, int, int] | None:
    """None where the month is none; “Sept” will do."""
    found = [
        number for name, number in _MONTHS.items() if len(month) > 2 and name.startswith(month)
    ]
    return (int(year), found[0], int(day)) if found else None


_WAYS: list[tuple[re.Pattern[str], Callable[..., tuple[int, int, int] | None]]] = [
    (_ISO, lambda year, month, day: (int(year), int(month), int(day))),
    (_NUMBERS, lambda day, month, year: (int(year), int(month), int(day))),
    (_IN_WORDS, _in_words),
]


def _whole_source(school: str, source: str, note: str) -> str:
    """The school whose word it is, its page, and the note where there is room for it."""
    text = ", ".join(filter(None, [school, source]))
    if len(text) > LONGEST_SOURCE:
        raise Unreadable(f"the source has {len(text)} characters, {LONGEST_SOURCE} at most")
    with_note = f"{text} ({note})" if text and note else text or note
    return with_note if len(with_note) <= LONGEST_SOURCE else text
