"""Reminders of briefings: two days before, and on the morning of the day before, each once."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from enrolment.models import Briefing, BriefingBooking
from enrolment.services.briefings import REMINDER, reminder_prefix
from mathshub.calendar import LONDON
from mathshub.outbox.models import Message
from mathshub.outbox.services import Draft, queue_messages

DAYS_BEFORE = 2
MORNING = time(8)
EARLIEST = timedelta(days=DAYS_BEFORE + 1)  # a clock change may lie between


def plan_briefing_reminders(now: datetime) -> int:
    """Queue, for the hub in scope, the reminders that are due at ``now`` and not yet written.

    The question is “due and unsent”, as for sessions: what fell due while nothing ran is still
    made, as long as the briefing has not begun. Who booked after a reminder fell due has had the
    confirmation instead.
    """
    drafts = {draft.key: draft for draft in _due(now)}
    if not drafts:
        return 0
    known = set(Message.objects.filter(key__in=drafts).values_list("key", flat=True))
    new = [draft for key, draft in drafts.items() if key not in known]
    if new:
        queue_messages(new, now=now)
    return len(new)


def reminders_of(briefing: Briefing) -> dict[str, datetime]:
    """When each is due, by its name in the key: on the walls of London, over clock changes too."""
    start = briefing.starts_at.astimezone(LONDON)
    day_before = (start - timedelta(days=1)).date()
    return {
        "2": (start - timedelta(days=DAYS_BEFORE)).astimezone(UTC),
        "1": datetime.combine(day_before, MORNING, tzinfo=LONDON).astimezone(UTC),
    }


def _due(now: datetime) -> Iterator[Draft]:
    bookings = BriefingBooking.objects.booked().filter(
        briefing__is_published=True,
        briefing__cancelled_at=None,
        briefing__starts_at__gt=now,
        briefing__starts_at__lte=now + EARLIEST,
    )
    for booking in bookings.exclude(email="").select_related("briefing"):
        briefing = booking.briefing
        fallen = {name: at for name, at in reminders_of(briefing).items() if at <= now}
        if not fallen:
            continue
        name, due_at = max(fallen.items(), key=lambda each: each[1])
        if booking.booked_at < due_at:
            yield Draft(
                kind=REMINDER,
                key=f"{reminder_prefix(briefing.pk, briefing.starts_at)}{name}:{booking.pk}",
                recipient=booking.email,
                context={"booking": booking.pk},
                expires_at=briefing.starts_at,
            )
