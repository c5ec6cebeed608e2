"""Briefings: seats booked, waited for, given up; the briefing moved or called off; who came."""

from enrolment.services.briefings.arrangements import (
    Arrangements,
    arrangements_of,
    cancel_briefing,
    change_briefing,
)
from enrolment.services.briefings.attendance import send_follow_up, take_attendance
from enrolment.services.briefings.drafts import (
    BOOKED,
    CANCELLED,
    CHANGED,
    FOLLOW_UP,
    GIVEN_UP,
    REMINDER,
    SEAT_FREE,
    WAITING,
    WHY_CANCELLED,
    WHY_MOVED,
    reminder_prefix,
)
from enrolment.services.briefings.flyers import drop_flyer, keep_flyer
from enrolment.services.briefings.people import Person
from enrolment.services.briefings.seats import (
    Answer,
    book_seat,
    cancel_booking,
    renew_booking_link,
)
from enrolment.services.briefings.waiting_list import is_seat_free, take_free_seat

__all__ = [
    "BOOKED",
    "CANCELLED",
    "CHANGED",
    "FOLLOW_UP",
    "GIVEN_UP",
    "REMINDER",
    "SEAT_FREE",
    "WAITING",
    "WHY_CANCELLED",
    "WHY_MOVED",
    "Answer",
    "Arrangements",
    "Person",
    "arrangements_of",
    "book_seat",
    "cancel_booking",
    "cancel_briefing",
    "change_briefing",
    "drop_flyer",
    "is_seat_free",
    "keep_flyer",
    "reminder_prefix",
    "renew_booking_link",
    "send_follow_up",
    "take_attendance",
    "take_free_seat",
]
