"""Notices of a change, which is often followed by another: those that still wait are replaced."""

from datetime import timedelta
from typing import Any

from mathshub.outbox.models import Message
from mathshub.outbox.services import cancel_messages

SETTLES_IN = timedelta(minutes=10)
"""How long a notice waits for further changes, so that several make one."""

FOLLOWED = "another change followed"
State = Message.State


def take_back_notices(*, key_prefix: str) -> list[dict[str, Any]]:
    """Stop the notices that have not left; returns their contexts, the oldest first.

    What each was to tell its reader is not known yet: the next notice tells it as well. Those that
    are on their way count as told.
    """
    waiting = Message.objects.filter(
        key__startswith=key_prefix, state__in=[State.QUEUED, State.CLAIMED]
    )
    contexts = list(waiting.order_by("pk").values_list("context", flat=True))
    if contexts:
        cancel_messages(key_prefix=key_prefix, reason=FOLLOWED)
    return contexts


def follow_to_new_time(*, old_prefix: str, new_prefix: str, reason: str) -> None:
    """Stop the reminders of an old time; what moves back gets those again that were stopped so.

    A key is used once for ever, so without this whatever moves to and fro would not remind. Either
    prefix is empty where there is no such time.
    """
    if old_prefix:
        cancel_messages(key_prefix=old_prefix, reason=reason)
    if new_prefix:
        Message.objects.filter(
            key__startswith=new_prefix, state=State.CANCELLED, state_reason=reason
        ).update(state=State.QUEUED, state_reason="", claim=None, lease_until=None)
