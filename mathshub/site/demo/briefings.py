"""The demonstration's briefings: two that were held, one a borough to come, and who booked."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from uuid import uuid4

from enrolment.models import Briefing
from enrolment.services.briefings import Person, book_seat, send_follow_up, take_attendance
from mathshub.site.demo.people import staffroom_of
from mathshub.site.demo.scene import Scene
from sessions.times import at_wall_time
from workgroups.models import LocalAuthority, School

DESCRIPTION = (
    "What the programmes ask of a school, what they give it, and which step is right for you. An "
    "hour, with time for your questions."
)
# Of the hub's mainstream schools: those that booked, and how many of them came.
FOLLOWED_UP, CAME = slice(14, 24), 7
NOT_TICKED = slice(20, 26)
# To come, by the place of the borough: seats, and who has booked or waits.
TO_COME = {0: (30, slice(0, 9)), 1: (4, slice(9, 15)), 2: (None, slice(3, 8))}


def announce_briefings(scene: Scene) -> None:
    """One for the headteachers of each borough, about the next year; every third one online."""
    day = scene.today + timedelta(days=9)
    for number, authority in enumerate(scene.boroughs):
        day = next_weekday(day)
        seats, schools = TO_COME.get(number, (40, slice(0, 0)))
        briefing = _announce(scene, authority, day, number=number, capacity=seats)
        _book(scene, briefing, scene.mainstream[schools], days_ago=6)
        day += timedelta(days=1)


def tell_of_held_briefings(scene: Scene) -> None:
    """One that was followed up, and one after which nobody has ticked yet who came."""
    first, second = scene.boroughs[:2]
    briefing = _announce(scene, first, _weekday_before(scene.today, days=14), number=0)
    _book(scene, briefing, scene.mainstream[FOLLOWED_UP], days_ago=24)
    ticks = {each.pk: number < CAME for number, each in enumerate(briefing.bookings.order_by("pk"))}
    at = briefing.ends_at + timedelta(hours=1)
    newcomer = Person(
        name="Ines Quennell", email="", school_as_typed="A school that has just opened"
    )
    take_attendance(briefing, ticks=ticks, walk_ins=[newcomer], by=scene.lead, now=at)
    send_follow_up(briefing, by=scene.lead, now=at + timedelta(days=1))
    waits = _announce(scene, second, _weekday_before(scene.today, days=3), number=1, capacity=30)
    _book(scene, waits, scene.mainstream[NOT_TICKED], days_ago=15)


def next_weekday(day: date) -> date:
    """That day, or the Monday after it."""
    return day + timedelta(days=(7 - day.weekday()) % 7 if day.weekday() > 4 else 0)


def _weekday_before(today: date, *, days: int) -> date:
    """So many days before, or the Friday before that."""
    day = today - timedelta(days=days)
    return day - timedelta(days=max(0, day.weekday() - 4))


def _announce(
    scene: Scene, authority: LocalAuthority, day: date, *, number: int, capacity: int | None = None
) -> Briefing:
    is_online = number % 3 == 2
    starts, ends = (time(8, 15), time(9, 15)) if number % 2 else (time(16, 0), time(17, 0))
    host = _host_in(scene, authority)
    return Briefing.objects.create(
        local_authority=authority,
        academic_year=scene.years[scene.year + 1],
        starts_at=at_wall_time(day, starts),
        ends_at=at_wall_time(day, ends),
        is_online=is_online,
        venue="" if is_online else f"{host.name}, {host.street}, {host.postcode}",
        join_link=f"https://meet.example.org/briefing-{number + 1}" if is_online else "",
        capacity=capacity,
        description=DESCRIPTION,
        is_published=True,
    )


def _host_in(scene: Scene, authority: LocalAuthority) -> School:
    """A school of the borough has the headteachers in; where the hub knows none, its first one."""
    near = (each for each in scene.mainstream if each.local_authority_id == authority.pk)
    return next(near, scene.mainstream[0])


def _book(scene: Scene, briefing: Briefing, schools: Iterable[School], *, days_ago: int) -> None:
    """One after the other; where all seats are taken they wait."""
    for number, school in enumerate(schools):
        people = staffroom_of(school)
        book_seat(
            Person(name=people.headteacher, email=people.headteacher_email, school=school),
            briefing=briefing,
            form_token=uuid4(),
            waits=True,
            by=None,
            now=_at(scene, days_ago, number),
        )


def _at(scene: Scene, days_ago: int, number: int) -> datetime:
    return scene.before(days=days_ago) + timedelta(hours=3 * number, minutes=7 * number)
