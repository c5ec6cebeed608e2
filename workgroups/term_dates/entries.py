"""What somebody says of a term of a borough, and whether that can be."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from workgroups.models import AcademicYear, LocalAuthority, TermDate
from workgroups.term_dates.words import day_words, span_words

ORDER = {term: place for place, term in enumerate(TermDate.Term)}
# Some counties begin the autumn term in the last week of August.
EARLIEST_AUTUMN = (8, 15)  # month, day


@dataclass(frozen=True)
class TermEntry:
    """One term of one borough, by whoever says so: a form, a line of a table, a stored row."""

    borough: LocalAuthority
    start_year: int
    term: TermDate.Term
    starts_on: date
    ends_on: date
    half_term_starts_on: date | None = None
    half_term_ends_on: date | None = None
    source: str = ""

    def __str__(self) -> str:
        return f"{self.borough}, {self.term.label} {self.year}"

    @property
    def year(self) -> AcademicYear:
        return AcademicYear(start_year=self.start_year)

    @property
    def key(self) -> tuple[int, int, str]:
        """By which a term is told from others: the hub has each once."""
        return (self.borough.pk, self.start_year, self.term.value)

    @property
    def dates(self) -> tuple[date | None, ...]:
        return (self.starts_on, self.ends_on, self.half_term_starts_on, self.half_term_ends_on)


def entry_of(row: TermDate) -> TermEntry:
    """What a stored row says; it must be read with its borough and year."""
    return TermEntry(
        borough=row.local_authority,
        start_year=row.academic_year.start_year,
        term=TermDate.Term(row.term),
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        half_term_starts_on=row.half_term_starts_on,
        half_term_ends_on=row.half_term_ends_on,
        source=row.source,
    )


def wrong_with(entry: TermEntry) -> dict[str, str]:
    """Why the term can't be so, by the field to put right; empty where nothing is wrong."""
    wrong = _outside_the_year(entry)
    if not wrong and entry.ends_on <= entry.starts_on:
        wrong["ends_on"] = "a term must end after it starts"
    return wrong or _wrong_with_half_term(entry)


def _outside_the_year(entry: TermEntry) -> dict[str, str]:
    first = entry.year.starts_on
    if entry.term == TermDate.Term.AUTUMN:
        first = date(entry.start_year, *EARLIEST_AUTUMN)
    return {
        field: f"{day_words(day)} does not lie in the academic year {entry.year}"
        for field, day in (("starts_on", entry.starts_on), ("ends_on", entry.ends_on))
        if not first <= day <= entry.year.ends_on
    }


def _wrong_with_half_term(entry: TermEntry) -> dict[str, str]:
    first, last = entry.half_term_starts_on, entry.half_term_ends_on
    if first is None and last is None:
        return {}
    if first is None or last is None:
        missing = "half_term_starts_on" if first is None else "half_term_ends_on"
        return {missing: "the half-term needs its first and its last day, or neither"}
    if last < first:
        return {
            "half_term_ends_on": f"the half-term ends on {day_words(last)}, before its first day"
        }
    if not entry.starts_on < first <= last < entry.ends_on:
        return {
            "half_term_starts_on": f"the half-term, {span_words(first, last)}, does not lie within "
            f"the {entry.term.label} term"
        }
    return {}


def out_of_order(entries: Iterable[TermEntry]) -> Iterator[tuple[TermEntry, TermEntry, str]]:
    """Terms of one borough and year that overlap or stand in the wrong order, by pairs."""
    for earlier, later in pairwise(sorted(entries, key=lambda entry: ORDER[entry.term])):
        if later.starts_on > earlier.ends_on:
            continue
        if later.ends_on < earlier.starts_on:
            why = f"the {later.term.label} term lies before the {earlier.term.label} term"
        else:
            why = (
                f"the {later.term.label} term starts on {day_words(later.starts_on)}, before the "
                f"{earlier.term.label} term has ended on {day_words(earlier.ends_on)}"
            )
        yield earlier, later, why
