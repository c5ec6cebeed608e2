"""Briefings in the admin: the list, booking for somebody, moving, ticking, following up, the flyer."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from enrolment.forms.flyers import LARGEST
from enrolment.models import Briefing, BriefingBooking, BriefingFlyer
from enrolment.tests.factories import NOW, PDF, make_booking, make_briefing, make_flyer
from mathshub.outbox.models import Message
from workgroups.models import Hub, HubMember
from workgroups.tests.factories import make_school
from workgroups.tests.staff import staff_client

pytestmark = pytest.mark.usefixtures("on_the_day")

AFTER = NOW + timedelta(days=8)


@pytest.fixture
def lead(hub: Hub) -> Client:
    return staff_client()


def url(briefing: Briefing, name: str) -> str:
    return reverse(f"admin:enrolment_briefing_{name}", args=[briefing.pk])


def text_of(response: HttpResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_the_list_says_booked_waiting_came_and_what_is_left_to_do(hub: Hub, lead: Client) -> None:
    full = make_briefing(capacity=1)
    make_booking(briefing=full)
    make_booking(briefing=full, state="waiting")
    held = make_briefing(starts_at=NOW - timedelta(days=2))
    make_booking(briefing=held)
    text = text_of(lead.get(reverse("admin:enrolment_briefing_changelist")))
    assert "1 of 1 1 waiting" in text
    assert "not ticked" in text
    Briefing.objects.filter(pk=held.pk).update(attendance_taken_at=NOW)
    text = text_of(lead.get(reverse("admin:enrolment_briefing_changelist")))
    assert "to do" in text
    assert "Hackney 2 0 0" in text, "the figure's table"


def test_what_schools_were_told_is_not_changed_in_silence(hub: Hub, lead: Client) -> None:
    briefing = make_briefing()
    assert "starts_at_0" in lead.get(url(briefing, "change")).content.decode()
    make_booking(briefing=briefing)
    assert "starts_at_0" not in lead.get(url(briefing, "change")).content.decode()
    assert lead.get(url(briefing, "delete")).status_code == 403


def test_somebody_on_the_telephone_gets_a_seat_once(hub: Hub, lead: Client) -> None:
    briefing, school = make_briefing(), make_school(name="Abacus Green Primary School")
    page = lead.get(url(briefing, "book"))
    form = {
        "token": page.context["form"].initial["token"],
        "name": "Grace Obi",
        "role": "headteacher",
        "email": "head@school.example",
        "school": "abacus green primary school",
    }
    for _ in range(2):
        assert lead.post(url(briefing, "book"), form).status_code == 302
    booking = BriefingBooking.objects.get()
    assert (booking.school, booking.source) == (school, "staff")
    assert Message.objects.count() == 1


def arrangements(**fields: Any) -> dict[str, Any]:
    return {
        "day": "2026-11-24",
        "starts": "16:00",
        "ends": "17:00",
        "venue": "Town Hall",
        "join_link": "",
        "capacity": "20",
    } | fields


def test_a_move_says_beforehand_how_many_e_mails_go(hub: Hub, lead: Client) -> None:
    briefing = make_briefing()
    make_booking(briefing=briefing)
    make_booking(briefing=briefing)
    assert "Save the change, 2 e-mails" in text_of(lead.get(url(briefing, "arrange")))
    lead.post(url(briefing, "arrange"), arrangements())
    briefing.refresh_from_db()
    assert (briefing.when, briefing.venue, briefing.capacity) == (
        "Tuesday 24 November 2026, 16:00 to 17:00",
        "Town Hall",
        20,
    )
    assert Message.objects.filter(kind="briefing-changed").count() == 2
    assert briefing.history.latest().history_user is not None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"ends": "15:00"}, "a briefing must end after it starts"),
        ({"day": "2026-11-02"}, "choose one that is still to come"),
        ({"capacity": "1"}, "2 people have booked already"),
    ],
    ids=str,
)
def test_a_move_that_can_not_be_changes_nothing(
    hub: Hub, lead: Client, fields: dict[str, str], words: str
) -> None:
    briefing = make_briefing()
    make_booking(briefing=briefing)
    make_booking(briefing=briefing)
    assert words in text_of(lead.post(url(briefing, "arrange"), arrangements(**fields)))
    assert not Message.objects.exists()


def test_cancelling_asks_why_and_tells_everyone(hub: Hub, lead: Client) -> None:
    briefing = make_briefing()
    make_booking(briefing=briefing)
    assert "Say why" in text_of(lead.post(url(briefing, "cancel"), {"reason": ""}))
    lead.post(url(briefing, "cancel"), {"reason": "snow"})
    briefing.refresh_from_db()
    assert briefing.is_cancelled
    assert Message.objects.get().kind == "briefing-cancelled"


def test_who_came_is_ticked_by_two_people_at_once(hub: Hub) -> None:
    briefing = make_briefing()
    first, second = make_booking(briefing=briefing), make_booking(briefing=briefing)
    with time_machine.travel(AFTER, tick=False):
        lead, colleague = staff_client(), staff_client(HubMember.Role.ADMINISTRATOR)
        shown = [each.get(url(briefing, "attendance")) for each in (lead, colleague)]
        as_of = [page.context["form"].as_of for page in shown]
        lead.post(url(briefing, "attendance"), {"as_of": as_of[0], f"came_{first.pk}": "on"})
        colleague.post(
            url(briefing, "attendance"),
            {
                "as_of": as_of[1],
                f"came_{second.pk}": "on",
                f"came_{first.pk}": "on",
                "new_1_name": "Ada New",
                "new_1_role": "maths_lead",
            },
        )
    came = briefing.bookings.came().values_list("name", "role")
    assert len(came) == 3
    assert ("Ada New", "maths_lead") in came


def test_the_follow_up_shows_both_letters_and_goes_once(hub: Hub) -> None:
    briefing = make_briefing()
    came = make_booking(briefing=briefing)
    make_booking(briefing=briefing)
    with time_machine.travel(AFTER, tick=False):
        lead = staff_client()
        assert "Nobody has ticked who came." in text_of(lead.get(url(briefing, "follow_up")))
        lead.post(url(briefing, "follow_up"))
        assert not Message.objects.exists()
        lead.post(url(briefing, "attendance"), {f"came_{came.pk}": "on"})
        assert "did not come" in text_of(lead.get(url(briefing, "change")))
        text = text_of(lead.get(url(briefing, "follow_up")))
        assert "Thank you for coming" in text
        assert "We missed you" in text
        assert "Send it, 2 e-mails" in text
        for _ in range(2):
            lead.post(url(briefing, "follow_up"))
    assert Message.objects.filter(kind="briefing-follow-up").count() == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "This file is empty"),
        (b"<html>%PDF-1.7 %%EOF", "not a whole PDF"),
        (PDF.replace(b"%%EOF", b""), "not a whole PDF"),
        (PDF[:-6] + b"x" * LARGEST + PDF[-6:], "larger than 2 MB"),
    ],
    ids=["empty", "a page called PDF", "broken off", "too large"],
)
def test_a_flyer_is_a_pdf_by_what_is_in_it(
    hub: Hub, lead: Client, content: bytes, words: str
) -> None:
    file = SimpleUploadedFile("flyer.pdf", content, content_type="application/pdf")
    page = lead.post(url(make_briefing(), "flyer"), {"file": file})
    assert words in text_of(page)
    assert not BriefingFlyer.objects.exists()


def test_a_flyer_is_replaced_and_removed(hub: Hub, lead: Client) -> None:
    briefing = make_briefing()
    make_flyer(briefing=briefing)
    new = PDF.replace(b"endobj", b"other")
    lead.post(url(briefing, "flyer"), {"file": SimpleUploadedFile("x.doc", new)})
    assert bytes(BriefingFlyer.objects.get().content) == new
    lead.post(url(briefing, "remove_flyer"))
    assert not BriefingFlyer.objects.exists()


def test_a_viewer_sees_bookings_and_changes_nothing(hub: Hub) -> None:
    viewer = staff_client(HubMember.Role.VIEWER)
    booking = make_booking(name="Grace Obi")
    assert "Grace Obi" in text_of(viewer.get(url(booking.briefing, "change")))
    for name in ("book", "arrange", "cancel", "attendance", "follow_up", "flyer", "remove_flyer"):
        assert viewer.get(url(booking.briefing, name)).status_code == 403, name


def test_staff_give_up_a_seat_for_somebody(hub: Hub, lead: Client) -> None:
    booking = make_booking()
    lead.post(reverse("admin:enrolment_briefingbooking_cancel", args=[booking.pk]))
    booking.refresh_from_db()
    assert booking.is_cancelled
    assert Message.objects.get().kind == "briefing-given-up"


def test_a_new_link_goes_to_the_address_that_was_put_right(hub: Hub, lead: Client) -> None:
    booking = make_booking(email="haed@school.example")
    page = reverse("admin:enrolment_briefingbooking_change", args=[booking.pk])
    given = {"name": booking.name, "role": booking.role, "school_as_typed": ""}
    assert lead.post(page, given | {"email": "head@school.example"}).status_code == 302
    for _ in range(2):
        lead.post(reverse("admin:enrolment_briefingbooking_new_link", args=[booking.pk]))
    booking.refresh_from_db()
    assert booking.link_generation == 3
    [waiting] = Message.objects.waiting()
    assert (waiting.recipient, waiting.kind) == ("head@school.example", "briefing-booked")
