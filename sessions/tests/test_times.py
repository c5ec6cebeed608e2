"""Wall-clock time over clock changes, and its words."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from sessions.times import NoSuchTime, at_wall_time, london_day
from sessions.words import how_far

LONDON = ZoneInfo("Europe/London")


def london(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=LONDON)


def test_wall_times_are_summer_and_winter_time():
    assert at_wall_time(date(2026, 10, 24), time(15, 45)).astimezone(UTC).hour == 14
    assert at_wall_time(date(2026, 10, 26), time(15, 45)).astimezone(UTC).hour == 15


def test_a_time_that_the_clocks_leave_out_is_refused():
    with pytest.raises(NoSuchTime):
        at_wall_time(date(2027, 3, 28), time(1, 30))


def test_of_a_time_that_comes_twice_the_first_is_meant():
    first = at_wall_time(date(2026, 10, 25), time(1, 30))
    assert first.astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_moment_late_in_the_evening_in_summer_is_on_the_next_day_in_london():
    assert london_day(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == date(2026, 7, 2)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "today"),
        (1, "tomorrow"),
        (2, "on Wednesday"),
        (6, "on Sunday"),
        (7, "on Monday 23 November"),
        (-1, "on Sunday 15 November"),
    ],
)
def test_days_are_said_as_people_say_them(days, words):
    today = date(2026, 11, 16)
    assert how_far(today + timedelta(days=days), today) == words
