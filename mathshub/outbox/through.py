"""When the messages that wait now will have left: the rate of the mail account, and its rests."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from mathshub.outbox import account
from mathshub.outbox.claim import due_to_leave
from mathshub.outbox.models import MailAccount
from mathshub.scope import all_hubs

MATTERS_AFTER = timedelta(minutes=5)
"""What is through sooner is not worth a sentence."""


@dataclass(frozen=True)
class Queue:
    """The messages of the hub in scope that are due and may leave; when the last will have left."""

    waiting: int
    through_at: datetime

    def matters(self, now: datetime) -> bool:
        """Whether somebody might wonder where the messages are."""
        return bool(self.waiting) and self.through_at > now + MATTERS_AFTER


def queue(now: datetime) -> Queue:
    """How the hub in scope's messages stand, in four queries however many there are.

    All hubs send by one account: those of others that go before the hub's last are counted in.
    """
    mine = due_to_leave(now)
    waiting = mine.count()
    last = mine.reverse().values_list("priority", "due_at", "id").first() if waiting else None
    if last is None:
        return Queue(0, now)
    mail = MailAccount.objects.filter(name=account.NAME).first()
    resting = mail.rests_until if mail and mail.rests_until else now
    begins = max(now, resting)
    return Queue(
        waiting,
        through_at(
            _up_to(*last, now=now),
            tokens=account.tokens_at(mail, begins) if mail else account.capacity(),
            rate=settings.EMAIL_RATE_PER_MINUTE,
            begins=begins,
        ),
    )


def through_at(count: int, *, tokens: float, rate: float, begins: datetime) -> datetime:
    """When the last of so many messages will have left, where sending begins at ``begins``.

    As many as there are ``tokens`` leave at once, the others at ``rate`` a minute.
    """
    return begins + timedelta(minutes=max(0.0, count - max(0.0, tokens)) / rate)


def _up_to(priority: int, due_at: datetime, pk: int, *, now: datetime) -> int:
    """How many messages of all hubs go no later than the one that stands so in the queue."""
    same_moment = Q(due_at__lt=due_at) | Q(due_at=due_at, id__lte=pk)
    with all_hubs("the hubs share the mail account"):
        before: int = (
            due_to_leave(now)
            .filter(Q(priority__lt=priority) | Q(same_moment, priority=priority))
            .count()
        )
    return before
