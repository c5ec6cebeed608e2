"""What schools asked for and what became of it: expressions of interest, places and seats."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from enrolment.forms.interest import Way, answers_of
from enrolment.forms.interest.by_telephone import pages_of
from enrolment.models import ExpressionOfInterest, InterestDraft, Place, Seat
from enrolment.services.confirming import confirm
from enrolment.services.drafts import mail_draft_link, start_draft
from enrolment.services.further_forms import join_form
from enrolment.services.history import save_as
from enrolment.services.interest import InterestAnswers, submit_expression, withdraw_expression
from enrolment.services.places import (
    accept_place,
    decline_place,
    lapse_place,
    offer_place,
    withdraw_place,
)
from enrolment.services.seats import NamedSeat, give_up_seat, name_seat
from mathshub.daytime import at_daytime
from mathshub.site.demo.forms import fill_in
from mathshub.site.demo.people import Staffroom, staffroom_of
from mathshub.site.demo.scene import Scene
from sessions.models import Session
from sessions.services.apologies import give_apology
from workgroups.lead_times import MORNING_AT
from workgroups.models import Offering, School, WorkGroup

Source = ExpressionOfInterest.Source
SenderRole = ExpressionOfInterest.SenderRole
Appetite = ExpressionOfInterest.Appetite
State = ExpressionOfInterest.State

SWAPPED_DAYS_AGO = 21
REPLY_WITHIN = timedelta(days=14)


def ask(
    scene: Scene,
    school: School,
    offering: Offering,
    *,
    at: datetime,
    source: Source = Source.WEB,
    role: str = SenderRole.HEADTEACHER,
    appetite: str = Appetite.YES,
    is_confirmed: bool = True,
) -> ExpressionOfInterest:
    """The school expresses its interest at that moment, naming the people it means to send."""
    if source == Source.TELEPHONE:
        return _ask_by_telephone(scene, school, offering, at=at)
    draft = _draft(
        scene,
        offering,
        school=school,
        typed="",
        people=staffroom_of(school),
        at=at,
        role=role,
        appetite=appetite,
    )
    expression = _send(draft, at=at)
    if is_confirmed:
        confirm(expression, now=at + timedelta(minutes=2))
        expression.refresh_from_db()
    return expression


def ask_unlisted(
    scene: Scene, offering: Offering, *, typed: str, address: str, at: datetime
) -> None:
    """A school that could not find itself in the register expresses its interest."""
    people = Staffroom("Ottoline Frey", "Ned Arbour", "Ida Quill", "weir", address)
    _send(
        _draft(
            scene,
            offering,
            school=None,
            typed=typed,
            people=people,
            at=at,
            role=SenderRole.HEADTEACHER,
            appetite=Appetite.YES,
        ),
        at=at,
    )


def ask_again(expression: ExpressionOfInterest, scene: Scene, *, at: datetime) -> None:
    """A colleague sends a form for what the school has asked for already."""
    assert expression.school is not None
    draft = _draft(
        scene,
        expression.offering,
        school=expression.school,
        typed="",
        people=staffroom_of(expression.school),
        at=at,
        role=SenderRole.MATHS_LEAD,
        appetite=Appetite.YES,
        name="again",
    )
    join_form(expression, answers=answers_of(Way(draft)), draft=draft, now=at)


def leave_unfinished(scene: Scene, school: School, offering: Offering, *, at: datetime) -> None:
    """A school has begun, and asked for the link to go on."""
    draft = start_draft(
        form_token=uuid5(NAMESPACE_URL, f"{scene.plan.host}/{offering.pk}/unfinished"),
        offering=offering,
        school=school,
        school_as_typed="",
        now=at,
    )
    mail_draft_link(draft, address=staffroom_of(school).headteacher_email, now=at)


def _ask_by_telephone(
    scene: Scene, school: School, offering: Offering, *, at: datetime
) -> ExpressionOfInterest:
    people = staffroom_of(school)
    answers = InterestAnswers(
        school=school,
        headteacher_name=people.headteacher,
        headteacher_email=people.headteacher_email,
        maths_lead_name=people.maths_lead,
        maths_lead_email=people.maths_lead_seat.email,
        intended_participants=tuple(_seats(people, offering.programme.seats_per_school)),
    )
    expression, _ = submit_expression(
        replace(answers, pages=pages_of(answers, offering)),
        offering=offering,
        form_token=_token(scene, offering, school.urn),
        source=Source.TELEPHONE,
        by=scene.lead,
        now=at,
    )
    return expression


def _draft(
    scene: Scene, offering: Offering, *, school: School | None, name: str = "", **form: Any
) -> InterestDraft:
    asked_by = (school.urn if school else form["typed"]) + name
    token = _token(scene, offering, asked_by)
    return fill_in(form_token=token, offering=offering, school=school, **form)


def _send(draft: InterestDraft, *, at: datetime) -> ExpressionOfInterest:
    assert draft.offering is not None
    expression, _ = submit_expression(
        answers_of(Way(draft)),
        offering=draft.offering,
        form_token=draft.form_token,
        source=Source.WEB,
        by=None,
        now=at,
        draft=draft,
    )
    return expression


def _token(scene: Scene, offering: Offering, asked_by: str) -> UUID:
    """The same on each load, as is everything else."""
    return uuid5(NAMESPACE_URL, f"{scene.plan.host}/{offering.pk}/{asked_by}")


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


def let_lapse(place: Place) -> None:
    """Nobody answers; the next morning the place goes back."""
    assert place.reply_by is not None, "an offer says by when"
    lapse_place(place, now=at_daytime(place.reply_by + timedelta(days=1), MORNING_AT))


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
