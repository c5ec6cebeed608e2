"""What the bar of six says, and the words of a session."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sessions.bar import Cell, cells, summary
from sessions.models import Session
from sessions.tests.factories import NOW, make_running_group, make_session, make_sessions
from sessions.words import when, where

LONDON = ZoneInfo("Europe/London")
pytestmark = pytest.mark.usefixtures("hub")


def test_each_session_is_a_cell():
    group = make_running_group()
    sessions = make_sessions(work_group=group, count=4, first_in=-60)
    sessions[3].mode = Session.Mode.VIRTUAL
    make_session(work_group=group, state=Session.State.CANCELLED)
    make_session(work_group=group, starts_at=None)
    every = list(group.sessions.order_by("number"))
    every[3].mode = Session.Mode.VIRTUAL
    assert cells(every, now=NOW, apologies={every[1].pk}) == [
        Cell("held", "17 Sep"),
        Cell("apology", "17 Oct"),
        Cell("next", "16 Nov"),
        Cell("to_come", "16 Dec", "virtual"),
        Cell("cancelled", "16 Dec"),
        Cell("unconfirmed"),
    ]


def test_a_session_is_next_until_it_ends():
    session = make_session(starts_at=NOW - timedelta(minutes=30))
    assert [cell.state for cell in cells([session], now=NOW)] == ["next"]
    later = NOW + timedelta(minutes=60)
    assert [cell.state for cell in cells([session], now=later)] == ["held"]


def test_the_soonest_session_is_next_whatever_its_number():
    group = make_running_group()
    make_session(work_group=group, starts_at=NOW + timedelta(days=9))
    make_session(work_group=group, starts_at=NOW + timedelta(days=2))
    sessions = list(group.sessions.all())
    assert [cell.state for cell in cells(sessions, now=NOW)] == ["to_come", "next"]


@pytest.mark.parametrize(
    ("first_in", "words"),
    [
        (-30, "1 of 3 held, next on Monday 16 November"),
        (5, "0 of 3 held, next on Saturday 21 November"),
        (-100, "all three held"),
    ],
)
def test_the_summary_says_the_same_in_words(first_in, words):
    sessions = make_sessions(work_group=make_running_group(), count=3, first_in=first_in)
    assert summary(sessions, now=NOW) == words


def test_the_summary_of_a_year_without_dates():
    assert summary([make_session(starts_at=None)], now=NOW) == (
        "0 of 1 held, next date to be confirmed"
    )
    assert summary([], now=NOW) == "no sessions yet"


def test_when_and_where_are_said_in_full():
    session = make_session(starts_at=datetime(2027, 1, 14, 15, 45, tzinfo=LONDON), venue="")
    assert when(session) == "Thursday 14 January, 15:45 to 17:15"
    assert where(session) == "Venue to be confirmed"
    session.mode, session.join_link = Session.Mode.VIRTUAL, "https://meet.example.org/secret"
    assert where(session) == "Online"
    assert when(make_session(starts_at=None)) == "Date to be confirmed"


def test_a_session_over_midnight_names_both_days():
    start = datetime(2027, 1, 14, 23, 0, tzinfo=LONDON)
    assert when(make_session(starts_at=start)) == (
        "Thursday 14 January, 23:00 to Friday 15 January, 00:30"
    )
