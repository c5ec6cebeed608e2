"""Placing and lifting holds: what is held, what would expire meanwhile, what goes at once after."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from mathshub.daytime import LONDON
from mathshub.outbox.hold import stopped_by
from mathshub.outbox.kinds import names_that_leave_paused_hubs
from mathshub.outbox.leaving import is_held
from mathshub.outbox.models import Hold, Message, MessageQuerySet
from mathshub.scope import current_hub

State = Message.State
LONGEST = timedelta(days=365)


class AlreadyHeld(Exception):
    """The same is held already."""

    def __init__(self, hold: Hold) -> None:
        super().__init__()
        self.hold = hold

    def __str__(self) -> str:
        return (
            f"This is held already, until the end of {self.hold.until:%A} {self.hold.until.day} "
            f"{self.hold.until:%B}: {self.hold.reason}"
        )


class NotHeld(Exception):
    """The hold is over, or somebody has lifted it."""

    def __str__(self) -> str:
        return "This hold is over already: nothing was changed."


class CannotBeHeld(Exception):
    """The message is on its way, has ended, or is of a kind that nothing holds."""

    def __str__(self) -> str:
        return "This message can’t be held: it is on its way, or has ended."


@transaction.atomic
def place_hold(
    *,
    reason: str,
    until: date,
    work_group: Any = None,
    message: Message | None = None,
    by: Any,
    now: datetime,
) -> Hold:
    """Hold one message, a Work Group's, or all of the hub's, until the day ``until`` is over.

    Raises ``AlreadyHeld`` where the same is held, by whomever, and ``CannotBeHeld`` for a message
    that no sender will take in hand.
    """
    _one_at_a_time()
    today = timezone.localdate(now)
    same = Hold.objects.standing(today).filter(work_group=work_group, message=message)
    if standing := same.first():
        raise AlreadyHeld(standing)
    if message and not can_be_held(Message.objects.get(pk=message.pk)):
        raise CannotBeHeld
    held: Hold = Hold.objects.create(
        work_group=work_group,
        message=message,
        reason=reason,
        until=until,
        placed_at=now,
        placed_by=by,
    )
    return held


def can_be_held(message: Message) -> bool:
    """Whether it waits, and is of a kind that staff may keep waiting."""
    may_wait = message.kind not in names_that_leave_paused_hubs()
    return may_wait and message.state in (State.QUEUED, State.CLAIMED)


@transaction.atomic
def alter_hold(hold: Hold, *, reason: str, until: date) -> None:
    """Another reason or end, of a hold that stands; sends nothing."""
    locked = Hold.objects.select_for_update().get(pk=hold.pk)
    locked.reason, locked.until = reason, until
    locked.save()


@transaction.atomic
def lift_hold(hold: Hold, *, drop: bool, by: Any, now: datetime) -> int:
    """End the hold. What it alone kept back and is due goes now, or is dropped for good.

    What is due later goes in its time. Returns how many messages go now, or were dropped. Raises
    ``NotHeld`` where it is over.
    """
    locked = Hold.objects.select_for_update().get(pk=hold.pk)
    if not locked.is_standing(timezone.localdate(now)):
        raise NotHeld
    overdue = kept_back(locked, now=now).filter(due_at__lte=now, expires_at__gt=now)
    if drop:
        changed = overdue.update(state=State.CANCELLED, state_reason=stopped_by(str(by)))
    else:
        changed = overdue.update(due_at=now)  # it could not leave before
    locked.lifted_at, locked.lifted_by = now, by
    locked.save()
    return int(changed)


def within(hold: Hold) -> MessageQuerySet:
    """The messages that wait and that the hold is about, whether it stands or not."""
    waiting: MessageQuerySet = Message.objects.filter(state=State.QUEUED).exclude(
        kind__in=names_that_leave_paused_hubs()
    )
    if hold.work_group_id:
        return waiting.filter(work_group=hold.work_group_id)
    return waiting.filter(pk=hold.message_id) if hold.message_id else waiting


def kept_back(hold: Hold, *, now: datetime) -> MessageQuerySet:
    """Those of them that no other hold keeps back as well."""
    return within(hold).exclude(is_held(timezone.localdate(now), but_for=hold))


def expires_while_held(until: date) -> Q:
    """Messages that will have expired when a hold until the end of that day is over."""
    return Q(expires_at__lte=end_of(until))


def begin_of(day: date) -> datetime:
    """Midnight before that day, in London."""
    return datetime.combine(day, time(), tzinfo=LONDON)


def end_of(day: date) -> datetime:
    """Midnight after that day, in London."""
    return begin_of(day + timedelta(days=1))


def _one_at_a_time() -> None:
    """Two who hold the same at once: the second finds the first one's."""
    hubs = apps.get_model("workgroups.Hub")._default_manager
    hubs.select_for_update(no_key=True).get(pk=current_hub().pk)
