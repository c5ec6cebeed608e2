"""Skipping what will go out, written or not, and letting it go again."""

from datetime import datetime

from django.db import transaction
from django.db.models import DateTimeField, Value
from django.db.models.functions import Greatest

from mathshub.outbox.going_out import Where, foreseen_on, waiting_on
from mathshub.outbox.hold import stopped_by, stopped_messages
from mathshub.outbox.holding import begin_of, end_of
from mathshub.outbox.kinds import names_that_keep_no_text, names_that_leave_paused_hubs
from mathshub.outbox.models import Message, MessageQuerySet
from mathshub.outbox.services import queue_messages

State = Message.State


def may_be_skipped(kind: str) -> bool:
    """Sign-in codes and the like are for their reader alone to want."""
    return kind not in (*names_that_leave_paused_hubs(), *names_that_keep_no_text())


def write_line(where: Where, *, now: datetime) -> int:
    """Write what planners are going to write behind a line; it waits until it is due.

    As always it is rendered when it leaves, and not sent where it is not wanted by then. Returns how
    many there were.
    """
    return queue_messages(foreseen_on(where, now), now=now)


@transaction.atomic
def skip_line(where: Where, *, by: str, now: datetime) -> int:
    """Stop what waits behind a line; what is not written yet goes on record as stopped.

    A planner leaves what is on record. What a sender has handed over already is past stopping.
    Returns how many were stopped. ``by`` names who did it, for the record.
    """
    if not may_be_skipped(where.kind):
        return 0
    write_line(where, now=now)
    ids = list(waiting_on(where, now).values_list("pk", flat=True))
    _bring_to_its_day(ids, where)
    stoppable = Message.objects.filter(state__in=[State.QUEUED, State.CLAIMED])
    stopped = {
        "state": State.CANCELLED,
        "state_reason": stopped_by(by),
        "claim": None,
        "lease_until": None,
    }
    return int(stoppable.filter(pk__in=ids).update(**stopped))


def _bring_to_its_day(ids: list[int], where: Where) -> None:
    """What is overdue is skipped with the line of today, and so must be found there again."""
    begins = begin_of(where.day)
    overdue = Message.objects.filter(pk__in=ids, due_at__lt=begins, expires_at__gt=begins)
    overdue.update(due_at=begins)


def stopped_on(where: Where, now: datetime) -> MessageQuerySet:
    """Those of them that belong to a line: what was stopped on another day is not let go with it."""
    day = {"due_at__gte": begin_of(where.day), "due_at__lt": end_of(where.day)}
    of_line = stopped_messages(now).filter(work_group=where.group or None, kind=where.kind)
    return of_line.filter(**day)


def let_go_again(messages: MessageQuerySet, *, now: datetime) -> int:
    """What was stopped waits again, as if new; what is overdue leaves at once. Returns how many."""
    due_at = Greatest("due_at", Value(now, output_field=DateTimeField()))
    anew = {"state": State.QUEUED, "state_reason": "", "attempts": 0, "deferrals": 0}
    return int(messages.update(**anew, due_at=due_at))
