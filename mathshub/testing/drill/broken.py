"""Broken versions of the portal, one thing at a time: a drill that misses one is no drill.

Each takes away one safeguard in the process that loads it (BROKEN=fence, for example).
"""

import importlib
import random
import time
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from mathshub.outbox import claim, sweep, tasks
from mathshub.outbox.claim import Claim, ClaimLost
from mathshub.outbox.models import Message, MessageQuerySet

State = Message.State
# Up to so long between two steps that belong together: what is lost sometimes is lost always.
PAUSE = 0.6  # seconds


def no_fence() -> None:
    """Every sender changes any message, whoever has claimed it since."""

    def change(self: Claim, message: Message, **fields: Any) -> None:
        Message.objects.filter(pk=message.pk).update(**fields)

    Claim._change = change  # type: ignore[method-assign]


def no_lock() -> None:
    """Senders look for what is due, then write their token over whatever is there by now."""

    def write_token(due: QuerySet[Message], limit: int, token: uuid.UUID, lease_until: Any) -> None:
        found = list(due.values_list("pk", flat=True)[:limit])
        time.sleep(random.uniform(0, PAUSE))
        Message.objects.filter(pk__in=found).update(
            state=State.CLAIMED, claim=token, lease_until=lease_until
        )

    claim._write_token = write_token


def no_lasting_key() -> None:
    """Every insert has a key of its own, so that nothing is known to be written already."""
    insert = MessageQuerySet.bulk_create

    def insert_with_new_keys(self: Any, rows: Any, **options: Any) -> Any:
        for row in rows:
            row.key = f"{row.key}:{uuid.uuid4().hex[:8]}"
        return insert(self, rows, **options)

    MessageQuerySet.bulk_create = insert_with_new_keys  # type: ignore[method-assign, assignment]


def count_afterwards() -> None:
    """An attempt counts only when it has come to an end."""
    change = Claim._change

    def change_and_count(self: Claim, message: Message, **fields: Any) -> None:
        fields.pop("attempts", None)
        if fields.get("state", State.INFLIGHT) != State.INFLIGHT:
            fields["attempts"] = message.attempts + 1
        if fields:
            change(self, message, **fields)

    Claim._change = change_and_count  # type: ignore[method-assign]


def no_inflight_mark() -> None:
    """Nothing says that the mail server may have the message."""

    def check_only(self: Claim, message: Message, **fields: Any) -> None:
        if not Message.objects.filter(pk=message.pk, claim=self.token).exists():
            raise ClaimLost(message.key)

    Claim.mark_inflight = check_only  # type: ignore[method-assign]


def no_reap() -> None:
    """Nobody puts back what others left behind."""

    def leave_behind(now: datetime) -> None:
        pass

    sweep.reap = leave_behind


def broker_in_request() -> None:
    """Queueing a message hands a task to the broker, in whichever process that happens."""
    importlib.import_module("mathshub.celery")  # or the task would go to no broker of ours
    insert = MessageQuerySet.bulk_create

    def insert_and_call(self: Any, rows: Any, **options: Any) -> Any:
        tasks.sweep_task.delay()
        return insert(self, rows, **options)

    MessageQuerySet.bulk_create = insert_and_call  # type: ignore[method-assign, assignment]


BROKEN: dict[str, Callable[[], None]] = {
    "fence": no_fence,
    "lock": no_lock,
    "key": no_lasting_key,
    "count": count_afterwards,
    "inflight": no_inflight_mark,
    "reap": no_reap,
    "broker": broker_in_request,
}


def break_what_is_named(name: str) -> None:
    """Nothing when no name is given. Raises ``KeyError`` for a name that is not here."""
    if name:
        BROKEN[name]()
