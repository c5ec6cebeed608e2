"""Who comes to a briefing, whether they booked or came in at the door."""

from dataclasses import dataclass

from django.db.models.functions import Lower

from enrolment.models import Briefing, BriefingBooking
from workgroups.models import School


@dataclass(frozen=True)
class Person:
    """Who comes. Either ``school`` is given or ``school_as_typed``."""

    name: str
    email: str
    role: str = BriefingBooking.Role.HEADTEACHER
    school: School | None = None
    school_as_typed: str = ""


def active_booking_of(person: Person, briefing: Briefing) -> BriefingBooking | None:
    """What this person has booked already, as the constraint has it."""
    return (
        BriefingBooking.objects.active()
        .filter(briefing=briefing)
        .annotate(address=Lower("email"), person=Lower("name"))
        .filter(address=person.email.lower(), person=person.name.lower())
        .exclude(email="")
        .first()
    )
