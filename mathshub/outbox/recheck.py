"""The last look before a message is written: should it still go, and what does it say?"""

from dataclasses import dataclass
from datetime import datetime

from mathshub.outbox import retry
from mathshub.outbox.claim import TOO_LATE
from mathshub.outbox.kinds import Letter, is_optional, kind_named
from mathshub.outbox.letters import why_not_addressable
from mathshub.outbox.models import Message
from mathshub.outbox.opt_out import wants_no_more
from mathshub.outbox.suppression import is_suppressed

State = Message.State
POISON = f"It was begun {retry.MAX_UNEXPLAINED} times, and no attempt came to an end."
NOT_WANTED = "The reader wants no more of these."
SUPPRESSED = "This address has refused mail for good; nothing goes there until that is lifted."


@dataclass(frozen=True)
class Objection:
    """Why the message doesn't go, and what becomes of it; queued means that it waits."""

    state: State
    reason: str = ""


def look_again(message: Message, now: datetime) -> Letter | Objection:
    """What the message says at ``now``, or what speaks against it. Call in the scope of its hub.

    Raises ``KeyError`` for a kind that is not registered here, and whatever the kind raises.
    """
    if objection := _object_to(message, now):
        return objection
    answer = kind_named(message.kind).letter_or_reason(message, now)
    return Objection(State.CANCELLED, answer[:200]) if isinstance(answer, str) else answer


def _object_to(message: Message, now: datetime) -> Objection | None:
    """What speaks against sending it, whatever it is about."""
    if message.attempts - message.deferrals > retry.MAX_UNEXPLAINED:
        return Objection(State.DEAD, POISON)
    if message.expires_at <= now:
        return Objection(State.CANCELLED, TOO_LATE)
    if message.is_held and not kind_named(message.kind).leaves_paused_hub:
        return Objection(State.QUEUED)
    if is_suppressed(message.recipient):
        return Objection(State.SUPPRESSED, SUPPRESSED)
    if reason := why_not_addressable(message.recipient):
        return Objection(State.DEAD, reason)
    if is_optional(message.kind) and wants_no_more(message.recipient, message.kind):
        return Objection(State.CANCELLED, NOT_WANTED)
    return None
