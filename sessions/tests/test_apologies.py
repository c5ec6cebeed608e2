"""Apologies."""

from datetime import timedelta

import pytest

from sessions.errors import NoDateYet, SeatNotInSession, SessionIsCancelled, SessionIsOver
from sessions.models import Apology, Session
from sessions.services.apologies import give_apology, take_back_apology
from sessions.tests.factories import NOW, make_seat_in, make_session
from sessions.times import london_day

LATER = NOW + timedelta(hours=2)
pytestmark = pytest.mark.usefixtures("hub")


def apologies() -> list[tuple]:
    return list(Apology.objects.values_list("session", "seat", "reason", "given_at"))


def test_an_apology_keeps_the_time_at_which_we_first_knew():
    session = make_session()
    seat = make_seat_in(session.work_group)
    give_apology(seat, session, reason="a school trip", now=NOW)
    give_apology(seat, session, reason="a school trip", now=LATER)
    assert apologies() == [(session.pk, seat.pk, "a school trip", NOW)]
    give_apology(seat, session, reason="", now=LATER)
    assert apologies() == [(session.pk, seat.pk, "a school trip", NOW)]
    give_apology(seat, session, reason="a funeral", now=LATER)
    assert apologies() == [(session.pk, seat.pk, "a funeral", NOW)]
    assert Apology.history.count() == 2


def test_an_apology_can_be_taken_back_once():
    session = make_session()
    seat = make_seat_in(session.work_group)
    give_apology(seat, session, reason="", now=NOW)
    assert take_back_apology(seat, session, now=LATER) is True
    assert take_back_apology(seat, session, now=LATER) is False
    assert apologies() == []


def test_an_apology_is_taken_until_the_session_ends():
    session = make_session(starts_at=NOW - timedelta(minutes=30))
    seat = make_seat_in(session.work_group)
    give_apology(seat, session, reason="the bus", now=NOW)
    with pytest.raises(SessionIsOver):
        give_apology(seat, session, reason="the bus", now=LATER)
    with pytest.raises(SessionIsOver):
        take_back_apology(seat, session, now=LATER)
    assert len(apologies()) == 1


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"state": Session.State.CANCELLED}, SessionIsCancelled),
        ({"starts_at": None}, NoDateYet),
    ],
)
def test_cancelled_and_undated_sessions_take_no_apology(fields, refusal):
    session = make_session(**fields)
    with pytest.raises(refusal):
        give_apology(make_seat_in(session.work_group), session, reason="", now=NOW)
    assert apologies() == []


def test_a_seat_elsewhere_or_given_up_can_not_apologise():
    session = make_session()
    elsewhere = make_seat_in(make_session().work_group)
    given_up = make_seat_in(session.work_group, held_until=london_day(NOW))
    for seat in (elsewhere, given_up):
        with pytest.raises(SeatNotInSession):
            give_apology(seat, session, reason="", now=NOW)
    assert apologies() == []


def test_a_planned_session_takes_no_apology():
    session = make_session(state=Session.State.PLANNED)
    with pytest.raises(NoDateYet):
        give_apology(make_seat_in(session.work_group), session, reason="", now=NOW)
