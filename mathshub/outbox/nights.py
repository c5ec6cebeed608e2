"""What can wait leaves by day: messages that would leave at night are put off to the morning."""

from datetime import UTC, datetime, timedelta

from django.db.models import Q

from mathshub.daytime import LONDON, day_ends, is_daytime, next_daytime
from mathshub.outbox.kinds import names_that_leave_by_day
from mathshub.outbox.models import Message

TOO_LATE_BY_DAY = "It could not leave by day before it expired."
State = Message.State


def put_off_to_daytime(now: datetime) -> int:
    """A planner: move what would leave in the coming night, or in this one, to its end.

    Senders leave it at night anyway; so its row says when it goes. What would have expired by then
    is ended. Adds no message.
    """
    begins, ends = night_around(now)
    reached = now >= begins
    at_night = Q(due_at__gte=begins, due_at__lt=ends)
    overdue = Q(due_at__lt=ends) if reached else Q(pk__in=[])
    waiting = Message.objects.filter(
        at_night | overdue, state=State.QUEUED, kind__in=names_that_leave_by_day()
    )
    waiting.filter(expires_at__lte=ends).update(state=State.CANCELLED, state_reason=TOO_LATE_BY_DAY)
    waiting.filter(expires_at__gt=ends).update(due_at=ends)
    return 0


def night_around(moment: datetime) -> tuple[datetime, datetime]:
    """When the night that is, or comes next, begins and ends."""
    local = moment.astimezone(LONDON)
    if is_daytime(moment):
        begins = datetime.combine(local.date(), day_ends(), tzinfo=LONDON)
        return begins.astimezone(UTC), next_daytime(begins)
    ends = next_daytime(moment)
    evening = (ends.astimezone(LONDON) - timedelta(days=1)).date()
    return datetime.combine(evening, day_ends(), tzinfo=LONDON).astimezone(UTC), ends
