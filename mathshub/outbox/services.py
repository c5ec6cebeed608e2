"""Queue, cancel and plan messages: all that the other apps need of the outbox.

Call these inside the transaction that changes the domain row: the message commits with it, and no
broker and no mail server is spoken to in a request.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Case, Value, When

from mathshub.outbox.hold import stopped_by as words_of_stopping
from mathshub.outbox.kinds import Kind, all_kinds, kind_named, names_that_keep_no_text
from mathshub.outbox.models import Message
from mathshub.outbox.planning import plan_messages
from mathshub.outbox.retention import purge
from mathshub.outbox.suppression import is_suppressed, suppressed_among
from mathshub.scope import ScopeError, current_hub

__all__ = [
    "Draft",
    "cancel_messages",
    "noting_messages",
    "plan_messages",
    "purge",
    "queue_messages",
    "send_again",
    "send_all_again",
    "triable",
]


@dataclass
class _Noting:
    """What is queued meanwhile; ``stopped_by`` says who wants none of it sent."""

    stopped_by: str = ""
    keys: list[str] = field(default_factory=list)


_noting: ContextVar[_Noting | None] = ContextVar("noting", default=None)


@contextmanager
def noting_messages(*, stopped_by: str = "") -> Iterator[list[str]]:
    """The keys of all messages that are queued within.

    With ``stopped_by`` they go on record as stopped by that person: the action is done without
    e-mail, and each can still be let go.
    """
    noting = _Noting(stopped_by)
    token = _noting.set(noting)
    try:
        yield noting.keys
    finally:
        _noting.reset(token)


class StillSuppressed(Exception):
    """The address is on the list of those that refuse mail: lift that first."""


class NotFailed(Exception):
    """Only a message that could not be sent, and still has its text, is sent again."""


@dataclass(frozen=True)
class Draft:
    """A message to queue. ``key`` is unique for ever; ``context`` holds ids only.

    ``kind`` is given by name where an app further right registers it. ``due_at`` defaults to now,
    ``expires_at`` to ``due_at`` plus the kind's ``expires_after``. ``subject`` is given where it
    does not wait for the letter to be written. The ids of the school, the Work Group, the
    participant and the session are those on whose pages the message is shown. ``words`` are those
    that somebody gave a message of before by hand.
    """

    kind: Kind | str
    key: str
    recipient: str
    recipient_name: str = ""
    context: dict = field(default_factory=dict)
    words: dict = field(default_factory=dict)
    subject: str = ""
    due_at: datetime | None = None
    expires_at: datetime | None = None
    school_id: int | None = None
    work_group_id: int | None = None
    participant_id: int | None = None
    session_id: int | None = None


def queue_messages(drafts: Iterable[Draft], *, now: datetime) -> int:
    """Insert the drafts for the hub in scope in one statement; those whose key exists are left.

    Returns how many drafts were offered, not how many were new. Raises ``ScopeError`` without a
    hub and ``ValueError`` for a draft that expires before it is due: SQLite would let such rows
    vanish among the conflicts.
    """
    hub = current_hub()
    if hub is None:
        raise ScopeError("Messages are queued within the scope of one hub.")
    noting = _noting.get() or _Noting()
    rows = [_row(draft, hub, noting, now) for draft in drafts]
    noting.keys += [row.key for row in rows]
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _row(draft: Draft, hub: Any, noting: _Noting, now: datetime) -> Message:
    """The draft as a message; one that somebody wants done without e-mail is stopped from birth."""
    kind = kind_named(draft.kind) if isinstance(draft.kind, str) else draft.kind
    due_at = draft.due_at or now
    expires_at = draft.expires_at or due_at + kind.expires_after
    if expires_at <= due_at:
        raise ValueError(f"{draft.key} expires before it is due.")
    message = Message(
        hub=hub,
        kind=kind.name,
        key=draft.key,
        recipient=draft.recipient.strip(),
        recipient_name=draft.recipient_name,
        context=draft.context,
        words=draft.words,
        subject=draft.subject,
        priority=kind.priority,
        due_at=due_at,
        expires_at=expires_at,
        school_id=draft.school_id,
        work_group_id=draft.work_group_id,
        participant_id=draft.participant_id,
        session_id=draft.session_id,
    )
    if noting.stopped_by:
        message.state = Message.State.CANCELLED
        message.state_reason = words_of_stopping(noting.stopped_by)
    return message


def cancel_messages(*, key_prefix: str, reason: str) -> int:
    """Cancel what is still waiting and whose key begins so; returns how many.

    A sender that has such a message in hand finds it gone, unless it is on its way already.
    """
    waiting = Message.objects.filter(
        key__startswith=key_prefix, state__in=[Message.State.QUEUED, Message.State.CLAIMED]
    )
    waiting.filter(kind__in=names_that_keep_no_text()).update(context={})
    return waiting.update(
        state=Message.State.CANCELLED, state_reason=reason[:200], claim=None, lease_until=None
    )


def send_again(message: Message, *, now: datetime) -> None:
    """Let a message that could not be sent try anew, as long as its kind lets it live.

    Raises ``StillSuppressed`` while its address refuses mail, ``NotFailed`` when it did not fail,
    or when its text has been wiped.
    """
    if is_suppressed(message.recipient):
        raise StillSuppressed(message.recipient)
    if not _revive([message], now):
        raise NotFailed(message.key)


def send_all_again(messages: Iterable[Message], *, now: datetime) -> int:
    """As ``send_again`` for those of the messages that can be tried anew; returns how many."""
    return _revive(triable(messages), now)


def triable(messages: Iterable[Message]) -> list[Message]:
    """Those that failed and can still be written, and whose address takes mail; in one query."""
    kinds = {kind.name for kind in all_kinds()} - set(names_that_keep_no_text())
    failed = [each for each in messages if each.has_failed and each.kind in kinds]
    suppressed = suppressed_among(each.recipient for each in failed)
    return [each for each in failed if each.recipient not in suppressed]


def _revive(messages: Iterable[Message], now: datetime) -> int:
    """In one statement, each with the time that its kind has; returns how many had failed."""
    messages = list(messages)
    kinds = {each.kind: now + kind_named(each.kind).expires_after for each in messages}
    failed = Message.objects.failed().exclude(kind__in=names_that_keep_no_text())
    revived: int = failed.filter(pk__in=[each.pk for each in messages]).update(
        state=Message.State.QUEUED,
        state_reason="",
        attempts=0,
        deferrals=0,
        due_at=now,
        expires_at=Case(*(When(kind=kind, then=Value(at)) for kind, at in kinds.items())),
    )
    return revived
