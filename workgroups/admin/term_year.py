"""The terms of an academic year at a glance: each borough beside each term, and what is missing."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from mathshub.scope import current_hub
from workgroups.admin.years import EARLIER, LATER
from workgroups.bank_holidays import bank_holidays
from workgroups.models import AcademicYear, DayToAvoid, LocalAuthority, TermDate
from workgroups.models.years import school_year_of
from workgroups.term_dates.words import day_words, listed, short_span, span_words

TERMS = list(TermDate.Term)
HalfTerm = tuple[date | None, date | None]


@dataclass(frozen=True)
class YearChip:
    """A year that can be looked at, and how many of its terms are known."""

    start_year: int
    known: int
    is_here: bool

    def __str__(self) -> str:
        return str(AcademicYear(start_year=self.start_year))


@dataclass(frozen=True)
class Cell:
    """One term of one borough; without a row it is missing."""

    term: TermDate.Term
    row: TermDate | None
    differs: bool = False

    @property
    def dates(self) -> str:
        return short_span(self.row.starts_on, self.row.ends_on) if self.row else ""

    @property
    def half_term(self) -> str:
        first, last = _half_term(self.row) if self.row else (None, None)
        return f"half-term {short_span(first, last)}" if first and last else "no half-term"


@dataclass(frozen=True)
class BoroughLine:
    """A borough with its three terms, whichever are known."""

    borough: LocalAuthority
    cells: tuple[Cell, ...]

    @property
    def missing(self) -> list[str]:
        return [cell.term.label for cell in self.cells if cell.row is None]

    @property
    def sources(self) -> list[str]:
        """Each source once, in the order of the terms."""
        return list(
            dict.fromkeys(cell.row.source for cell in self.cells if cell.row and cell.row.source)
        )

    @property
    def known(self) -> list[TermDate]:
        return [cell.row for cell in self.cells if cell.row]

    @property
    def imported(self) -> list[str]:
        return imported_words(self.known)

    @property
    def checked(self) -> str:
        return checked_words(self.known)


def imported_words(terms: Iterable[TermDate]) -> list[str]:
    """From which tables the terms came, and when: each once."""
    return list(
        dict.fromkeys(
            f"imported from {row.imported_from} on {day_words(row.imported_on)}"
            for row in terms
            if row.imported_on
        )
    )


def checked_words(terms: Sequence[TermDate]) -> str:
    """When the oldest of the terms was compared with its source, by whom; empty without terms."""
    checked = [(row.checked_on, row.checked_by) for row in terms if row.checked_on]
    if not terms:
        return ""
    if len(checked) < len(terms):
        return "not all checked yet" if checked else "not checked yet"
    oldest, by = min(checked, key=lambda each: each[0])
    return f"checked {day_words(oldest)}" + (f" by {by}" if by else "")


@dataclass(frozen=True)
class YearAtAGlance:
    """All that the page shows of one year."""

    year: AcademicYear
    lines: tuple[BoroughLine, ...]
    differing: tuple[tuple[str, list[str]], ...]
    """Of each term whose half-term is not the same everywhere: its name, and which is where."""
    bank_holidays: tuple[str, ...]
    avoided: tuple[str, ...]

    @property
    def total(self) -> int:
        return len(self.lines) * len(TERMS)

    @property
    def missing(self) -> int:
        return sum(len(line.missing) for line in self.lines)

    @property
    def incomplete(self) -> list[BoroughLine]:
        return [line for line in self.lines if line.missing]


def year_at_a_glance(start_year: int) -> YearAtAGlance:
    """The terms of the hub in scope; three queries, however many there are."""
    year = AcademicYear(start_year=start_year)
    boroughs = list(boroughs_with_terms(start_year))
    rows = {(row.local_authority_id, row.term): row for row in terms_of_year(start_year)}
    usual = {term: _usual_half_term(rows, term) for term in TERMS}
    lines = tuple(_line(borough, rows, usual) for borough in boroughs)
    return YearAtAGlance(
        year=year,
        lines=lines,
        differing=tuple(_differing(lines)),
        bank_holidays=tuple(_bank_holidays_in_term(year, lines)),
        avoided=tuple(_avoided(year)),
    )


def boroughs_with_terms(start_year: int) -> QuerySet[LocalAuthority]:
    """The hub's area, and any other borough of which it has terms in that year."""
    has_terms = TermDate.objects.filter(academic_year__start_year=start_year)
    return LocalAuthority.objects.filter(
        Q(pk__in=current_hub().local_authorities.values("pk"))
        | Q(pk__in=has_terms.values("local_authority"))
    )


def terms_of_year(start_year: int) -> QuerySet[TermDate]:
    return TermDate.objects.filter(academic_year__start_year=start_year).select_related(
        "local_authority", "academic_year", "checked_by"
    )


def year_chips(here: int) -> list[YearChip]:
    """The years near today, any that has terms, and the one that is looked at."""
    this_year = school_year_of(timezone.localdate())
    counted = TermDate.objects.values_list("academic_year__start_year").annotate(Count("pk"))
    known = dict(counted.order_by())
    years = {*range(this_year - EARLIER + 1, this_year + LATER + 1), *known, here}
    return [YearChip(year, known.get(year, 0), year == here) for year in sorted(years)]


def _line(
    borough: LocalAuthority,
    rows: dict[tuple[int, str], TermDate],
    usual: dict[TermDate.Term, HalfTerm | None],
) -> BoroughLine:
    cells = []
    for term in TERMS:
        row = rows.get((borough.pk, term.value))
        differs = row is not None and usual[term] is not None and _half_term(row) != usual[term]
        cells.append(Cell(term, row, differs))
    return BoroughLine(borough, tuple(cells))


def _half_term(row: TermDate) -> HalfTerm:
    return (row.half_term_starts_on, row.half_term_ends_on)


def _usual_half_term(rows: dict[tuple[int, str], TermDate], term: TermDate.Term) -> HalfTerm | None:
    """The half-term that most boroughs have; None where no term is known."""
    counted = Counter(_half_term(row) for (_, name), row in rows.items() if name == term.value)
    return counted.most_common(1)[0][0] if counted else None


def _differing(lines: Sequence[BoroughLine]) -> Iterable[tuple[str, list[str]]]:
    for place, term in enumerate(TERMS):
        where: dict[HalfTerm, list[str]] = {}
        for line in lines:
            if row := line.cells[place].row:
                where.setdefault(_half_term(row), []).append(line.borough.name)
        if len(where) > 1:
            common_first = sorted(where.items(), key=lambda each: -len(each[1]))
            yield term.label, [_where(half_term, names) for half_term, names in common_first]


def _where(half_term: HalfTerm, names: Sequence[str]) -> str:
    first, last = half_term
    when = span_words(first, last) if first and last else "none"
    return f"{when} in {listed(names)}"


def _bank_holidays_in_term(year: AcademicYear, lines: Sequence[BoroughLine]) -> Iterable[str]:
    """Those on which schools would be open otherwise."""
    known = [line for line in lines if len(line.missing) < len(TERMS)]
    for day, name in bank_holidays(year.start_year, year.start_year + 1).items():
        where = [line.borough.name for line in known if _is_school_day(day, line)]
        if where and year.starts_on <= day <= year.ends_on:
            place = "" if len(where) == len(known) else f", in {listed(where)}"
            yield f"{day:%A} {day_words(day)}: {name}{place}"


def _is_school_day(day: date, line: BoroughLine) -> bool:
    for cell in line.cells:
        if cell.row and cell.row.starts_on <= day <= cell.row.ends_on:
            first, last = _half_term(cell.row)
            return not (first and last and first <= day <= last)
    return False


def _avoided(year: AcademicYear) -> Iterable[str]:
    """A feast of several boroughs, which has a row for each, is told once."""
    rows = DayToAvoid.objects.between(year.starts_on, year.ends_on)
    where: dict[tuple[date, date, str], list[str]] = {}
    for row in rows.select_related("local_authority"):
        boroughs = where.setdefault((row.starts_on, row.ends_on, row.name), [])
        boroughs += [row.local_authority.name] if row.local_authority else []
    for (first, last, name), boroughs in where.items():
        place = f", in {listed(set(boroughs))}" if boroughs else ""
        yield f"{span_words(first, last, with_weekdays=True)}: {name}{place}"
