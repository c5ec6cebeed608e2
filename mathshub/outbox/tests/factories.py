"""Messages and kinds for tests; keyword-only, within ``hub_scope``."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from mathshub.outbox.kinds import Kind, Letter
from mathshub.outbox.models import Hold, Message, Wording

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
_numbers = count(1)


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0) -> None:
        self.now += timedelta(seconds=seconds, minutes=minutes, hours=hours)


def write_letter(message: Message, now: datetime) -> Letter:
    """A letter that says what the message's context holds."""
    context = {"heading": "About your session", "text": "It is on Thursday."} | message.context
    return Letter(template="outbox_test/letter", context=context)


def always_wanted(message: Message, now: datetime) -> str:
    return ""


def make_kind(
    *,
    name: str = "test",
    render: Callable[[Message, datetime], Letter] = write_letter,
    unwanted: Callable[[Message, datetime], str] = always_wanted,
    **fields: Any,
) -> Kind:
    """A kind whose letters say what the message's context holds. It is not registered."""
    return Kind(
        name=name,
        label=name,
        render=render,
        unwanted=unwanted,
        template="outbox_test/letter",
        **fields,
    )


def make_message(
    *, recipient: str = "", due_at: datetime = NOW, kind: str = "test", **fields: Any
) -> Message:
    """A message of the hub in scope, due at NOW, that expires after three days."""
    number = next(_numbers)
    fields = {
        "key": f"{kind}:{number}",
        "recipient_name": "Asha Patel",
        "expires_at": due_at + timedelta(hours=72),
    } | fields
    return Message.objects.create(
        recipient=recipient or f"person{number}@school.example",
        due_at=due_at,
        kind=kind,
        **fields,
    )


def make_hold(*, until: date | None = None, **fields: Any) -> Hold:
    """A hold of all messages of the hub in scope, that ends a week after NOW."""
    fields = {"reason": "The dates are being settled.", "placed_at": NOW} | fields
    return Hold.objects.create(until=until or NOW.date() + timedelta(days=7), **fields)


def make_wording(*, kind: str = "eoi-received", programme: Any = None, **texts: Any) -> Wording:
    """Words of the hub in scope, for one programme or for all."""
    texts = texts or {"opening": "Dear colleague, thank you."}
    return Wording.objects.create(kind=kind, programme=programme, **texts)
