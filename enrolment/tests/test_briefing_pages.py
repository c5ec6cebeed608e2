"""The pages of a briefing: its booking form, its flyer, and what the link in the e-mail opens."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from enrolment.forms.tokens import make_form_token
from enrolment.models import Briefing, BriefingBooking
from enrolment.qr import qr_code
from enrolment.tests.factories import NOW, PDF, make_booking, make_briefing, make_flyer
from mathshub.links import make_token
from mathshub.outbox.models import Message
from workgroups.models import Hub
from workgroups.tests.factories import make_school

pytestmark = pytest.mark.usefixtures("on_the_day")

State = BriefingBooking.State
JOIN = "https://meet.example.org/secret"


def url(name: str, briefing: Briefing) -> str:
    return reverse(f"enrolment:{name}", args=[briefing.pk])


def page_token(briefing: Briefing, *, age: timedelta = timedelta(minutes=5)) -> str:
    """The token of a page that was shown so long before NOW."""
    return make_form_token(f"briefing-{briefing.pk}", now=NOW - age)


def filled(briefing: Briefing, **fields: Any) -> dict[str, Any]:
    """What a browser sends of a form in which all is well."""
    return {
        "form_token": page_token(briefing),
        "name": "Grace Obi",
        "role": "headteacher",
        "email": "head@school.example",
        "school_typed": "A school that is new",
        "urn": "not-listed",
    } | fields


def send(client: Client, briefing: Briefing, **fields: Any) -> HttpResponse:
    return client.post(url("show_briefing", briefing), filled(briefing, **fields))


def link(booking: BriefingBooking, name: str = "manage_booking") -> str:
    token = make_token("booking", booking.pk, booking.link_generation)
    return reverse(f"enrolment:{name}", args=[token])


def said(response: HttpResponse) -> str:
    return response.content.decode()


# --- booking -----------------------------------------------------------------------------


def test_a_booked_form_leads_to_the_page_that_says_so(hub: Hub, client: Client) -> None:
    briefing, school = make_briefing(), make_school()
    response = send(client, briefing, urn=school.urn, school_typed=school.name)
    assert response["Location"] == url("briefing_booked", briefing)
    booking = BriefingBooking.objects.get()
    assert (booking.name, booking.email, booking.school) == (
        "Grace Obi",
        "head@school.example",
        school,
    )
    assert "You have a seat" in said(client.get(response["Location"]))


def test_a_double_click_and_a_resubmit_count_once(hub: Hub, client: Client) -> None:
    briefing = make_briefing(capacity=1)
    form = filled(briefing)
    answers = {client.post(url("show_briefing", briefing), form)["Location"] for _ in range(3)}
    assert answers == {url("briefing_booked", briefing)}
    assert BriefingBooking.objects.count() == Message.objects.count() == 1


def test_an_address_that_has_booked_gets_the_same_answer(hub: Hub, client: Client) -> None:
    briefing = make_briefing()
    first, second = (send(client, briefing) for _ in range(2))
    assert (first.status_code, first.headers) == (second.status_code, second.headers)
    assert BriefingBooking.objects.count() == 1


def test_a_school_is_picked_without_a_script(hub: Hub, client: Client) -> None:
    briefing, school = make_briefing(), make_school(name="Abacus Green Primary School")
    response = send(client, briefing, school_typed="abacus", urn="", find="yes")
    assert f'value="{school.urn}"' in said(response)
    assert "Grace Obi" in said(response), "what was typed stays"
    assert not BriefingBooking.objects.exists()


def test_the_school_of_the_link_is_filled_in(hub: Hub, client: Client) -> None:
    school = make_school()
    page = said(client.get(f"{url('show_briefing', make_briefing())}?urn={school.urn}"))
    assert school.name in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "Type your name."),
        ({"email": "head@"}, "Your e-mail address: type it in full"),
        ({"name": "See www.spam.example"}, "Your name: leave out the web address."),
        ({"role": "king"}, "Your role: choose one of the list."),
        ({"school_typed": "", "urn": ""}, "Your school: type its name, town or postcode."),
        ({"leave_empty": "x"}, "A field that must stay empty was filled in"),
        ({"form_token": "forged"}, "This page could not be matched"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    hub: Hub, client: Client, fields: dict[str, str], words: str
) -> None:
    page = said(send(client, make_briefing(), **fields))
    assert words in page
    assert "<title>Error: " in page
    assert not BriefingBooking.objects.exists()


def test_who_sends_faster_than_anybody_types_is_asked_to_press_once_more(
    hub: Hub, client: Client
) -> None:
    briefing = make_briefing()
    quick = filled(briefing, form_token=page_token(briefing, age=timedelta(seconds=3.9)))
    page = said(client.post(url("show_briefing", briefing), quick))
    assert "That was very quick." in page
    assert 'value="Grace Obi"' in page
    assert f'value="{quick["form_token"]}"' in page, "its age goes on"
    assert not BriefingBooking.objects.exists()
    assert client.post(url("show_briefing", briefing), filled(briefing)).status_code == 302
    other = make_briefing()
    in_time = filled(other, form_token=page_token(other, age=timedelta(seconds=4)))
    assert client.post(url("show_briefing", other), in_time).status_code == 302


def test_a_full_briefing_promises_no_file_for_a_calendar(hub: Hub, client: Client) -> None:
    briefing = make_briefing(capacity=1)
    promise = "with a file for your calendar"
    assert promise in said(client.get(url("show_briefing", briefing)))
    make_booking(briefing=briefing)
    for page in (
        client.get(url("show_briefing", briefing)),
        send(client, briefing),
        send(client, briefing, email="", find="yes"),
    ):
        assert promise not in said(page)
        assert "We write there when a seat comes free." in said(page)


def test_the_last_seat_may_go_while_one_types(hub: Hub, client: Client) -> None:
    briefing = make_briefing(capacity=1)
    make_briefing(venue="Elsewhere")
    make_booking(briefing=briefing)
    page = said(send(client, briefing))
    assert "The last seat has been taken. We can tell you if one comes free." in page
    assert "Tell me if a seat comes free" in page
    assert "There are seats elsewhere" in page
    response = send(client, briefing, waits="yes")
    assert response["Location"] == url("briefing_waiting", briefing)
    assert BriefingBooking.objects.waiting().count() == 1


def test_only_who_booked_learns_the_link_to_join(hub: Hub, client: Client) -> None:
    briefing = make_briefing(is_online=True, join_link=JOIN, capacity=1)
    booked = make_booking(briefing=briefing)
    waiting = make_booking(briefing=briefing, state=State.WAITING)
    names = ("show_briefing", "briefing_booked", "briefing_waiting", "show_flyer")
    public = [url(name, briefing) for name in names] + [reverse("enrolment:list_briefings")]
    for address in (*public, link(waiting), link(waiting, "booking_calendar")):
        assert JOIN not in said(client.get(address)), address
    assert JOIN in said(client.get(link(booked)))
    assert JOIN in said(client.get(link(booked, "booking_calendar"))).replace("\r\n ", "")


@pytest.mark.parametrize(
    ("fields", "is_told"),
    [
        ({}, True),
        ({"starts_at": NOW, "ends_at": NOW + timedelta(minutes=1)}, True),
        ({"starts_at": NOW - timedelta(hours=1)}, False),
        ({"cancelled_at": NOW}, False),
    ],
    ids=["to come", "on now", "over", "cancelled"],
)
def test_who_booked_can_join_until_it_is_over(
    hub: Hub, client: Client, fields: dict[str, Any], is_told: bool
) -> None:
    booking = make_booking(briefing=make_briefing(join_link=JOIN, is_online=True, **fields))
    assert (JOIN in said(client.get(link(booking)))) is is_told


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"is_published": False}, 404, ""),
        ({"cancelled_at": NOW}, 200, "This briefing does not take place."),
        ({"starts_at": NOW - timedelta(days=1)}, 200, "This briefing has taken place."),
    ],
    ids=["draft", "cancelled", "held"],
)
def test_a_briefing_that_is_not_to_come_has_no_form(
    hub: Hub, client: Client, fields: dict[str, Any], status: int, words: str
) -> None:
    response = client.get(url("show_briefing", make_briefing(**fields)))
    assert response.status_code == status
    assert words in said(response)
    assert "form_token" not in said(response)


# --- the flyer ---------------------------------------------------------------------------


def test_the_flyer_says_where_to_book_in_words_and_in_a_code(hub: Hub, client: Client) -> None:
    briefing = make_briefing(venue="Hackney Town Hall")
    page = said(client.get(url("show_flyer", briefing)))
    [shown] = re.findall(r'<a href="(http[^"]+/briefings/\d+/)">', page)
    assert shown.endswith(f"/briefings/{briefing.pk}/")
    assert qr_code(shown) in page
    assert "Hackney Town Hall" in page


def test_an_uploaded_flyer_can_be_saved_and_nothing_in_it_runs(hub: Hub, client: Client) -> None:
    briefing = make_briefing()
    assert client.get(url("flyer_pdf", briefing)).status_code == 404
    make_flyer(briefing=briefing)
    response = client.get(url("flyer_pdf", briefing))
    assert response.content == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="briefing-hackney.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].endswith("sandbox")
    assert url("flyer_pdf", briefing) in said(client.get(url("show_briefing", briefing)))
    Briefing.objects.update(is_published=False)
    assert client.get(url("flyer_pdf", briefing)).status_code == 404


# --- the link in the e-mail ----------------------------------------------------------------


def test_a_seat_is_given_up_by_an_answer_that_has_no_default(hub: Hub, client: Client) -> None:
    booking = make_booking()
    page = said(client.get(f"{link(booking)}?ask=cancel"))
    assert "checked" not in page
    for answer in ({}, {"answer": "keep"}):
        client.post(link(booking), answer)
        booking.refresh_from_db()
        assert booking.is_booked
    client.post(link(booking), {"answer": "cancel"})
    client.post(link(booking), {"answer": "cancel"})
    booking.refresh_from_db()
    assert booking.is_cancelled
    assert "This booking was cancelled" in said(client.get(link(booking)))
    assert Message.objects.filter(kind="briefing-given-up").count() == 1


def test_who_waits_takes_a_free_seat_or_leaves_the_list(hub: Hub, client: Client) -> None:
    briefing = make_briefing(capacity=1)
    first = make_booking(briefing=briefing, state=State.WAITING)
    second = make_booking(briefing=briefing, state=State.WAITING)
    assert "A seat is free" in said(client.get(link(first)))
    client.post(link(first), {"answer": "take"})
    first.refresh_from_db()
    assert first.is_booked
    page = said(client.post(link(second), {"answer": "take"}))
    assert "Choose one of the answers." in page
    client.post(link(second), {"answer": "cancel"})
    second.refresh_from_db()
    assert second.is_cancelled


def test_the_calendar_takes_a_booking_that_is_given_up_out_again(hub: Hub, client: Client) -> None:
    booking = make_booking()

    def entry() -> tuple[str, str, int, str]:
        calendar = Calendar.from_ical(client.get(link(booking, "booking_calendar")).content)
        [event] = calendar.walk("VEVENT")
        return calendar["METHOD"], event["UID"], event["SEQUENCE"], event["STATUS"]

    uid = f"{booking.form_token}@briefings.mathshub"
    assert entry() == ("PUBLISH", uid, 0, "CONFIRMED")
    client.post(link(booking), {"answer": "cancel"})
    assert entry() == ("CANCEL", uid, 1, "CANCELLED")


def test_an_old_link_opens_nothing(hub: Hub, client: Client) -> None:
    booking = make_booking()
    old = link(booking)
    BriefingBooking.objects.update(link_generation=2)
    assert client.get(old).status_code == 404
