"""What may leave at a moment: nothing that staff hold, and by night nothing that can wait."""

from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from mathshub.daytime import is_daytime
from mathshub.outbox.held import Hold
from mathshub.outbox.kinds import names_that_leave_by_day, names_that_leave_paused_hubs


def may_leave(now: datetime) -> Q:
    """Messages that nothing keeps back at ``now``, be they due or not."""
    free = ~is_held(timezone.localdate(now))
    return free if is_daytime(now) else free & ~Q(kind__in=names_that_leave_by_day())


def is_held(today: date, *, but_for: Hold | None = None) -> Q:
    """Messages that a hold keeps back on that day in London; the hold ``but_for`` not counted.

    Three short lists, each read once for a statement, however many messages wait.
    """
    holds = Hold.objects.standing(today).order_by()
    if but_for:
        holds = holds.exclude(pk=but_for.pk)
    held = (
        Q(hub__in=holds.of_hub().values("hub"))
        | Q(work_group__in=holds.filter(work_group__isnull=False).values("work_group"))
        | Q(pk__in=holds.filter(message__isnull=False).values("message"))
    )
    return held & ~Q(kind__in=names_that_leave_paused_hubs())


def hold_of_row(today: Any) -> Exists:
    """For one message that is read by its key: whether a hold keeps it back."""
    this = (
        Q(work_group=None, message=None)
        | Q(work_group=OuterRef("work_group"))
        | Q(message=OuterRef("pk"))
    )
    return Exists(Hold.objects.standing(today).filter(this, hub=OuterRef("hub")).order_by())
