"""Mail that is held waits with its reason until the day is over, or until somebody lifts it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from mathshub.outbox.claim import claim_due, reap
from mathshub.outbox.deliver import deliver
from mathshub.outbox.health import health
from mathshub.outbox.holding import (
    AlreadyHeld,
    CannotBeHeld,
    NotHeld,
    alter_hold,
    kept_back,
    lift_hold,
    place_hold,
)
from mathshub.outbox.kinds import Kind
from mathshub.outbox.mailserver import MailServer
from mathshub.outbox.models import Hold, Message
from mathshub.outbox.tests.factories import NOW, Clock, make_hold, make_message
from mathshub.scope import all_hubs, hub_scope
from mathshub.testing.smtp import SmtpSink
from workgroups.models import Hub
from workgroups.tests.factories import make_account, make_hub, make_work_group

pytestmark = pytest.mark.database
State = Message.State
TODAY, FRIDAY = NOW.date(), NOW.date() + timedelta(days=4)


def claimed(now: datetime = NOW) -> list[Message]:
    """What a sender takes; it is put back at once."""
    with all_hubs("a sender"):
        claim = claim_due(50, now=now)
        claim.release_rest()
        return claim.messages


def hold(**fields: Any) -> Hold:
    fields = {"reason": "The dates are being settled.", "until": FRIDAY, "by": None} | fields
    return place_hold(now=NOW, **fields)


def test_all_messages_wait_but_codes_and_those_of_other_hubs(
    hub: Hub, register_kind: Callable[..., Kind]
) -> None:
    register_kind(name="code", leaves_paused_hub=True)
    waits, code = make_message(), make_message(kind="code")
    with hub_scope(make_hub()):
        other = make_message()
    hold()
    assert set(claimed()) == {code, other}
    Hold.objects.update(lifted_at=NOW)
    assert set(claimed()) == {waits, code, other}


def test_those_of_a_work_group_wait_and_no_others(hub: Hub) -> None:
    group = make_work_group()
    make_message(work_group=group)
    of_another = make_message(work_group=make_work_group(offering=group.offering))
    of_none = make_message()
    hold(work_group=group)
    assert set(claimed()) == {of_another, of_none}


def test_a_single_one_waits(hub: Hub) -> None:
    message, other = make_message(), make_message()
    hold(message=message)
    assert claimed() == [other]


def test_a_hold_is_over_with_its_day_in_london(hub: Hub) -> None:
    message = make_message(expires_at=NOW + timedelta(days=30))
    hold(until=date(2026, 11, 27))
    assert claimed(datetime.fromisoformat("2026-11-27T23:59:59+00:00")) == []
    assert claimed(datetime.fromisoformat("2026-11-28T00:00:00+00:00")) == [message]


def test_a_hold_placed_meanwhile_keeps_what_a_sender_has_not_handed_over(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock
) -> None:
    group = make_work_group()
    make_message(work_group=group)
    second = make_message()
    claim = claim_due(2, now=clock())
    hold(work_group=group)
    with MailServer() as server:
        deliver(claim, server, clock=clock)
    assert [each.recipients[0] for each in smtp_sink.deliveries] == [second.recipient]


def test_what_expires_while_it_is_held_ends_as_expired(hub: Hub) -> None:
    make_message(expires_at=NOW + timedelta(days=1))
    hold()
    with all_hubs("a sender"):
        reap(NOW + timedelta(days=2))
    message = Message.objects.get()
    assert (message.state, message.state_reason) == (
        State.CANCELLED,
        "It expired before it could be sent.",
    )


def test_what_is_held_is_not_overdue(hub: Hub) -> None:
    make_message(due_at=NOW - timedelta(hours=1), work_group=(group := make_work_group()))
    assert health(NOW).overdue == 1
    hold(work_group=group)
    assert (health(NOW).waiting, health(NOW).overdue) == (0, 0)


def test_the_same_is_held_once(hub: Hub) -> None:
    group = make_work_group()
    for what in ({}, {"work_group": group}, {"message": make_message()}):
        first = hold(**what)
        with pytest.raises(AlreadyHeld) as refusal:
            hold(**what, reason="Another one.")
        assert refusal.value.hold == first
        assert str(refusal.value) == (
            "This is held already, until the end of Friday 27 November: The dates are being "
            "settled."
        )
        lift_hold(first, drop=False, by=None, now=NOW)
        hold(**what)


@pytest.mark.parametrize("state", [State.SENT, State.INFLIGHT, State.CANCELLED, State.DEAD])
def test_what_is_on_its_way_or_has_ended_cannot_be_held(hub: Hub, state: str) -> None:
    with pytest.raises(CannotBeHeld):
        hold(message=make_message(state=state))


def test_a_code_cannot_be_held(hub: Hub, register_kind: Callable[..., Kind]) -> None:
    register_kind(name="code", leaves_paused_hub=True)
    with pytest.raises(CannotBeHeld):
        hold(message=make_message(kind="code"))


def test_lifted_what_is_overdue_goes_now_and_the_rest_in_its_time(hub: Hub) -> None:
    later = NOW + timedelta(days=2)
    overdue = make_message(due_at=NOW - timedelta(days=1))
    to_come = make_message(due_at=later)
    placed = hold()
    by = make_account(name="R. Okafor")
    assert lift_hold(placed, drop=False, by=by, now=NOW) == 1
    assert list(Message.objects.order_by("pk").values_list("pk", "state", "due_at")) == [
        (overdue.pk, State.QUEUED, NOW),
        (to_come.pk, State.QUEUED, later),
    ]
    placed.refresh_from_db()
    assert (placed.lifted_at, placed.lifted_by) == (NOW, by)
    assert health(NOW).overdue == 0, "it could not leave before"


def test_or_what_is_overdue_is_dropped_without_e_mail(hub: Hub) -> None:
    make_message(due_at=NOW - timedelta(days=1))
    make_message(due_at=NOW + timedelta(days=2))
    assert lift_hold(hold(), drop=True, by=make_account(name="R. Okafor"), now=NOW) == 1
    assert list(Message.objects.order_by("pk").values_list("state", "state_reason")) == [
        (State.CANCELLED, "stopped by R. Okafor"),
        (State.QUEUED, ""),
    ]


def test_what_another_hold_keeps_back_too_stays(hub: Hub) -> None:
    group = make_work_group()
    make_message(work_group=group)
    alone = make_message()
    everything = hold()
    hold(work_group=group)
    assert list(kept_back(everything, now=NOW)) == [alone]
    assert lift_hold(everything, drop=False, by=None, now=NOW) == 1
    assert claimed() == [alone]


def test_a_second_click_and_a_colleague_change_nothing(hub: Hub) -> None:
    placed = hold()
    lift_hold(placed, drop=False, by=None, now=NOW)
    with pytest.raises(NotHeld):
        lift_hold(placed, drop=True, by=None, now=NOW)
    with pytest.raises(NotHeld):
        lift_hold(make_hold(until=TODAY - timedelta(days=1)), drop=False, by=None, now=NOW)


def test_who_changed_the_end_stands_on_record(hub: Hub) -> None:
    placed = hold()
    alter_hold(placed, reason="The hall is let.", until=FRIDAY + timedelta(days=7))
    assert list(placed.history.values_list("history_type", "reason", "until")) == [
        ("~", "The hall is let.", FRIDAY + timedelta(days=7)),
        ("+", "The dates are being settled.", FRIDAY),
    ]


def test_a_hold_is_about_something_of_its_own_hub(hub: Hub) -> None:
    with hub_scope(make_hub()):
        group = make_work_group()

    def link_across() -> None:
        make_hold(work_group=group)
        connection.check_constraints()

    with pytest.raises(IntegrityError), transaction.atomic():
        link_across()
