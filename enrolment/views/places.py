"""The page behind the link in an offer: accept or decline the place, and name who sits in it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from enrolment.errors import PlaceNotOffered, Refusal, WorkGroupClosed, WorkGroupFull
from enrolment.forms.places import ACCEPT, DECLINE, AnswerForm, SeatsForm
from enrolment.models import Place, Seat
from enrolment.services.places import accept_place, decline_place
from enrolment.services.seats import NamedSeat, name_seat
from enrolment.views.links import place_of

NO_ROOM = (
    "We are sorry: since we wrote to you, {group} has had to stop taking schools. Nothing was "
    "changed by your answer. Please write to us, and we will look for another place for you."
)

ANSWERED_BEFORE = (
    "This offer was answered before, perhaps by a colleague or in another window. What you sent "
    "just now has changed nothing. To change the answer, please write to us."
)

LAPSED_MEANWHILE = (
    "This offer lapsed before your answer came, so what you sent just now has changed nothing. "
    "Please write to us: if a place is free, we will offer it to you again."
)


# No CSRF cookie: the secret is in the address, which another site can't know.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer_place(request: HttpRequest, token: str) -> HttpResponse:
    """The offer with its choice; once answered, what was answered and what comes next."""
    place = place_of(token)
    now = timezone.now()
    if place.state == Place.State.OFFERED:
        if request.method == "POST":
            return _answer(request, place, token, now)
        return _show_offer(request, place, _answer_form(place))
    if request.method != "POST":
        return _show_answered(request, place)
    if place.state == Place.State.ACCEPTED and "name" in request.POST:
        return _name_seats(request, place, token, now)
    return _answer_again(request, place, token)


def _answer(request: HttpRequest, place: Place, token: str, now: datetime) -> HttpResponse:
    form = _answer_form(place, request.POST)
    is_valid = form.is_valid()
    if not (is_valid or form.declines):
        return _show_offer(request, place, form)
    try:
        if form.declines:
            decline_place(place, by=None, now=now)
        else:
            accept_place(place, seats=form.named_people(), by=None, now=now)
    except (WorkGroupFull, WorkGroupClosed):
        return _show_offer(request, place, form, problem=NO_ROOM.format(group=place.work_group))
    except PlaceNotOffered:
        place.refresh_from_db()
        return _answer_again(request, place, token)
    except Refusal as refusal:
        return _show_offer(request, place, form, problem=str(refusal))
    return redirect("enrolment:answer_place", token)


def _answer_again(request: HttpRequest, place: Place, token: str) -> HttpResponse:
    """The second click, or a colleague's: the first answer stands, and another one is told so."""
    wanted = {ACCEPT: Place.State.ACCEPTED, DECLINE: Place.State.DECLINED}
    if wanted.get(request.POST.get("answer", ""), place.state) == place.state:
        return redirect("enrolment:answer_place", token)
    if place.state == Place.State.LAPSED:
        return _show_answered(request, place, problem=LAPSED_MEANWHILE)
    return _show_answered(request, place, problem=ANSWERED_BEFORE)


def _name_seats(request: HttpRequest, place: Place, token: str, now: datetime) -> HttpResponse:
    seats = _seats(place)
    form = SeatsForm(request.POST, rows=_seat_count(place) - len(seats), beside=len(seats))
    if not form.rows:
        return redirect("enrolment:answer_place", token)
    if not form.is_valid():
        return _show_answered(request, place, form)
    try:
        with transaction.atomic():
            for person in _not_yet_seated(form.named_people(), seats):
                name_seat(place, seat=person, by=None, now=now)
    except Refusal as refusal:
        return _show_answered(request, place, form, problem=str(refusal))
    return redirect("enrolment:answer_place", token)


def _show_offer(
    request: HttpRequest, place: Place, form: AnswerForm, problem: str = ""
) -> HttpResponse:
    context = _context(place) | {
        "page_title": f"A place for {place.school}",
        "form": form,
        "problem": problem,
    }
    return render(request, "enrolment/place_offered.html", context)


def _show_answered(
    request: HttpRequest, place: Place, form: SeatsForm | None = None, problem: str = ""
) -> HttpResponse:
    seats = _seats(place)
    free = _seat_count(place) - len(seats)
    if form is None and free > 0 and place.state == Place.State.ACCEPTED:
        form = SeatsForm(rows=free, beside=len(seats))
    context = _context(place) | {
        "page_title": _TITLES[Place.State(place.state)].format(school=place.school),
        "seats": seats,
        "free_seats": free,
        "form": form,
        "problem": problem,
    }
    return render(request, "enrolment/place_answered.html", context)


_TITLES = {
    Place.State.ACCEPTED: "{school} has its place",
    Place.State.DECLINED: "You have declined the place",
    Place.State.LAPSED: "This offer has lapsed",
    Place.State.WITHDRAWN: "This offer no longer stands",
}


def _context(place: Place) -> dict[str, Any]:
    sessions: Any = place.work_group.sessions  # by name alone: the app stands further right
    return {
        "place": place,
        "work_group": place.work_group,
        "offering": place.work_group.offering,
        "sessions": list(sessions.on_the_calendar().order_by("number")),
        "now": timezone.now(),
    }


def _answer_form(place: Place, data: object = None) -> AnswerForm:
    people = place.expression.intended_participants.exclude(name="") if place.expression else []
    known = [NamedSeat(name=p.name, email=p.email, role=p.role) for p in people]
    return AnswerForm(data, rows=_seat_count(place), known=known)


def _seats(place: Place) -> list[Seat]:
    return list(
        Seat.objects.taken(timezone.localdate()).filter(place=place).select_related("participant")
    )


def _seat_count(place: Place) -> int:
    return place.work_group.offering.programme.seats_per_school


def _not_yet_seated(people: Sequence[NamedSeat], seats: Sequence[Seat]) -> list[NamedSeat]:
    """Those who were not named a moment ago by the same form, sent twice."""
    seated = {(s.participant.name.casefold(), s.participant.email.casefold()) for s in seats}
    return [p for p in people if (p.name.casefold(), p.email.casefold()) not in seated]
