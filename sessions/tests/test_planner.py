"""Where sessions can lie."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import assume, given
from hypothesis import strategies as st

from mathshub.scope import hub_scope
from sessions.errors import FirstDateOutsideYear, NoBoroughs, NoRoom, NoTermDates
from sessions.models import Session
from sessions.services.planner import (
    USUAL_SLOTS,
    Plan,
    Slot,
    plan_sessions,
    propose_dates,
    reasons_against,
)
from workgroups.bank_holidays import bank_holidays
from workgroups.models import DayToAvoid, TermDate
from workgroups.school_calendar import AvoidedDays, Term
from workgroups.tests.factories import (
    make_days_to_avoid,
    make_hub,
    make_local_authority,
    make_offering,
    make_programme,
    make_term_dates,
    make_work_group,
    make_year,
)

Mode = Session.Mode
LONDON = ZoneInfo("Europe/London")
THURSDAY = 3
TWILIGHT, VIRTUAL, FACE_TO_FACE = (
    USUAL_SLOTS[mode] for mode in (Mode.TWILIGHT, Mode.VIRTUAL, Mode.FACE_TO_FACE)
)
HOLIDAYS = bank_holidays(2026, 2027)


def terms(borough: str = "Hackney", *, half_term_shift: int = 0) -> list[Term]:
    """A borough's invented terms of 2026/27; its half-terms lie ``half_term_shift`` weeks later."""
    weeks = timedelta(weeks=half_term_shift)
    return [
        Term(borough, first, last, half_first + weeks, half_last + weeks)
        for first, last, half_first, half_last in [
            (date(2026, 9, 2), date(2026, 12, 18), date(2026, 10, 26), date(2026, 10, 30)),
            (date(2027, 1, 4), date(2027, 3, 25), date(2027, 2, 15), date(2027, 2, 19)),
            (date(2027, 4, 12), date(2027, 7, 21), date(2027, 5, 31), date(2027, 6, 4)),
        ]
    ]


def propose(**changes) -> Plan:
    arguments = {
        "first_on": date(2026, 10, 8),
        "weekday": THURSDAY,
        "every_weeks": 6,
        "count": 6,
        "pattern": [TWILIGHT],
        "terms": terms(),
        "bank_holidays": HOLIDAYS,
    } | changes
    return propose_dates(**arguments)


def days(plan: Plan) -> list[date]:
    return [session.day for session in plan.sessions]


def reasons(plan: Plan) -> list[str]:
    return [str(skipped) for skipped in plan.skipped]


def test_six_sessions_keep_their_rhythm_and_pass_over_the_holidays():
    plan = propose()
    assert days(plan) == [
        date(2026, 10, 8),
        date(2026, 11, 19),
        date(2027, 2, 11),
        date(2027, 3, 25),
        date(2027, 5, 6),
        date(2027, 6, 17),
    ]
    assert reasons(plan) == ["Thursday 31 December: school holidays in Hackney"]


def test_the_first_session_is_on_the_weekday_at_or_after_the_first_date():
    assert days(propose(first_on=date(2026, 10, 2), count=1)) == [date(2026, 10, 8)]


def test_half_terms_of_every_borough_are_passed_over():
    plan = propose(
        first_on=date(2026, 10, 22),
        every_weeks=1,
        count=2,
        terms=terms("Hackney") + terms("Newham", half_term_shift=1),
    )
    assert days(plan) == [date(2026, 10, 22), date(2026, 11, 12)]
    assert reasons(plan) == [
        "Thursday 29 October: half-term in Hackney",
        "Thursday 5 November: half-term in Newham",
    ]


def test_boroughs_with_the_same_holiday_are_named_together():
    plan = propose(first_on=date(2026, 10, 29), count=1, terms=terms("Newham") + terms("Hackney"))
    assert reasons(plan) == ["Thursday 29 October: half-term in Hackney and Newham"]


def test_a_bank_holiday_within_a_term_is_passed_over():
    plan = propose(first_on=date(2027, 5, 3), weekday=0, every_weeks=1, count=1)
    assert days(plan) == [date(2027, 5, 10)]
    assert reasons(plan) == ["Monday 3 May: bank holiday (May Day)"]


TESTS = AvoidedDays("Key stage 2 tests", date(2027, 5, 10), date(2027, 5, 13), is_test_week=True)
EID = AvoidedDays("Eid al-Fitr", date(2027, 3, 10), date(2027, 3, 10), borough="Newham")


def test_days_to_avoid_are_passed_over_and_named():
    plan = propose(first_on=date(2027, 5, 13), count=1, days_to_avoid=[TESTS])
    assert days(plan) == [date(2027, 6, 24)]
    assert reasons(plan) == ["Thursday 13 May: test week: Key stage 2 tests"]


@pytest.mark.parametrize(
    ("avoided", "words"),
    [
        ([EID], "Eid al-Fitr in Newham"),
        ([EID, replace(EID, borough="Hackney")], "Eid al-Fitr in Hackney and Newham"),
        ([EID, replace(EID, borough="")], "Eid al-Fitr"),
        (
            [replace(EID, name="Phonics check", is_test_week=True)],
            "test week in Newham: Phonics check",
        ),
    ],
)
def test_days_to_avoid_say_where(avoided: list[AvoidedDays], words: str):
    plan = propose(first_on=EID.starts_on, weekday=2, every_weeks=1, count=1, days_to_avoid=avoided)
    assert reasons(plan) == [f"Wednesday 10 March: {words}"]


def test_all_reasons_of_a_day_are_named():
    whit_monday = replace(TESTS, starts_on=date(2027, 5, 31), ends_on=date(2027, 5, 31))
    plan = propose(
        first_on=date(2027, 5, 31), weekday=0, every_weeks=1, count=1, days_to_avoid=[whit_monday]
    )
    assert reasons(plan) == [
        "Monday 31 May: bank holiday (Spring Bank Holiday), half-term in Hackney, "
        "test week: Key stage 2 tests"
    ]


def test_modes_follow_the_pattern_even_past_days_that_were_skipped():
    plan = propose(pattern=[TWILIGHT, VIRTUAL, FACE_TO_FACE])
    assert [session.mode for session in plan.sessions] == [
        Mode.TWILIGHT,
        Mode.VIRTUAL,
        Mode.FACE_TO_FACE,
    ] * 2


def test_the_wall_time_stays_when_the_clocks_change():
    plan = propose(first_on=date(2026, 10, 22), every_weeks=2, count=2)
    starts = [session.starts_at for session in plan.sessions]
    assert [start.astimezone(LONDON).time() for start in starts] == [time(15, 45)] * 2
    assert [start.utcoffset() for start in starts] == [timedelta(hours=1), timedelta(0)]


def test_a_time_that_the_clocks_leave_out_is_passed_over():
    night = Slot(Mode.VIRTUAL, time(1, 30), time(3, 0))
    plan = propose(
        first_on=date(2027, 3, 21),
        weekday=6,
        every_weeks=1,
        count=2,
        pattern=[night],
        terms=[Term("Hackney", date(2027, 1, 4), date(2027, 7, 21))],
        bank_holidays={},
    )
    assert days(plan) == [date(2027, 3, 21), date(2027, 4, 4)]
    assert reasons(plan) == ["Sunday 28 March: no 01:30, because the clocks go forward"]


def test_no_room_says_how_many_fit_and_what_to_do():
    with pytest.raises(NoRoom) as refusal:
        propose(first_on=date(2027, 4, 15))
    assert str(refusal.value) == (
        "Only three of six sessions find a date by Wednesday 21 July 2027, when the year ends. "
        "Start earlier, or let fewer weeks lie between them."
    )


def test_without_any_term_nothing_is_proposed():
    with pytest.raises(NoTermDates):
        propose(terms=[])


MORNINGS = st.times(min_value=time(0, 0), max_value=time(11, 59))
AFTERNOONS = st.times(min_value=time(12, 0), max_value=time(23, 59))
SLOTS = st.builds(Slot, st.sampled_from(Mode), MORNINGS, AFTERNOONS)
TERMS = st.lists(st.integers(min_value=-1, max_value=2), min_size=1, max_size=4).map(
    lambda shifts: [
        term
        for number, shift in enumerate(shifts)
        for term in terms(f"Borough {number}", half_term_shift=shift)
    ]
)
AVOIDED = st.lists(
    st.builds(
        lambda first, days, borough: AvoidedDays("Tests", first, first + days, borough),
        st.dates(min_value=date(2026, 9, 1), max_value=date(2027, 7, 21)),
        st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=20)),
        st.sampled_from(["", "Borough 0", "Borough 1"]),
    ),
    max_size=4,
)


@given(
    first_on=st.dates(min_value=date(2026, 9, 1), max_value=date(2027, 5, 1)),
    weekday=st.integers(min_value=0, max_value=6),
    every_weeks=st.integers(min_value=1, max_value=8),
    count=st.integers(min_value=1, max_value=8),
    pattern=st.lists(SLOTS, min_size=1, max_size=4),
    all_terms=TERMS,
    avoided=AVOIDED,
)
def test_every_plan_keeps_its_promises(
    first_on, weekday, every_weeks, count, pattern, all_terms, avoided
):
    try:
        plan = propose(
            first_on=first_on,
            weekday=weekday,
            every_weeks=every_weeks,
            count=count,
            pattern=pattern,
            terms=all_terms,
            days_to_avoid=avoided,
        )
    except NoRoom:
        assume(False)
    found = days(plan)
    boroughs = {term.borough for term in all_terms}
    assert len(found) == count
    assert all(earlier < later for earlier, later in pairwise(found))
    assert found[0] >= first_on
    for position, session in enumerate(plan.sessions):
        slot = pattern[position % len(pattern)]
        assert session.day.weekday() == weekday
        assert session.day not in HOLIDAYS
        assert not any(each.starts_on <= session.day <= each.ends_on for each in avoided)
        assert (session.day - found[0]).days % (7 * every_weeks) == 0
        assert session.mode == slot.mode
        assert session.starts_at.astimezone(LONDON).time() == slot.starts
        assert session.ends_at.astimezone(LONDON).time() == slot.ends
        in_term = {
            term.borough
            for term in all_terms
            if term.starts_on <= session.day <= term.ends_on and not term.is_half_term(session.day)
        }
        assert in_term == boroughs
    assert all(skipped.reasons for skipped in plan.skipped)


@pytest.fixture
def hackney_group(db):
    with hub_scope(make_hub()):
        hackney = make_local_authority(name="Hackney")
        make_term_dates(local_authority=hackney)
        yield make_work_group(local_authorities=[hackney])


def plan_for(work_group, **changes) -> Plan:
    arguments = {
        "first_on": date(2026, 10, 8),
        "weekday": THURSDAY,
        "every_weeks": 6,
        "pattern": [TWILIGHT],
    } | changes
    return plan_sessions(work_group, **arguments)


def test_a_group_is_planned_around_its_own_boroughs_terms(hackney_group):
    assert days(plan_for(hackney_group)) == days(propose())
    assert Session.objects.count() == 0


def test_the_number_is_the_programmes_usual_one_unless_given(hackney_group):
    assert len(plan_for(hackney_group, count=3).sessions) == 3
    programme = hackney_group.offering.programme
    programme.usual_sessions = 4
    assert len(plan_for(hackney_group).sessions) == 4


def test_a_group_without_boroughs_is_refused_in_words(hackney_group):
    hackney_group.local_authorities.clear()
    with pytest.raises(NoBoroughs, match="Choose the Work Group's boroughs first"):
        plan_for(hackney_group)


def test_boroughs_without_term_dates_are_named(hackney_group):
    hackney_group.local_authorities.add(make_local_authority(name="Newham"))
    with pytest.raises(NoTermDates) as refusal:
        plan_for(hackney_group)
    assert str(refusal.value) == (
        "Term dates for 2026/27 are missing: Newham (autumn, spring, summer). "
        "Add them, then plan again."
    )


def test_another_hubs_term_dates_do_not_count(hackney_group):
    authority = make_local_authority(name="Hackney")
    with hub_scope(make_hub()):
        group = make_work_group(
            offering=make_offering(programme=make_programme()), local_authorities=[authority]
        )
        with pytest.raises(NoTermDates):
            plan_for(group)


def test_the_hubs_days_to_avoid_are_those_of_the_groups_boroughs_and_those_of_all(hackney_group):
    newham = make_local_authority(name="Newham")
    thursday = date(2026, 10, 8)
    make_days_to_avoid(name="Census", starts_on=thursday, ends_on=thursday)
    make_days_to_avoid(
        name="Diwali",
        kind=DayToAvoid.Kind.OTHER,
        local_authority=make_local_authority(name="Hackney"),
        starts_on=thursday,
        ends_on=thursday,
    )
    make_days_to_avoid(name="Theirs", local_authority=newham, starts_on=thursday, ends_on=thursday)
    with hub_scope(make_hub()):
        make_days_to_avoid(name="Another hub's", starts_on=thursday, ends_on=thursday)
    assert reasons(plan_for(hackney_group, count=1))[0] == (
        "Thursday 8 October: test week: Census, Diwali in Hackney"
    )


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 10, 8), []),
        (date(2026, 10, 29), ["half-term in Hackney"]),
        (date(2026, 12, 25), ["bank holiday (Christmas Day)", "school holidays in Hackney"]),
        (date(2027, 5, 12), ["test week: Key stage 2 tests"]),
        (date(2027, 8, 31), ["school holidays in Hackney"]),
        (date(2028, 1, 13), []),  # whose terms nobody knows yet
    ],
)
def test_a_day_that_somebody_chooses_is_looked_at_in_the_same_way(hackney_group, day, expected):
    make_days_to_avoid()
    assert reasons_against(hackney_group, day) == expected


def test_of_a_borough_with_a_term_missing_no_holidays_are_claimed(hackney_group):
    TermDate.objects.filter(term="spring").delete()
    assert reasons_against(hackney_group, date(2026, 10, 29)) == []


def test_an_autumn_that_begins_in_august_is_term_time(hackney_group):
    TermDate.objects.filter(term="autumn").update(starts_on=date(2026, 8, 27))
    make_term_dates(
        local_authority=make_local_authority(name="Hackney"),
        academic_year=make_year(start_year=2025),
    )
    assert reasons_against(hackney_group, date(2026, 8, 27)) == []
    assert reasons_against(hackney_group, date(2026, 8, 26)) == ["school holidays in Hackney"]


def test_a_first_date_outside_the_academic_year_is_refused(hackney_group):
    with pytest.raises(FirstDateOutsideYear, match="does not lie in 2026/27"):
        plan_for(hackney_group, first_on=date(2025, 10, 8))


def test_planning_costs_the_same_for_one_borough_and_for_three(hackney_group):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            plan_for(hackney_group)
        return len(captured)

    one = queries()
    for name in ("Newham", "Redbridge"):
        borough = make_local_authority(name=name)
        make_term_dates(local_authority=borough)
        hackney_group.local_authorities.add(borough)
    assert queries() == one


def test_times_stand_in_london_even_where_the_server_is_elsewhere():
    start = propose(count=1).sessions[0].starts_at
    assert start == datetime(2026, 10, 8, 15, 45, tzinfo=LONDON)
