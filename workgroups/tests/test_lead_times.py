"""When reminders go: by day, on a school day where there is one, over clock changes too."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from mathshub.daytime import LONDON, at_daytime, is_daytime, next_daytime
from mathshub.outbox.nights import night_around
from workgroups.lead_times import MORNING, reminder_at, school_day_before

SPRING, AUTUMN = date(2027, 3, 28), date(2026, 10, 25)  # the clocks change on these Sundays
around_a_clock_change = st.builds(
    lambda day, days, minutes: datetime.combine(
        day + timedelta(days=days), time(minutes // 60, minutes % 60), tzinfo=LONDON
    ).astimezone(UTC),
    st.sampled_from([SPRING, AUTUMN]),
    st.integers(-20, 20),
    st.integers(0, 24 * 60 - 1),
)
leads = st.integers(1, 60)


def weekday(day: date) -> bool:
    return day.weekday() < 5


def never(day: date) -> bool:
    return False


def local(moment: datetime) -> datetime:
    return moment.astimezone(LONDON)


@given(around_a_clock_change, leads | st.just(MORNING))
def test_every_reminder_leaves_by_day(starts_at: datetime, days: int) -> None:
    at = local(reminder_at(starts_at, days, weekday))
    assert time(7) <= at.time() < time(19)


@given(around_a_clock_change, leads)
def test_it_goes_on_a_school_day_within_its_lead_and_never_later_than_asked(
    starts_at: datetime, days: int
) -> None:
    wanted = local(starts_at).date() - timedelta(days=days)
    day = local(reminder_at(starts_at, days, weekday)).date()
    assert wanted - timedelta(days=days) <= day <= wanted
    if day.weekday() >= 5:
        assert not any(weekday(wanted - timedelta(days=n)) for n in range(days + 1))
    assert not any(weekday(day + timedelta(days=n)) for n in range(1, (wanted - day).days + 1))


@given(around_a_clock_change, leads)
def test_without_a_school_day_within_its_lead_it_goes_on_the_day_itself(
    starts_at: datetime, days: int
) -> None:
    day = local(reminder_at(starts_at, days, never)).date()
    assert day == local(starts_at).date() - timedelta(days=days)


@given(around_a_clock_change, leads)
def test_by_day_it_keeps_the_time_on_the_wall(starts_at: datetime, days: int) -> None:
    wall_time = local(starts_at).time()
    if time(7) <= wall_time <= time(18):
        assert local(reminder_at(starts_at, days, weekday)).time() == wall_time


@given(around_a_clock_change)
def test_the_morning_one_is_at_eight_on_the_day_whatever_day_it_is(starts_at: datetime) -> None:
    at = local(reminder_at(starts_at, MORNING, never))
    assert (at.date(), at.time()) == (local(starts_at).date(), time(8))


@given(around_a_clock_change)
@example(datetime(2027, 3, 28, 0, 59, tzinfo=UTC))
@example(datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
def test_the_next_daytime_is_the_first_moment_of_day_from_then_on(moment: datetime) -> None:
    found = next_daytime(moment)
    assert is_daytime(found)
    assert moment <= found < moment + timedelta(hours=13, minutes=1)
    assert found == moment or (local(found).time() == time(7) and not is_daytime(moment))


@given(around_a_clock_change)
def test_a_night_holds_the_moment_or_comes_next(moment: datetime) -> None:
    begins, ends = night_around(moment)
    assert (local(begins).time(), local(ends).time()) == (time(19), time(7))
    assert timedelta(hours=11) <= ends - begins <= timedelta(hours=13)
    assert begins <= moment < ends if not is_daytime(moment) else moment < begins


@given(st.dates(date(2026, 9, 1), date(2027, 8, 31)), st.times())
def test_a_time_by_day_stays_as_near_as_may_be(day: date, wanted: time) -> None:
    at = local(at_daytime(day, wanted))
    assert at.date() == day
    assert at.time() == min(max(wanted, time(7)), time(18))


def test_the_school_day_before_is_looked_for_within_the_lead_alone() -> None:
    sunday = date(2027, 1, 17)
    assert school_day_before(sunday, 2, weekday) == date(2027, 1, 15)
    assert school_day_before(sunday, 1, weekday) == sunday
