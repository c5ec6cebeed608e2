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


def foresee_briefing_reminders(now: datetime, until: datetime) -> Iterator[Draft]:
    """What the planner will queue after ``now`` up to ``until``, as things stand."""
    for booking, moments in _bookings(now, due_by=until):
        for name, due_at in moments.items():
            if now < due_at <= until:
                yield from _draft(booking, moments, name, next_daytime(due_at))


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
    for booking, moments in _bookings(now, due_by=now):
        fallen = {name: at for name, at in moments.items() if at <= now}
        if fallen:
            name = max(fallen, key=lambda each: fallen[each])
            yield from _draft(booking, moments, name, next_daytime(now))


def _bookings(
    now: datetime, *, due_by: datetime
) -> Iterator[tuple[BriefingBooking, dict[str, datetime]]]:
    """Those for briefings that may remind by then, each with when it reminds."""
    school_days = school_days_between(localdate(now) - EARLIEST, localdate(due_by) + EARLIEST)
    bookings = BriefingBooking.objects.booked().filter(
        briefing__is_published=True,
        briefing__cancelled_at=None,
        briefing__starts_at__gt=now,
        briefing__starts_at__lte=due_by + EARLIEST,
    )
    for booking in bookings.exclude(email="").select_related("briefing"):
        yield booking, reminders_of(booking.briefing, school_days)


def _draft(
    booking: BriefingBooking,
    moments: dict[str, datetime],
    name: str,
    leaves_at: datetime,
) -> Iterator[Draft]:
    """The reminder of that name, unless the confirmation or the next one says the same."""
    briefing, due_at = booking.briefing, moments[name]
    until = min((at for at in moments.values() if at > due_at), default=briefing.starts_at)
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
