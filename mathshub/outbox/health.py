"""How the outbox is: what the health page and the admin's banner say of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from mathshub.outbox import account
from mathshub.outbox.bounce_mailbox import BOUNCES
from mathshub.outbox.leaving import may_leave
from mathshub.outbox.models import Heartbeat, MailAccount, Message
from mathshub.outbox.sweep import SWEEP
from mathshub.scope import all_hubs, current_hub, hub_scope

SWEEP_IS_LATE = timedelta(minutes=3)
OVERDUE = timedelta(minutes=15)
MAILBOX_IS_LATE = timedelta(minutes=30)  # it is read every five


@dataclass(frozen=True)
class Health:
    """The outbox at one moment.

    ``waiting`` messages are due now and may go. ``overdue`` ones have waited for over 15 minutes
    without the rate being the reason. ``failing_since`` and ``error`` are the mail server's, while
    it can't be reached.
    """

    last_sweep_at: datetime | None
    sweep_age: timedelta | None
    waiting: int
    overdue: int
    failing_since: datetime | None
    error: str

    @property
    def is_sweep_late(self) -> bool:
        """Nothing is being sent: no sweep for three minutes, or never."""
        return self.sweep_age is None or self.sweep_age > SWEEP_IS_LATE

    @property
    def is_well(self) -> bool:
        """Messages leave, and in time."""
        return not (self.is_sweep_late or self.overdue or self.failing_since)


def health(now: datetime) -> Health:
    """The outbox at ``now``. Counts are those of the hub in scope, or of all where none is set."""
    beat = Heartbeat.objects.filter(name=SWEEP).first()
    mail = MailAccount.objects.filter(name=account.NAME).first()
    waiting, overdue = _counts(now)
    is_held_by_rate = mail is not None and account.tokens_at(mail, now) < account.capacity()
    is_failing = mail is not None and mail.failures >= account.ALERT_AFTER
    return Health(
        last_sweep_at=beat.at if beat else None,
        sweep_age=now - beat.at if beat else None,
        waiting=waiting,
        overdue=0 if is_held_by_rate else overdue,
        failing_since=mail.failing_since if mail and is_failing else None,
        error=mail.last_error if mail and is_failing else "",
    )


def _counts(now: datetime) -> tuple[int, int]:
    """Messages that are due, and those of them that are overdue."""
    hub = current_hub()
    with hub_scope(hub) if hub else all_hubs("the health of the outbox"):
        due = Message.objects.waiting().filter(may_leave(now), due_at__lte=now)
        return due.count(), due.filter(due_at__lte=now - OVERDUE).count()


@dataclass(frozen=True)
class BounceMailbox:
    """The mailbox in which delivery reports arrive, where one is read: since when it was not."""

    last_read_at: datetime | None
    is_late: bool


def bounce_mailbox(now: datetime) -> BounceMailbox:
    """Without a mailbox to read, nothing is late."""
    if not settings.BOUNCE_MAILBOX_URL:
        return BounceMailbox(None, is_late=False)
    beat = Heartbeat.objects.filter(name=BOUNCES).first()
    is_late = beat is None or now - beat.at > MAILBOX_IS_LATE
    return BounceMailbox(beat.at if beat else None, is_late)
