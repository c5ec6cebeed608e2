"""Creating, publishing, moving and cancelling sessions."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from mathshub.outbox.models import Message
from sessions.errors import (
    BadTimes,
    DayTaken,
    NoMoreSessions,
    SessionIsCancelled,
    SessionIsOver,
    SessionNotPublished,
)
from sessions.models import Apology, Session
from sessions.reminders import plan_reminders
from sessions.services.changes import (
    cancel_session,
    create_sessions,
    move_session,
    publish_sessions,
)
from sessions.services.planner import USUAL_SLOTS, PlannedSession
from sessions.tests.factories import (
    NOW,
    make_apology,
    make_running_group,
    make_seat_in,
    make_session,
)
from sessions.times import at_wall_time
from workgroups.models import WorkGroup
from workgroups.tests.factories import make_account, make_work_group

LONDON = ZoneInfo("Europe/London")
Mode, State = Session.Mode, Session.State
pytestmark = pytest.mark.usefixtures("hub")


def planned(day: date, mode: Mode = Mode.TWILIGHT) -> PlannedSession:
    slot = USUAL_SLOTS[mode]
    return PlannedSession(mode, at_wall_time(day, slot.starts), at_wall_time(day, slot.ends))


def move(session: Session, *, days: int = 7, **changes) -> Session:
    arguments = {
        "starts_at": session.starts_at + timedelta(days=days),
        "ends_at": session.ends_at + timedelta(days=days),
        "by": None,
        "now": NOW,
    } | changes
    return move_session(session, **arguments)


def test_planned_sessions_are_written_in_order_with_the_usual_venue():
    group = make_work_group(usual_venue="Plainfields")
    account = make_account()
    create_sessions(
        group,
        planned=[planned(date(2027, 1, 14)), planned(date(2027, 3, 4), Mode.VIRTUAL)],
        by=account,
        now=NOW,
    )
    rows = Session.objects.values_list("number", "mode", "venue", "state", "starts_at")
    assert list(rows) == [
        (1, "twilight", "Plainfields", "planned", datetime(2027, 1, 14, 15, 45, tzinfo=LONDON)),
        (2, "virtual", "", "planned", datetime(2027, 3, 4, 16, 0, tzinfo=LONDON)),
    ]
    assert {record.history_user for record in Session.history.all()} == {account}


def test_further_sessions_are_numbered_on():
    group = make_running_group()
    make_session(work_group=group, number=3)
    [session] = create_sessions(group, planned=[planned(date(2027, 3, 4))], by=None, now=NOW)
    assert session.number == 4


def test_sending_the_form_twice_creates_nothing_more():
    group = make_work_group()
    wanted = [planned(date(2027, 1, 14)), planned(date(2027, 3, 4))]
    create_sessions(group, planned=wanted, by=None, now=NOW)
    with pytest.raises(DayTaken, match="Thursday 14 January, 15:45 to 17:15"):
        create_sessions(group, planned=wanted, by=None, now=NOW)
    assert Session.objects.count() == 2


@pytest.mark.parametrize("state", [WorkGroup.State.FINISHED, WorkGroup.State.CANCELLED])
def test_a_group_that_has_ended_gets_no_more_sessions(state):
    group = make_work_group(state=state)
    with pytest.raises(NoMoreSessions):
        create_sessions(group, planned=[planned(date(2027, 1, 14))], by=None, now=NOW)
    assert Session.objects.count() == 0


def test_publishing_shows_what_was_planned_and_says_how_many():
    group = make_work_group()
    make_session(work_group=group, state=State.PLANNED)
    make_session(work_group=group, state=State.PLANNED, starts_at=None)
    make_session(work_group=group, state=State.CANCELLED)
    make_session(state=State.PLANNED)  # of another group
    assert publish_sessions(group, by=None, now=NOW) == 2
    assert publish_sessions(group, by=None, now=NOW) == 0
    states = Session.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["published", "published", "cancelled", "planned"]


def test_a_move_keeps_the_uid_and_raises_the_sequence():
    session = make_session()
    moved = move(session)
    assert (moved.uid, moved.sequence) == (session.uid, 1)
    assert moved.starts_at == session.starts_at + timedelta(days=7)
    assert (moved.venue, moved.mode) == (session.venue, session.mode)


def test_a_session_can_go_online_at_the_same_time():
    session = make_session()
    moved = move(session, days=0, mode=Mode.VIRTUAL, venue="", join_link="https://meet.example.org")
    assert (moved.mode, moved.venue, moved.join_link) == (
        "virtual",
        "",
        "https://meet.example.org",
    )
    assert moved.sequence == 1


def test_a_move_that_changes_nothing_raises_nothing():
    session = make_session()
    assert move(session, days=0).sequence == 0
    assert Session.history.filter(id=session.pk).count() == 1


def test_a_session_can_be_put_off_to_a_date_to_be_confirmed():
    moved = move(make_session(), starts_at=None, ends_at=None)
    assert moved.is_to_be_confirmed
    assert moved.state == State.PUBLISHED


@pytest.mark.parametrize(
    "times",
    [
        {"ends_at": None},
        {"starts_at": None},
        {"starts_at": NOW + timedelta(days=2), "ends_at": NOW + timedelta(days=2)},
        {"starts_at": NOW - timedelta(days=2), "ends_at": NOW - timedelta(days=1)},
    ],
)
def test_times_that_can_not_be_are_refused(times):
    session = make_session()
    with pytest.raises(BadTimes):
        move(session, **times)
    session.refresh_from_db()
    assert session.sequence == 0


def test_what_is_over_or_cancelled_does_not_move():
    with pytest.raises(SessionIsOver):
        move(make_session(starts_at=NOW - timedelta(days=1)))
    with pytest.raises(SessionIsCancelled):
        move(make_session(state=State.CANCELLED))


def reminders() -> dict[str, str]:
    """The state of each reminder, by the start that it is for and the days before it."""
    return {
        ":".join(message.key.split(":")[2:4]): message.state
        for message in Message.objects.filter(kind="session-reminder")
    }


def make_reminded_session() -> Session:
    """A session at 15:45 on 18 November whose reminder is queued, and nothing else."""
    session = make_session(starts_at=at_wall_time(date(2026, 11, 18), time(15, 45)))
    make_seat_in(session.work_group)
    Message.objects.all().delete()
    plan_reminders(NOW + timedelta(hours=6))
    assert reminders() == {"20261118T154500Z:2": "queued"}
    return session


def test_a_move_cancels_the_reminders_of_the_old_time():
    move(make_reminded_session(), days=1)
    assert reminders() == {"20261118T154500Z:2": "cancelled"}
    assert Message.objects.get(kind="session-reminder").state_reason == "the session was moved"


def test_a_new_venue_leaves_the_reminder_which_reads_it_when_it_goes():
    move(make_reminded_session(), days=0, venue="Elsewhere")
    assert reminders() == {"20261118T154500Z:2": "queued"}


def test_a_session_that_moves_back_reminds_again():
    session = make_reminded_session()
    moved = move(session, days=1)
    move(moved, days=-1)
    assert reminders() == {"20261118T154500Z:2": "queued"}


def test_a_sent_reminder_stays_sent_when_the_session_moves_to_and_fro():
    session = make_reminded_session()
    Message.objects.update(state=Message.State.SENT)
    move(move(session, days=1), days=-1)
    assert reminders() == {"20261118T154500Z:2": "sent"}


def test_a_reminder_that_staff_stopped_stays_stopped_when_the_session_moves_to_and_fro():
    session = make_reminded_session()
    Message.objects.update(state=Message.State.CANCELLED, state_reason="stopped by hand")
    move(move(session, days=1), days=-1)
    assert reminders() == {"20261118T154500Z:2": "cancelled"}


def test_apologies_fall_away_with_the_day_but_not_with_the_hour():
    session = make_session()
    make_apology(session=session, seat=make_seat_in(session.work_group), reason="a school trip")
    session = move(
        session,
        starts_at=session.starts_at + timedelta(hours=1),
        ends_at=session.ends_at + timedelta(hours=1),
    )
    assert Apology.objects.count() == 1
    move(session, days=7)
    assert Apology.objects.count() == 0
    assert Apology.history.first().reason == "a school trip"


def test_cancelling_tells_calendars_and_stops_reminders():
    session = make_reminded_session()
    cancelled = cancel_session(session, reason="snow", by=None, now=NOW)
    assert (cancelled.state, cancelled.cancelled_at, cancelled.sequence) == ("cancelled", NOW, 1)
    assert reminders() == {"20261118T154500Z:2": "cancelled"}
    record = Session.history.get(history_type="~")
    assert record.history_change_reason == "Cancelled: snow"


def test_cancelling_twice_is_cancelling_once():
    session = make_session()
    first = cancel_session(session, reason="snow", by=None, now=NOW)
    second = cancel_session(session, reason="ice", by=None, now=NOW + timedelta(hours=1))
    assert (second.cancelled_at, second.sequence) == (first.cancelled_at, first.sequence)


def test_what_was_never_published_or_is_over_can_not_be_cancelled():
    with pytest.raises(SessionNotPublished, match="delete it instead"):
        cancel_session(make_session(state=State.PLANNED), reason="", by=None, now=NOW)
    over = make_session(starts_at=NOW - timedelta(days=1))
    with pytest.raises(SessionIsOver):
        cancel_session(over, reason="", by=None, now=NOW)
