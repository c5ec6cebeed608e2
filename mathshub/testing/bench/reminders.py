"""Rows for the bench of bulk mail: a hub whose sessions remind all their people now."""

from datetime import date, datetime, time, timedelta

from enrolment.models import Participant, Place, Seat
from mathshub.outbox.models import Hold, Message
from mathshub.scope import hub_scope
from sessions.models import Session
from sessions.reminders import plan_reminders
from sessions.times import at_wall_time, london_day
from workgroups.models import Hub, School, WorkGroup
from workgroups.tests.factories import (
    make_account,
    make_hub,
    make_member,
    make_offering,
    make_programme,
    make_work_group,
)

SCHOOLS, PEOPLE, SESSIONS = 8, 2, 6  # of a Work Group, of a school, of a year
A_GROUP = SCHOOLS * PEOPLE  # reminders of one session
HELD = 2  # sessions of the year that lie behind


def make_reminders(groups: int, *, now: datetime) -> Hub:
    """A hub with ``groups * A_GROUP`` reminders that are due at ``now``. It is held."""
    hub = make_hub(contact_phone="020 7946 0000")
    with hub_scope(hub):
        tomorrow = london_day(now) + timedelta(days=1)
        Hold.objects.create(reason="Until the bench begins.", until=tomorrow, placed_at=now)
        lead = make_member(account=make_account(name="R. Okafor"))
        offering = make_offering(programme=make_programme(name=f"Mastery of {hub.slug}"))
        schools = list(School.objects.order_by("pk")[:SCHOOLS])
        for _ in range(groups):
            running = WorkGroup.State.RUNNING
            group = make_work_group(offering=offering, leads=[lead], state=running)
            _make_year(group, now)
            _fill(group, schools, now)
        planned = plan_reminders(now)
        # At night they would wait for the day.
        Message.objects.filter(due_at__gt=now).update(due_at=now)
    assert planned == groups * A_GROUP, f"{planned} reminders for {groups} groups"
    return hub


def _make_year(group: WorkGroup, now: datetime) -> None:
    """Sessions a month apart, in turns in a school and online; the next one is a day away."""
    next_day = london_day(now) + timedelta(days=1)
    Session.objects.bulk_create(
        _session(group, number, next_day + timedelta(days=30 * (number - HELD - 1)))
        for number in range(1, SESSIONS + 1)
    )


def _session(group: WorkGroup, number: int, day: date) -> Session:
    starts_at = at_wall_time(day, time(15, 45))
    session = Session(
        hub_id=group.hub_id,
        work_group=group,
        number=number,
        title="Number facts",
        mode=Session.Mode.TWILIGHT,
        venue="Plainfields Primary School, Marsh Lane, E17 0XX",
        bring="notes from your gap task",
        state=Session.State.PUBLISHED,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=90),
    )
    if number % 2 == 0:
        session.mode, session.join_link = Session.Mode.VIRTUAL, "https://meet.example.org/abc"
    return session


def _fill(group: WorkGroup, schools: list[School], now: datetime) -> None:
    """A place of each school, accepted before the year began, and two people in it."""
    begun = now - timedelta(days=90)
    places = Place.objects.bulk_create(
        Place(
            hub_id=group.hub_id,
            work_group=group,
            school=school,
            state=Place.State.ACCEPTED,
            contact_name="Grace Obi",
            contact_email="office@school.example",
            offered_at=begun,
            answered_at=begun,
        )
        for school in schools
    )
    chairs = [(place, number) for place in places for number in range(PEOPLE)]
    people = Participant.objects.bulk_create(
        Participant(
            hub_id=group.hub_id,
            name=f"Sam Okafor {number}",
            email=f"sam{number}-{place.pk}@school.example",
            school=place.school,
        )
        for place, number in chairs
    )
    Seat.objects.bulk_create(
        Seat(hub_id=group.hub_id, place=place, participant=person, held_from=london_day(begun))
        for (place, _), person in zip(chairs, people, strict=True)
    )
