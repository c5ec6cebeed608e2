"""Academic years around today, and invented terms and days to avoid that look like London's."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import holidays

SOURCE = "Invented for the demonstration"
# From mid-July on, the demonstration lives in the year that is about to begin.
ROLLS_OVER = (7, 20)  # month, day
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Term:
    """A term, its half-term from Monday to Friday."""

    name: str
    starts_on: date
    ends_on: date
    half_term_starts_on: date

    @property
    def half_term_ends_on(self) -> date:
        return self.half_term_starts_on + timedelta(days=4)

    def has_school_on(self, day: date) -> bool:
        """Whether ``day`` lies in term, outside half-term; bank holidays are not looked at."""
        in_half_term = self.half_term_starts_on <= day <= self.half_term_ends_on
        return self.starts_on <= day <= self.ends_on and not in_half_term


@dataclass(frozen=True)
class Avoided:
    """Days on which the hub plans no session; ``borough`` by its place in the plan, None: in all."""

    name: str
    starts_on: date
    ends_on: date
    is_test_week: bool = True
    borough: int | None = None


def running_year(today: date) -> int:
    """The year in whose September the academic year of ``today`` began, 2026 at the earliest."""
    return max(2026, today.year if (today.month, today.day) >= ROLLS_OVER else today.year - 1)


def shown_years(today: date) -> list[int]:
    """The academic years that the demonstration knows: one back, this one, the next."""
    year = running_year(today)
    return sorted({2025, 2026, 2027, year - 1, year, year + 1})


@cache
def invented_terms(start_year: int, *, half_terms_differ: bool) -> tuple[Term, ...]:
    """The three terms of an academic year.

    Where ``half_terms_differ``, the autumn one is a week earlier and the spring one a week later
    than elsewhere, as happens between neighbouring boroughs.
    """
    shift = WEEK if half_terms_differ else timedelta()
    year = start_year + 1
    spring_ends, summer_starts = _easter_break(year)
    return (
        Term(
            "autumn",
            starts_on=_first_weekday_from(date(start_year, 9, 2)),
            ends_on=_friday_until(date(start_year, 12, 21)),
            half_term_starts_on=_monday_of(date(start_year, 10, 31)) - shift,
        ),
        Term(
            "spring",
            starts_on=_first_weekday_from(date(year, 1, 4)),
            ends_on=spring_ends,
            half_term_starts_on=_monday_of(date(year, 2, 18)) + shift,
        ),
        Term(
            "summer",
            starts_on=summer_starts,
            ends_on=_monday_of(date(year, 7, 23)) + timedelta(days=2),
            half_term_starts_on=_monday_of(date(year, 5, 31)),
        ),
    )


@cache
def invented_days_to_avoid(start_year: int) -> tuple[Avoided, ...]:
    """Test weeks about where they usually lie, and a day of one borough's own."""
    year = start_year + 1
    tests, check = _monday_of(date(year, 5, 12)), _monday_of(date(year, 6, 10))
    festival = _monday_of(date(year, 3, 12)) + timedelta(days=3)
    return (
        Avoided("Key stage 2 tests", tests, tests + timedelta(days=3)),
        Avoided("Phonics screening check", check, check + timedelta(days=4)),
        Avoided("Borough music festival", festival, festival, is_test_week=False, borough=3),
    )


def _easter_break(year: int) -> tuple[date, date]:
    """The last school day before the fortnight at Easter, and the first one after it."""
    days = holidays.country_holidays("GB", subdiv="ENG", years=year)
    good_friday = days.get_named("Good Friday")[0]
    easter_monday = good_friday + timedelta(days=3)
    if good_friday < date(year, 4, 7):
        return good_friday - timedelta(days=1), easter_monday + 2 * WEEK
    return easter_monday - timedelta(days=17), easter_monday + timedelta(days=1)


def _monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _friday_until(day: date) -> date:
    return day - timedelta(days=(day.weekday() - 4) % 7)


def _first_weekday_from(day: date) -> date:
    return day if day.weekday() < 5 else _monday_of(day) + WEEK
