"""Whether children are at school on a day, as far as the hub knows the terms of its boroughs."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from workgroups.bank_holidays import bank_holidays
from workgroups.models import TermDate
from workgroups.models.years import school_year_of
from workgroups.school_calendar import SchoolCalendar, Term

SATURDAY = 5


@dataclass(frozen=True)
class SchoolDays:
    """The terms of each borough by its id and school year, and England's bank holidays."""

    terms: Mapping[tuple[int, int], Sequence[Term]]
    bank_holidays: Mapping[date, str]

    def is_school_day(self, day: date, boroughs: Collection[int]) -> bool:
        """Whether there is school in all of the boroughs. One whose three terms of that year are
        not known has school on each weekday that is no bank holiday.
        """
        if day.weekday() >= SATURDAY or day in self.bank_holidays:
            return False
        year = school_year_of(day)
        known = {
            # An autumn term may begin in the last days of August, which belong to the year before.
            str(borough): [*terms, *self.terms.get((borough, year + 1), ())]
            for borough in boroughs
            if len(terms := self.terms.get((borough, year), ())) == len(TermDate.Term)
        }
        return not SchoolCalendar(known, {}).reasons_against(day)


def school_days_between(first: date, last: date) -> SchoolDays:
    """What the hub in scope knows of these days, in one query."""
    rows = TermDate.objects.filter(
        academic_year__start_year__range=(school_year_of(first), school_year_of(last) + 1)
    ).select_related("academic_year")
    terms: dict[tuple[int, int], list[Term]] = defaultdict(list)
    for row in rows:
        terms[row.local_authority_id, row.academic_year.start_year].append(
            Term(
                borough=str(row.local_authority_id),
                starts_on=row.starts_on,
                ends_on=row.ends_on,
                half_term_starts_on=row.half_term_starts_on,
                half_term_ends_on=row.half_term_ends_on,
            )
        )
    return SchoolDays(dict(terms), bank_holidays(first.year, (last + timedelta(days=1)).year))
