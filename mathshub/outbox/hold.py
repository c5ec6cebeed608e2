"""What staff may do to single messages and addresses, besides sending again."""

from datetime import datetime
from typing import Any

from mathshub.outbox.kinds import names_that_keep_no_text
from mathshub.outbox.models import Message, MessageQuerySet, Suppression

State = Message.State


STOPPED_BY = "stopped by "


class CannotBeStopped(Exception):
    """The message is on its way, or has ended."""

    def __str__(self) -> str:
        return "This message is on its way, or has ended: it can't be stopped."


def stop_message(message: Message, *, by: str) -> None:
    """Stop one message that waits, or set one aside that failed. Raises ``CannotBeStopped``.

    A sender that has it in hand finds it gone. ``by`` names who did it, for the record.
    """
    stoppable = Message.objects.filter(
        pk=message.pk,
        state__in=[State.QUEUED, State.CLAIMED, State.DEAD, State.SUPPRESSED],
    )
    wiped: dict[str, Any] = {"context": {}} if message.kind in names_that_keep_no_text() else {}
    stopped = stoppable.update(
        state=State.CANCELLED,
        state_reason=stopped_by(by),
        claim=None,
        lease_until=None,
        **wiped,
    )
    if not stopped:
        raise CannotBeStopped


def stopped_by(name: str) -> str:
    """What a message that somebody stopped says of it: such a one may be let go again."""
    return f"{STOPPED_BY}{name}"[:200]


def stopped_messages(now: datetime) -> MessageQuerySet:
    """Those that somebody stopped and that could still go."""
    found: MessageQuerySet = Message.objects.filter(
        state=State.CANCELLED, state_reason__startswith=STOPPED_BY, expires_at__gt=now
    ).exclude(kind__in=names_that_keep_no_text())
    return found


def lift_suppression(suppression: Suppression) -> None:
    """Let mail go to the address again; a permanent refusal would bring the suppression back."""
    suppression.delete()
