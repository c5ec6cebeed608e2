"""Queueing, and sending again what could not be sent."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from mathshub.outbox.kinds import Kind
from mathshub.outbox.models import Message, Suppression
from mathshub.outbox.services import (
    Draft,
    NotFailed,
    StillSuppressed,
    queue_messages,
    send_again,
)
from mathshub.outbox.sweep import sweep
from mathshub.outbox.tests.factories import NOW, Clock, make_message
from mathshub.scope import ScopeError, all_hubs
from mathshub.testing.smtp import SmtpSink
from workgroups.models import Hub

State = Message.State
pytestmark = pytest.mark.database


def test_the_same_key_makes_one_message(hub: Hub, kind: Kind) -> None:
    draft = Draft(kind=kind, key="eoi-received:1", recipient=" head@school.example ")
    queue_messages([draft, draft], now=NOW)
    queue_messages([draft], now=NOW)
    message = Message.objects.get()
    assert message.recipient == "head@school.example"
    assert (message.due_at, message.expires_at) == (NOW, NOW + timedelta(hours=72))


def test_a_message_without_a_hub_is_refused(hub: Hub, kind: Kind) -> None:
    with all_hubs("the test leaves the scope"), pytest.raises(ScopeError):
        queue_messages([Draft(kind=kind, key="1", recipient="a@b.example")], now=NOW)


def test_a_message_that_expires_before_it_is_due_is_refused(hub: Hub, kind: Kind) -> None:
    draft = Draft(kind=kind, key="1", recipient="a@b.example", expires_at=NOW)
    with pytest.raises(ValueError, match="expires before it is due"):
        queue_messages([draft], now=NOW)


def test_a_failed_message_goes_again_once_its_address_takes_mail(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock
) -> None:
    message = make_message(recipient="rcpt-550-1@school.example")
    sweep(clock=clock)
    with pytest.raises(StillSuppressed):
        send_again(message, now=clock())

    Suppression.objects.all().delete()
    clock.pass_by(hours=100)
    send_again(message, now=clock())
    sweep(clock=clock)
    message.refresh_from_db()
    assert (message.state, message.state_reason) == (State.SENT, "")
    assert len(smtp_sink.deliveries) == 1


@pytest.mark.parametrize("state", [State.SENT, State.QUEUED, State.CANCELLED, State.INFLIGHT])
def test_only_failed_messages_go_again(hub: Hub, state: str) -> None:
    with pytest.raises(NotFailed):
        send_again(make_message(state=state), now=NOW)


def test_a_message_whose_text_was_wiped_cannot_go_again(
    hub: Hub, register_kind: Callable[..., Kind]
) -> None:
    register_kind(name="code", keeps_no_text=True)
    with pytest.raises(NotFailed):
        send_again(make_message(kind="code", state=State.DEAD), now=NOW)
