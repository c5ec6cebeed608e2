"""The last look before a message is written: should it still go?"""

from dataclasses import dataclass
from datetime import datetime

from mathshub.outbox import retry
from mathshub.outbox.claim import TOO_LATE
from mathshub.outbox.kinds import kind_named
from mathshub.outbox.letters import why_not_addressable
from mathshub.outbox.models import Message
from mathshub.outbox.suppression import is_suppressed

State = Message.State
POISON = f"It was begun {retry.MAX_UNEXPLAINED} times, and no attempt came to an end."
SUPPRESSED = "This address has refused mail for good; nothing goes there until that is lifted."


@dataclass(frozen=True)
class Objection:
    """Why the message doesn't go, and what becomes of it; queued means that it waits."""

    state: State
    reason: str = ""


def object_to(message: Message, now: datetime) -> Objection | None:
    """What speaks against sending it at ``now``, or None. Call in the scope of its hub.

    Raises ``KeyError`` for a kind that is not registered here, and whatever the kind raises.
    """
    if message.attempts - message.deferrals > retry.MAX_UNEXPLAINED:
        return Objection(State.DEAD, POISON)
    if message.expires_at <= now:
        return Objection(State.CANCELLED, TOO_LATE)
    kind = kind_named(message.kind)
    if message.hub.messages_paused and not kind.leaves_paused_hub:
        return Objection(State.QUEUED)
    if is_suppressed(message.recipient):
        return Objection(State.SUPPRESSED, SUPPRESSED)
    if reason := why_not_addressable(message.recipient):
        return Objection(State.DEAD, reason)
    if reason := kind.unwanted(message, now):
        return Objection(State.CANCELLED, reason[:200])
    return None
