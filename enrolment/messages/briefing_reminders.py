"""Reminders of briefings: two days before, and on the morning of the day before, each once."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.utils.timezone import localdate

from enrolment.models import Briefing, BriefingBooking
from enrolment.services.briefings import REMINDER, reminder_prefix
from mathshub.daytime import LONDON, at_daytime, next_daytime
from mathshub.outbox.models import Message
from mathshub.outbox.services import Draft, queue_messages
from workgroups.lead_times import MORNING_AT, reminder_at, school_day_before
from workgroups.school_days import SchoolDays, school_days_between

DAYS_BEFORE = 2
EARLIEST = timedelta(days=2 * DAYS_BEFORE + 1)  # a weekend and a clock change may lie between


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


def reminders_of(briefing: Briefing, school_days: SchoolDays) -> dict[str, datetime]:
    """When each is due, by its name in the key: by day, on school days where there are any."""
    start = briefing.starts_at.astimezone(LONDON)

    def is_school_day(day: date) -> bool:
        return school_days.is_school_day(day, [briefing.local_authority_id])

    day_before = school_day_before((start - timedelta(days=1)).date(), 1, is_school_day)
    return {
        "2": reminder_at(briefing.starts_at, DAYS_BEFORE, is_school_day),
        "1": at_daytime(day_before, MORNING_AT),
    }


def _due(now: datetime) -> Iterator[Draft]:
    leaves_at = next_daytime(now)
    school_days = school_days_between(localdate(now) - EARLIEST, localdate(now) + EARLIEST)
    bookings = BriefingBooking.objects.booked().filter(
        briefing__is_published=True,
        briefing__cancelled_at=None,
        briefing__starts_at__gt=now,
        briefing__starts_at__lte=now + EARLIEST,
    )
    for booking in bookings.exclude(email="").select_related("briefing"):
        briefing = booking.briefing
        moments = reminders_of(briefing, school_days)
        fallen = {name: at for name, at in moments.items() if at <= now}
        if not fallen:
            continue
        name, due_at = max(fallen.items(), key=lambda each: each[1])
        until = min((at for at in moments.values() if at > now), default=briefing.starts_at)
        if booking.booked_at < due_at and leaves_at < until:
            yield Draft(
                kind=REMINDER,
                key=f"{reminder_prefix(briefing.pk, briefing.starts_at)}{name}:{booking.pk}",
                recipient=booking.email,
                context={"booking": booking.pk},
                school_id=booking.school_id,
                due_at=leaves_at,
                expires_at=until,
            )
