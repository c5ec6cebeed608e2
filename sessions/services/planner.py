"""Where a Work Group's sessions can lie: the rhythm, the boroughs' terms, the days to avoid."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sessions.errors import FirstDateOutsideYear, NoBoroughs, NoRoom, NoTermDates
from sessions.models import Session
from sessions.times import NoSuchTime, at_wall_time, london_day
from sessions.words import day_words, number_words
from workgroups.bank_holidays import bank_holidays
from workgroups.models import DayToAvoid, LocalAuthority, TermDate, WorkGroup
from workgroups.models.years import school_year_of
from workgroups.school_calendar import AvoidedDays, SchoolCalendar, Term, terms_by_borough


@dataclass(frozen=True)
class Slot:
    """How a session is held, and from when to when by the clock on the wall."""

    mode: Session.Mode
    starts: time
    ends: time

    def __post_init__(self) -> None:
        if self.ends <= self.starts:
            raise ValueError("A session must end after it starts.")


USUAL_SLOTS: Mapping[Session.Mode, Slot] = {
    Session.Mode.TWILIGHT: Slot(Session.Mode.TWILIGHT, time(15, 45), time(17, 15)),
    Session.Mode.VIRTUAL: Slot(Session.Mode.VIRTUAL, time(16, 0), time(17, 30)),
    Session.Mode.FACE_TO_FACE: Slot(Session.Mode.FACE_TO_FACE, time(13, 0), time(16, 0)),
}


@dataclass(frozen=True)
class PlannedSession:
    """A session that found its date."""

    mode: Session.Mode
    starts_at: datetime
    ends_at: datetime

    @property
    def day(self) -> date:
        """The day in London."""
        return london_day(self.starts_at)


@dataclass(frozen=True)
class SkippedDate:
    """A day of the rhythm on which no session can lie, and why: “half-term in Hackney”."""

    day: date
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        return f"{day_words(self.day)}: {', '.join(self.reasons)}"


@dataclass(frozen=True)
class Plan:
    """The proposal: the sessions in their order, and the days that were passed over."""

    sessions: tuple[PlannedSession, ...]
    skipped: tuple[SkippedDate, ...]


def plan_sessions(
    work_group: WorkGroup,
    *,
    first_on: date,
    weekday: int,
    every_weeks: int,
    pattern: Sequence[Slot],
    count: int | None = None,
) -> Plan:
    """Propose dates for ``work_group`` around its boroughs' terms and the hub's days to avoid.

    Writes nothing.
    ``weekday`` counts from Monday, 0; ``count`` is the programme's usual number unless given.
    Raises ``NoBoroughs``, ``NoTermDates``, ``FirstDateOutsideYear`` and ``NoRoom``.
    """
    offering = work_group.offering
    year = offering.academic_year
    if not year.starts_on <= first_on <= year.ends_on:
        raise FirstDateOutsideYear(
            f"{day_words(first_on)} {first_on.year} does not lie in {year}. "
            f"Choose a first date from {day_words(year.starts_on)} {year.starts_on.year}."
        )
    boroughs = list(work_group.local_authorities.all())
    return propose_dates(
        first_on=first_on,
        weekday=weekday,
        every_weeks=every_weeks,
        count=offering.programme.usual_sessions if count is None else count,
        pattern=pattern,
        terms=_terms_of(work_group, boroughs),
        bank_holidays=bank_holidays(year.start_year, year.start_year + 1),
        days_to_avoid=_days_to_avoid_in(boroughs, first_on, year.ends_on),
    )


def reasons_against(work_group: WorkGroup, day: date) -> list[str]:
    """Why ``day`` is none for a session of the group: “half-term in Hackney”. Refuses nothing.

    Of a borough whose three terms of that year are not all known, its holidays are not known either.
    """
    boroughs = list(work_group.local_authorities.all())
    year = school_year_of(day)
    # An autumn term may begin in the last days of August, which belong to the year before.
    rows = TermDate.objects.filter(
        academic_year__start_year__in=(year, year + 1), local_authority__in=boroughs
    ).select_related("local_authority", "academic_year")
    known = Counter(row.local_authority_id for row in rows if row.academic_year.start_year == year)
    terms = [_term(row) for row in rows if known[row.local_authority_id] == len(TermDate.Term)]
    calendar = SchoolCalendar(
        terms_by_borough(terms),
        bank_holidays(day.year, day.year),
        _days_to_avoid_in(boroughs, day, day),
    )
    return calendar.reasons_against(day)


def propose_dates(
    *,
    first_on: date,
    weekday: int,
    every_weeks: int,
    count: int,
    pattern: Sequence[Slot],
    terms: Iterable[Term],
    bank_holidays: Mapping[date, str],
    days_to_avoid: Sequence[AvoidedDays] = (),
) -> Plan:
    """The first ``count`` free days of the rhythm, with the modes of ``pattern`` in turn.

    The rhythm is every ``every_weeks`` weeks from the first ``weekday`` on or after ``first_on``;
    a day that is not free passes its turn to the next day of the rhythm, so that groups which
    alternate weeks never collide. A day is free when every borough has school, England has no
    bank holiday and the hub does not avoid it. Pure: reads no row and no clock. Raises
    ``NoTermDates`` and ``NoRoom``.
    """
    if every_weeks < 1 or not pattern:
        raise ValueError("A plan needs an interval of a week or more, and a pattern.")
    by_borough = terms_by_borough(terms)
    if not by_borough:
        raise NoTermDates("There are no term dates for this year. Add them, then plan again.")
    calendar = SchoolCalendar(by_borough, bank_holidays, days_to_avoid)
    last_day = max(term.ends_on for terms in by_borough.values() for term in terms)
    found: list[PlannedSession] = []
    skipped: list[SkippedDate] = []
    day = first_on + timedelta(days=(weekday - first_on.weekday()) % 7)
    while len(found) < count:
        if day > last_day:
            raise NoRoom(_no_room(len(found), count, last_day))
        slot = pattern[len(found) % len(pattern)]
        reasons = _reasons_against(day, slot, calendar)
        if reasons:
            skipped.append(SkippedDate(day, reasons))
        else:
            found.append(_hold(slot, day))
        day += timedelta(weeks=every_weeks)
    return Plan(tuple(found), tuple(skipped))


def _terms_of(work_group: WorkGroup, boroughs: Sequence[LocalAuthority]) -> list[Term]:
    """The terms of each of the group's boroughs; raises ``NoBoroughs`` and ``NoTermDates``."""
    if not boroughs:
        raise NoBoroughs(
            "Choose the Work Group's boroughs first: sessions are planned around their holidays."
        )
    year = work_group.offering.academic_year
    rows = list(
        TermDate.objects.filter(academic_year=year, local_authority__in=boroughs).select_related(
            "local_authority"
        )
    )
    known = {(row.local_authority_id, row.term) for row in rows}
    missing = [
        f"{borough.name} ({', '.join(terms)})"
        for borough in boroughs
        if (terms := [t.label for t in TermDate.Term if (borough.pk, t.value) not in known])
    ]
    if missing:
        raise NoTermDates(
            f"Term dates for {year} are missing: {'; '.join(missing)}. Add them, then plan again."
        )
    return [_term(row) for row in rows]


def _term(row: TermDate) -> Term:
    return Term(
        borough=row.local_authority.name,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        half_term_starts_on=row.half_term_starts_on,
        half_term_ends_on=row.half_term_ends_on,
    )


def _days_to_avoid_in(
    boroughs: Sequence[LocalAuthority], first: date, last: date
) -> list[AvoidedDays]:
    rows = DayToAvoid.objects.in_boroughs(boroughs).between(first, last)
    return [
        AvoidedDays(
            name=row.name,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            borough=row.local_authority.name if row.local_authority else "",
            is_test_week=row.kind == DayToAvoid.Kind.TEST_WEEK,
        )
        for row in rows.select_related("local_authority")
    ]


def _reasons_against(day: date, slot: Slot, calendar: SchoolCalendar) -> tuple[str, ...]:
    reasons = calendar.reasons_against(day)
    try:
        _hold(slot, day)
    except NoSuchTime as error:
        reasons.append(str(error))
    return tuple(reasons)


def _hold(slot: Slot, day: date) -> PlannedSession:
    """``slot`` on ``day``; raises ``NoSuchTime`` where the clocks leave it out."""
    return PlannedSession(
        mode=slot.mode,
        starts_at=at_wall_time(day, slot.starts),
        ends_at=at_wall_time(day, slot.ends),
    )


def _no_room(found: int, count: int, last_day: date) -> str:
    return (
        f"Only {number_words(found)} of {number_words(count)} sessions find a date "
        f"by {day_words(last_day)} {last_day.year}, when the year ends. "
        "Start earlier, or let fewer weeks lie between them."
    )
