"""Queue, cancel and plan messages: all that the other apps need of the outbox.

Call these inside the transaction that changes the domain row: the message commits with it, and no
broker and no mail server is spoken to in a request.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from mathshub.outbox.kinds import Kind, kind_named
from mathshub.outbox.models import Message
from mathshub.scope import current_hub


@dataclass(frozen=True)
class Draft:
    """A message to queue. ``key`` is unique for ever; ``context`` holds ids only.

    ``kind`` is given by name where an app further right registers it. ``due_at`` defaults to now, ``expires_at`` to ``due_at`` plus the kind's ``expires_after``.
    """

    kind: Kind | str
    key: str
    recipient: str
    recipient_name: str = ""
    context: dict = field(default_factory=dict)
    due_at: datetime | None = None
    expires_at: datetime | None = None


def queue_messages(drafts: Iterable[Draft], *, now: datetime) -> int:
    """Insert the drafts for the hub in scope in one statement; those whose key exists are left.

    Returns how many drafts were offered, not how many were new.
    """
    hub = current_hub()
    rows = []
    for draft in drafts:
        kind = kind_named(draft.kind) if isinstance(draft.kind, str) else draft.kind
        due_at = draft.due_at or now
        rows.append(
            Message(
                hub=hub,
                kind=kind.name,
                key=draft.key,
                recipient=draft.recipient.strip(),
                recipient_name=draft.recipient_name,
                context=draft.context,
                priority=kind.priority,
                due_at=due_at,
                expires_at=draft.expires_at or due_at + kind.expires_after,
            )
        )
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def cancel_messages(*, key_prefix: str, reason: str) -> int:
    """Cancel what is still waiting and whose key begins so; returns how many."""
    return Message.objects.filter(
        key__startswith=key_prefix, state__in=[Message.State.QUEUED, Message.State.CLAIMED]
    ).update(state=Message.State.CANCELLED, state_reason=reason)
