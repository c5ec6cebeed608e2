"""What writes to people can be looked at first, and done without e-mail, from each of its pages."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from enrolment.models import BriefingBooking, ExpressionOfInterest, Place, Seat
from enrolment.tests.factories import (
    NOW,
    make_accepted_place,
    make_booking,
    make_briefing,
    make_expression,
    make_participant,
    make_place,
)
from mathshub.outbox.models import Message
from mathshub.scope import hub_scope
from workgroups.models import Hub, HubMember
from workgroups.tests.factories import make_hub, make_member, make_school, make_work_group
from workgroups.tests.staff import staff_client

State = Message.State
Action = tuple[str, dict[str, Any], Callable[[], Any]]


@pytest.fixture
def here(db: None) -> Iterator[Hub]:
    hub = make_hub(slug="lea-valley")
    with hub_scope(hub), time_machine.travel(NOW, tick=False):
        yield hub


def offer() -> Action:
    expression = make_expression()
    group = make_work_group(offering=expression.offering)
    sent = {"chosen": expression.pk, "group": group.pk, "reply_by": "2026-12-20"}
    return "/admin/enrolment/expressionofinterest/offer/", sent, Place.objects.count


def accept() -> Action:
    place = make_place()
    place.expression.intended_participants.update_or_create(
        email="sam@school.example", defaults={"name": "Sam Okafor"}
    )
    return f"/admin/enrolment/place/{place.pk}/accept/", {}, Seat.objects.count


def name_seat() -> Action:
    place = make_accepted_place()
    sent = {"name": "Sam Okafor", "email": "sam@school.example", "role": "teacher"}
    return f"/admin/enrolment/place/{place.pk}/seat/", sent, Seat.objects.count


def withdraw_interest() -> Action:
    expression = make_expression(confirmed_at=NOW)
    withdrawn = ExpressionOfInterest.objects.filter(state="withdrawn").count
    return f"/admin/enrolment/expressionofinterest/{expression.pk}/withdraw/", {}, withdrawn


def cancel_booking() -> Action:
    booking = make_booking()
    cancelled = BriefingBooking.objects.exclude(cancelled_at=None).count
    return f"/admin/enrolment/briefingbooking/{booking.pk}/cancel/", {}, cancelled


def cancel_briefing() -> Action:
    briefing = make_briefing()
    make_booking(briefing=briefing)
    cancelled = type(briefing).objects.exclude(cancelled_at=None).count
    sent = {"reason": "The hall is closed."}
    return f"/admin/enrolment/briefing/{briefing.pk}/cancel/", sent, cancelled


def move_briefing() -> Action:
    briefing = make_briefing()
    make_booking(briefing=briefing)
    sent = {
        "day": "2026-11-24",
        "starts": "16:00",
        "ends": "17:00",
        "venue": "Town Hall",
        "capacity": "20",
    }
    moved = type(briefing).objects.filter(venue="Town Hall").count
    return f"/admin/enrolment/briefing/{briefing.pk}/arrange/", sent, moved


def book_for_somebody() -> Action:
    briefing = make_briefing()
    sent = {
        "name": "Grace Obi",
        "email": "grace@school.example",
        "role": "headteacher",
        "school": make_school().urn,
        "token": str(uuid4()),
    }
    return f"/admin/enrolment/briefing/{briefing.pk}/book/", sent, BriefingBooking.objects.count


def add_to_staff() -> Action:
    sent = {"name": "Ana Reyes", "email": "ana@hub.example", "role": "viewer"}
    return "/admin/workgroups/hubmember/add/", sent, HubMember.objects.count


def invite_again() -> Action:
    member = make_member()
    return f"/admin/workgroups/hubmember/{member.pk}/invite/", {}, Message.objects.count


def renew_booking_link() -> Action:
    booking = make_booking()
    return f"/admin/enrolment/briefingbooking/{booking.pk}/new-link/", {}, Message.objects.count


def send_personal_link() -> Action:
    person = make_participant(email="sam@school.example")
    return f"/admin/enrolment/participant/{person.pk}/send-link/", {}, Message.objects.count


ACTIONS = [
    *(offer, accept, name_seat, withdraw_interest, add_to_staff),
    *(cancel_booking, cancel_briefing, move_briefing, book_for_somebody),
]
NOTHING_BUT_LETTERS = [invite_again, renew_booking_link, send_personal_link]
"""Without e-mail they would do nothing."""


@pytest.fixture
def staff(here: Hub) -> Client:
    return staff_client(HubMember.Role.ADMINISTRATOR)


def main_of(page: Any) -> str:
    return re.sub(r"\s+", " ", page.content.decode().split("<main", 1)[1])


@pytest.mark.parametrize("prepare", [*ACTIONS, *NOTHING_BUT_LETTERS])
def test_it_is_shown_first_and_nothing_is_done(
    staff: Client, prepare: Callable[[], Action]
) -> None:
    url, sent, done = prepare()
    before, written = done(), Message.objects.count()
    page = main_of(staff.post(url, sent | {"how": "preview"}))
    assert "Nothing is changed yet." in page
    assert "would read it" in page
    assert "See the letter first" in page
    assert not re.search(r"https?://\S+~\S+", page), "its links are its reader's"
    assert (done(), Message.objects.count()) == (before, written)


@pytest.mark.parametrize("prepare", ACTIONS)
def test_it_is_done_without_e_mail_and_each_could_still_go(
    staff: Client, prepare: Callable[[], Action]
) -> None:
    url, sent, done = prepare()
    before, written = done(), set(Message.objects.values_list("pk", flat=True))
    page = main_of(staff.post(url, sent | {"how": "silent"}, follow=True))
    assert "no e-mail" in page.casefold()
    assert done() == before + 1
    new = Message.objects.exclude(pk__in=written)
    assert new.exists()
    assert {(each.state, each.state_reason[:11]) for each in new} == {
        (State.CANCELLED, "stopped by ")
    }


@pytest.mark.parametrize("prepare", [*ACTIONS, *NOTHING_BUT_LETTERS])
def test_and_with_e_mail_it_goes(staff: Client, prepare: Callable[[], Action]) -> None:
    url, sent, done = prepare()
    before, written = done(), set(Message.objects.values_list("pk", flat=True))
    assert staff.post(url, sent).status_code == 302
    assert done() == before + 1
    states = Message.objects.exclude(pk__in=written).values_list("state", flat=True)
    assert set(states) == {State.QUEUED}
