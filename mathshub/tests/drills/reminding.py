"""Sessions with people to remind, in whatever number a drill needs."""

from datetime import datetime, timedelta

from django.utils import timezone

from enrolment.models import Participant, Place, Seat
from enrolment.tests.factories import make_accepted_place
from mathshub.daytime import LONDON, at_daytime, is_daytime, latest_start
from sessions.models import Session
from sessions.reminders import plan_reminders
from sessions.tests.factories import make_running_group, make_session
from sessions.times import london_day

LONG_AGO = timedelta(days=60)


def seat_people(addresses: list[str], *, starts_in: timedelta) -> Session:
    """A session of a new Work Group that begins so long from now, with a seat for each address."""
    now = timezone.now()
    session = make_session(work_group=make_running_group(), starts_at=now + starts_in)
    place = make_accepted_place(work_group=session.work_group, now=now - LONG_AGO)
    _seat(place, addresses, held_from=london_day(now - LONG_AGO))
    return session


def remind(now: datetime) -> None:
    """Plan what is to be reminded of, as it would have been by day: drills run at night, too."""
    plan_reminders(daytime_until(now))


def daytime_until(now: datetime) -> datetime:
    """The moment itself, or the last at which planners write what leaves at once."""
    if is_daytime(now):
        return now
    day = now.astimezone(LONDON).date()
    evening = at_daytime(day, latest_start())
    return evening if evening < now else at_daytime(day - timedelta(days=1), latest_start())


def _seat(place: Place, addresses: list[str], **fields: object) -> None:
    people = Participant.objects.bulk_create(
        Participant(hub=place.hub, school=place.school, name=f"Person {number}", email=address)
        for number, address in enumerate(addresses)
    )
    Seat.objects.bulk_create(
        Seat(hub=place.hub, place=place, participant=person, **fields) for person in people
    )
