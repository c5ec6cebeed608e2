"""What schools asked for and what became of it: expressions of interest, places and seats."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from enrolment.models import ExpressionOfInterest, Place, Seat
from enrolment.services.history import save_as
from enrolment.services.interest import InterestAnswers, submit_expression, withdraw_expression
from enrolment.services.places import accept_place, decline_place, offer_place, withdraw_place
from enrolment.services.seats import NamedSeat, give_up_seat, name_seat
from mathshub.site.demo.people import Staffroom, staffroom_of
from mathshub.site.demo.scene import Scene
from sessions.models import Session
from sessions.services.apologies import give_apology
from workgroups.models import Offering, School, WorkGroup

Source = ExpressionOfInterest.Source
State = ExpressionOfInterest.State

BARRIERS = "Three of our eight teachers are new this year, and we have mixed-age classes."
SWAPPED_DAYS_AGO = 21
REPLY_WITHIN = timedelta(days=14)


def ask(
    scene: Scene,
    school: School,
    offering: Offering,
    *,
    at: datetime,
    source: Source = Source.WEB,
) -> ExpressionOfInterest:
    """The school expresses its interest at that moment, naming the people it means to send."""
    people = staffroom_of(school)
    answers = InterestAnswers(
        school=school,
        headteacher_name=people.headteacher,
        headteacher_email=people.headteacher_email,
        maths_lead_name=people.maths_lead,
        maths_lead_email=people.maths_lead_seat.email,
        intended_participants=tuple(_seats(people, offering.programme.seats_per_school)),
        further={} if source == Source.TELEPHONE else answers_to(offering),
    )
    return _submit(answers, scene, offering, at=at, source=source, name=school.urn)


def ask_unlisted(
    scene: Scene, offering: Offering, *, typed: str, address: str, at: datetime
) -> None:
    """A school that could not find itself in the register expresses its interest."""
    answers = InterestAnswers(
        school=None,
        school_as_typed=typed,
        headteacher_name="Ottoline Frey",
        headteacher_email=address,
        further=answers_to(offering),
    )
    _submit(answers, scene, offering, at=at, source=Source.WEB, name=typed)


def _submit(
    answers: InterestAnswers,
    scene: Scene,
    offering: Offering,
    *,
    at: datetime,
    source: Source,
    name: str,
) -> ExpressionOfInterest:
    expression, _ = submit_expression(
        answers,
        offering=offering,
        # The same on each load, as is everything else.
        form_token=uuid5(NAMESPACE_URL, f"{scene.plan.host}/{offering.pk}/{name}"),
        source=source,
        by=scene.lead if source == Source.TELEPHONE else None,
        now=at,
    )
    return expression


def offer(
    scene: Scene, expression: ExpressionOfInterest, group: WorkGroup, *, at: datetime
) -> Place:
    """The hub's lead offers a place."""
    reply_by = (at + REPLY_WITHIN).date()
    return offer_place(expression, work_group=group, by=scene.lead, now=at, reply_by=reply_by)


def accept(place: Place, *, at: datetime) -> Place:
    """The headteacher accepts, and names as many people as the programme has seats."""
    limit = place.work_group.offering.programme.seats_per_school
    people = list(_seats(staffroom_of(place.school), limit))
    return accept_place(place, seats=people, by=None, now=at)


def fill(
    scene: Scene, group: WorkGroup, schools: Iterable[School], *, first_at: datetime
) -> list[Place]:
    """The schools ask one after the other from ``first_at``, are offered a place, and accept it.

    All in the school year before the group's own: two months from asking to the last answer.
    """
    places = []
    for number, school in enumerate(schools):
        asked_at = first_at + timedelta(days=2 * number, minutes=37 * number)
        expression = ask(scene, school, group.offering, at=asked_at)
        place = offer(scene, expression, group, at=first_at + timedelta(days=40, minutes=number))
        answered_at = first_at + timedelta(days=42 + number % 5, minutes=53 * number)
        places.append(accept(place, at=answered_at))
    return places


def turn_down(scene: Scene, place: Place, *, at: datetime) -> None:
    decline_place(place, by=None, now=at)


def drop_out(scene: Scene, place: Place, *, at: datetime) -> None:
    """An accepted place is given back, with its seats."""
    withdraw_place(place, by=scene.lead, now=at)


def take_back(expression: ExpressionOfInterest, *, at: datetime) -> None:
    """The school withdraws by its own link."""
    withdraw_expression(expression, by=None, now=at)


def not_this_year(scene: Scene, expression: ExpressionOfInterest, *, note: str) -> None:
    """The hub decides against, and notes why for itself."""
    expression.state = State.NOT_THIS_YEAR
    expression.staff_note = note
    save_as(expression, by=scene.lead, now=scene.before(days=2), why="Not this year")


def swap_teacher(scene: Scene, place: Place) -> None:
    """A teacher leaves during the year, and a colleague takes the seat over."""
    at = scene.before(days=SWAPPED_DAYS_AGO)
    leaving = place.seats.get(role=Seat.Role.PARTICIPANT)
    give_up_seat(leaving, on=at.date(), by=scene.lead, now=at)
    successor = NamedSeat(
        "Ines Quennell", f"office.{staffroom_of(place.school).mailbox}@example.org"
    )
    name_seat(place, seat=successor, by=scene.lead, now=at + timedelta(days=1))


def apologise(session: Session, places: Sequence[Place], *, reason: str, at: datetime) -> None:
    """The lead participant of the last of the schools can't come."""
    seat = Seat.objects.get(place=places[-1], role=Seat.Role.LEAD)
    give_apology(seat, session, reason=reason, now=at)


def _seats(people: Staffroom, limit: int) -> Iterable[NamedSeat]:
    return [people.maths_lead_seat, people.teacher_seat][:limit]


def answers_to(offering: Offering) -> dict[str, Any]:
    """What the web form asks besides, as a school that is asked everything answers it."""
    barriers = {"barriers": BARRIERS} if offering.programme.asks_for_barriers else {}
    return barriers | {
        "days": ["tuesday", "wednesday"],
        "modes": ["face_to_face"],
        "commitment": True,
        "privacy": True,
    }
