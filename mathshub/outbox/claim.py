"""Claiming messages, and changing none but one's own: what keeps two senders off one message.

A claim is a token written into the rows, with a lease. Every later change asks for the token again
(the fence): a sender that was stopped past its lease finds its rows gone and stops. Times are those
of the senders' own clocks, so their machines need a common time to within a few seconds.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from mathshub.outbox.kinds import names_that_keep_no_text
from mathshub.outbox.leaving import hold_of_row, may_leave
from mathshub.outbox.models import Message
from mathshub.prepared import prepared
from mathshub.statements import Given, Statement

LEASE = timedelta(seconds=60)
BATCH = 50  # messages claimed at once, at most

State = Message.State
FIELDS = {field.name: field for field in Message._meta.concrete_fields}
TOO_LATE = "It expired before it could be sent."
NEVER_TAKEN = "It expired while the mail server kept putting it off."


class ClaimLost(Exception):
    """The message is no longer this sender's: cancelled, or its lease ran out."""


def reap(now: datetime) -> None:
    """Put back what senders left behind, and end what has expired. Call under ``all_hubs``."""
    left_behind = Message.objects.filter(lease_until__lte=now)
    left_behind.filter(state=State.CLAIMED).update(state=State.QUEUED, claim=None, lease_until=None)
    left_behind.filter(state=State.INFLIGHT).update(
        state=State.QUEUED, claim=None, lease_until=None, maybe_duplicate=True
    )
    expired = Message.objects.filter(state=State.QUEUED, expires_at__lte=now)
    expired.filter(kind__in=names_that_keep_no_text()).update(context={})
    expired.filter(deferrals__gt=0).update(state=State.DEAD, state_reason=NEVER_TAKEN)
    expired.update(state=State.CANCELLED, state_reason=TOO_LATE)


@dataclass(frozen=True)
class Claim:
    """Messages that are one sender's until ``lease_until``."""

    token: uuid.UUID
    lease_until: datetime
    messages: list[Message]

    def begin(self, message: Message, *, now: datetime) -> Message:
        """Count an attempt and read the message afresh, with its hub; raises ``ClaimLost``."""
        self._change(message, attempts=message.attempts + 1)
        today = timezone.localdate(now)
        return _read(pk=message.pk, hub=message.hub_id, today=today)[0]

    def mark_inflight(self, message: Message, *, message_id: str, subject: str) -> None:
        """From here on the mail server may have it; raises ``ClaimLost``."""
        self._change(message, state=State.INFLIGHT, message_id=message_id, subject=subject)

    def finish(self, message: Message, state: State, **fields: Any) -> None:
        """End the message in ``state``; raises ``ClaimLost``."""
        if message.kind in names_that_keep_no_text():
            fields |= {"context": {}, "text_body": "", "html_body": ""}
        self._change(message, state=state, claim=None, lease_until=None, **fields)

    def put_back(self, message: Message, **fields: Any) -> None:
        """Let the message wait again; raises ``ClaimLost``."""
        self._change(message, state=State.QUEUED, claim=None, lease_until=None, **fields)

    def release_rest(self) -> int:
        """Put back every message that was not begun; returns how many."""
        return Message.objects.filter(claim=self.token, state=State.CLAIMED).update(
            state=State.QUEUED, claim=None, lease_until=None
        )

    def _change(self, message: Message, **fields: Any) -> None:
        """The fence, in one statement. It takes values only, no expressions."""
        values = [*fields.items(), ("id", message.pk), ("claim", self.token)]
        change = _change_of(tuple(fields)).to_run([_stored(*each) for each in values])
        with connection.cursor() as cursor:
            cursor.execute(*change)
            if not cursor.rowcount:
                raise ClaimLost(message.key)


@cache
def _change_of(names: tuple[str, ...]) -> Statement:
    """By hand: three times for each message Django would take longer to write it than to run it."""
    columns = ", ".join(f"{FIELDS[name].column} = %s" for name in names)
    sql = (
        f"UPDATE {Message._meta.db_table} SET {columns} WHERE id = %s AND claim = %s "  # noqa: S608
        f"AND state IN ('{State.CLAIMED}', '{State.INFLIGHT}')"
    )
    return Statement(sql, tuple(map(Given, range(len(names) + 2))))


def _stored(name: str, value: Any) -> Any:
    """The value as the column of that name keeps it."""
    return FIELDS[name].get_db_prep_save(value, connection)


@prepared
def _read(pk: Any, hub: Any, today: Any) -> QuerySet[Message]:
    """With whether it is held by now: the hold may be younger than the claim."""
    found = Message.objects.filter(pk=pk, hub=hub).order_by().select_related("hub")
    return found.annotate(is_held=hold_of_row(today))


def claim_due(limit: int, *, now: datetime) -> Claim:
    """Claim up to ``limit`` of the messages due at ``now``, first things first.

    What is held is left, and by night what can wait for the day. Call under ``all_hubs``.
    """
    token, lease_until = uuid.uuid4(), now + LEASE
    if limit:
        _write_token(due_to_leave(now), limit, token, lease_until)
    mine = Message.objects.filter(claim=token).select_related("hub")
    return Claim(token, lease_until, list(mine.order_by("priority", "due_at", "id")))


def due_to_leave(now: datetime) -> QuerySet[Message]:
    """Those in scope that senders take at ``now``, first things first."""
    return Message.objects.due(now).filter(may_leave(now))


def _write_token(
    due: QuerySet[Message], limit: int, token: uuid.UUID, lease_until: datetime
) -> None:
    """One sender at a time takes a row: by row locks, or where there are none in one statement."""
    claimed = {"state": State.CLAIMED, "claim": token, "lease_until": lease_until}
    if not connection.features.has_select_for_update_skip_locked:
        first = due.values("pk")[:limit]
        Message.objects.filter(pk__in=first, state=State.QUEUED).update(**claimed)
        return
    with transaction.atomic():
        locked = due.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)
        Message.objects.filter(pk__in=list(locked[:limit])).update(**claimed)
