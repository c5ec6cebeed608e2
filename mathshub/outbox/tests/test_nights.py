"""What can wait leaves by day."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from mathshub.daytime import LONDON
from mathshub.outbox.claim import claim_due
from mathshub.outbox.models import Message
from mathshub.outbox.nights import TOO_LATE_BY_DAY, put_off_to_daytime
from mathshub.outbox.tests.factories import make_message
from mathshub.scope import all_hubs

pytestmark = [pytest.mark.usefixtures("hub"), pytest.mark.database]
TODAY, TOMORROW = date(2027, 1, 14), date(2027, 1, 15)


def at(wall_time: time, day: Any = TODAY) -> datetime:
    return datetime.combine(day, wall_time, tzinfo=LONDON)


def put_off(due_at: datetime, *, now: datetime, kind: str = "session-reminder") -> Message:
    message = make_message(kind=kind, due_at=due_at, expires_at=due_at + timedelta(days=2))
    put_off_to_daytime(now)
    message.refresh_from_db()
    return message


@pytest.mark.parametrize(
    ("due_at", "now"),
    [
        (at(time(18, 59)), at(time(19, 1))),  # still waits when the night begins
        (at(time(12)), at(time(23))),  # after an outage
        (at(time(21)), at(time(15))),  # a mail server asked to try again then
        (at(time(3), TOMORROW), at(time(2), TOMORROW)),
    ],
)
def test_a_reminder_that_would_leave_at_night_leaves_in_the_morning(due_at, now):
    assert put_off(due_at, now=now).due_at == at(time(7), TOMORROW)


@pytest.mark.parametrize(
    ("due_at", "now"),
    [
        (at(time(15)), at(time(15, 30))),
        (at(time(7), TOMORROW), at(time(23))),
        (at(time(8), TOMORROW), at(time(15))),
    ],
)
def test_by_day_nothing_is_put_off(due_at, now):
    assert put_off(due_at, now=now).due_at == due_at


def test_no_sender_takes_at_night_what_can_wait_for_the_day():
    """Also where no planner has run: due at 18:59, asked for at 19:01."""
    evening, morning = at(time(19, 1)), at(time(7), TOMORROW)
    reminder = make_message(
        kind="session-reminder", due_at=at(time(18, 59)), expires_at=morning + timedelta(days=1)
    )
    changed = make_message(kind="session-changed", due_at=at(time(18, 59)))
    with all_hubs("as the sweep does"):
        assert claim_due(50, now=evening).messages == [changed]
        assert claim_due(50, now=morning - timedelta(seconds=1)).messages == []
        assert claim_due(50, now=morning).messages == [reminder]


def test_what_cannot_wait_leaves_at_night_too():
    assert put_off(at(time(22)), now=at(time(22)), kind="session-changed").due_at == at(time(22))


def test_what_would_be_past_by_the_morning_is_ended():
    message = make_message(
        kind="session-reminder", due_at=at(time(20)), expires_at=at(time(6), TOMORROW)
    )
    put_off_to_daytime(at(time(21)))
    message.refresh_from_db()
    assert (message.state, message.state_reason) == (Message.State.CANCELLED, TOO_LATE_BY_DAY)


def test_what_a_sender_has_in_hand_is_left_alone():
    message = make_message(
        kind="session-reminder",
        due_at=at(time(18)),
        expires_at=at(time(18), TOMORROW),
        state=Message.State.INFLIGHT,
    )
    put_off_to_daytime(at(time(20)))
    message.refresh_from_db()
    assert message.due_at == at(time(18))
