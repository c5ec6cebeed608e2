"""The messages about briefings, as drafts: their kinds, their keys, whom they go to."""

from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from enrolment.models import BriefingBooking
from mathshub.outbox.services import Draft

BOOKED = "briefing-booked"
WAITING = "briefing-waiting"
GIVEN_UP = "briefing-given-up"
SEAT_FREE = "briefing-seat-free"
CHANGED = "briefing-changed"
CANCELLED = "briefing-cancelled"
REMINDER = "briefing-reminder"
FOLLOW_UP = "briefing-follow-up"

WHY_MOVED = "the briefing was moved"
WHY_CANCELLED = "the briefing was cancelled"


def reminder_prefix(briefing_pk: int, starts_at: datetime) -> str:
    """How the keys of all reminders of one time of a briefing begin."""
    return f"{REMINDER}:{briefing_pk}:{starts_at.astimezone(UTC):%Y%m%dT%H%M%SZ}:"


def draft_of(kind: str, key: str, booking: BriefingBooking, **context: Any) -> Draft:
    """To the mailbox alone: who books may have typed anything as a name, and any address."""
    return Draft(
        kind=kind,
        key=f"{kind}:{key}",
        recipient=booking.email,
        context={"booking": booking.pk, **context},
        school_id=booking.school_id,
    )


def confirmation_of(booking: BriefingBooking, now: datetime) -> Draft:
    """Once a day for each link: of the seat, or of the place on the list."""
    kind = BOOKED if booking.is_booked else WAITING
    day = timezone.localdate(now)
    return draft_of(kind, f"{booking.pk}:{day}:{booking.link_generation}", booking)
