"""The page behind the link in an offer."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from enrolment.models import Place
from enrolment.services.places import decline_place, offer_place, withdraw_place
from enrolment.services.seats import NamedSeat
from enrolment.tests.factories import NOW, make_accepted_place, make_expression, make_place
from mathshub.links import make_token
from mathshub.outbox.models import Message
from workgroups.models import Hub, WorkGroup
from workgroups.tests.factories import make_work_group

pytestmark = pytest.mark.usefixtures("on_the_day")

SAM = NamedSeat(name="Sam Okafor", email="sam@school.example", role="maths_lead")
ANA = NamedSeat(name="Ana Lima", email="ana@school.example")
NAMES = {
    "person_1_name": "Sam Okafor",
    "person_1_email": "sam@school.example",
    "person_2_name": "",
}


def link(place: Place) -> str:
    return reverse(
        "enrolment:answer_place", args=[make_token("place", place.pk, place.link_generation)]
    )


def offered(**fields) -> Place:
    group = make_work_group(name="Hackney and Newham")
    expression = make_expression(offering=group.offering, people=(SAM, ANA))
    return make_place(work_group=group, expression=expression, **fields)


def test_the_offer_stands_there_in_full_with_no_answer_chosen(hub: Hub, client: Client) -> None:
    place = offered(reply_by=date(2026, 11, 30))
    place.work_group.sessions.create(
        number=1,
        mode="twilight",
        state="published",
        venue="Marsh Gate Primary School",
        starts_at=NOW + timedelta(days=30),
        ends_at=NOW + timedelta(days=30, hours=2),
    )
    page = client.get(link(place)).content.decode()
    for words in (
        place.school.name,
        "Hackney and Newham",
        "Please answer by Monday 30 November",
        "Wednesday 16 December, 10:30 to 12:30",
        "Marsh Gate Primary School",
        'value="Sam Okafor"',
        'value="ana@school.example"',
    ):
        assert words in page
    assert "checked" not in page


def test_looking_changes_nothing(hub: Hub, client: Client) -> None:
    place = offered()
    client.get(link(place), {"answer": "accept"})
    client.head(link(place))
    place.refresh_from_db()
    assert place.state == "offered"


def test_an_answer_must_be_chosen(hub: Hub, client: Client) -> None:
    place = offered()
    page = client.post(link(place), {"person_1_name": "Jo Bell"}).content.decode()
    assert '<a href="#id_answer_0">Choose whether your school takes the place.' in page
    assert 'value="Jo Bell"' in page
    place.refresh_from_db()
    assert place.state == "offered"


def test_accepting_seats_the_people_and_says_so(hub: Hub, client: Client) -> None:
    place = offered()
    for _ in range(2):  # the second click is harmless
        response = client.post(link(place), NAMES | {"answer": "accept"}, follow=True)
        page = response.content.decode()
        assert "You accepted the place in Hackney and Newham on Monday 16 November 2026" in page
        assert "Sam Okafor" in page
    assert [seat.participant.name for seat in place.seats.all()] == ["Sam Okafor"]
    assert Message.objects.filter(kind="seat-named").count() == 1


def test_declining_asks_for_no_names(hub: Hub, client: Client) -> None:
    place = offered()
    wrong = {"answer": "decline", "person_1_name": "", "person_1_email": "not an address"}
    response = client.post(link(place), wrong, follow=True)
    assert "You have declined the place" in response.content.decode()
    assert place.seats.count() == 0


def test_a_second_and_different_answer_is_told_that_the_first_one_stands(
    hub: Hub, client: Client
) -> None:
    place = offered()
    client.post(link(place), {"answer": "decline"})
    page = client.post(link(place), NAMES | {"answer": "accept"}).content.decode()
    assert "You have declined the place" in page
    assert "This offer was answered before" in page
    same = client.post(link(place), {"answer": "decline"}, follow=True)
    assert "answered before" not in same.content.decode()
    assert place.seats.count() == 0


def test_names_may_follow(hub: Hub, client: Client) -> None:
    place = make_accepted_place(seats=(SAM,))
    assert "One seat is free" in client.get(link(place)).content.decode()
    nobody = client.post(link(place), {"name": "yes", "person_1_name": ""}).content.decode()
    assert "Second person’s name: type it." in nobody
    form = {"name": "yes", "person_1_name": "Ana Lima", "person_1_email": "ana@school.example"}
    for _ in range(2):
        page = client.post(link(place), form, follow=True).content.decode()
        assert "Ana Lima" in page
        assert "free" not in page.split("Who has a seat")[1].split("The sessions")[0]
    assert place.seats.count() == 2


def test_a_name_that_cannot_be_seated_gets_a_sentence(hub: Hub, client: Client) -> None:
    place = offered()
    twice = NAMES | {"person_2_name": "sam okafor", "person_2_email": "SAM@school.example"}
    page = client.post(link(place), twice | {"answer": "accept"}).content.decode()
    assert "Second person: is named twice." in page
    place.refresh_from_db()
    assert place.state == "offered"


def test_a_group_that_filled_up_says_so_and_keeps_the_offer(hub: Hub, client: Client) -> None:
    place = offered()
    make_accepted_place(work_group=place.work_group)
    WorkGroup.objects.update(capacity=1)
    page = client.post(link(place), NAMES | {"answer": "accept"}).content.decode()
    assert "Hackney and Newham has had to stop taking schools." in page
    assert 'value="Sam Okafor"' in page
    place.refresh_from_db()
    assert place.state == "offered"


def test_an_offer_taken_back_says_so(hub: Hub, client: Client) -> None:
    place = withdraw_place(offered(), by=None, now=NOW)
    assert "This offer no longer stands" in client.get(link(place)).content.decode()


def test_the_link_of_an_earlier_offer_is_not_found(hub: Hub, client: Client) -> None:
    place = decline_place(offered(), by=None, now=NOW)
    old = link(place)
    offer_place(place.expression, work_group=place.work_group, by=None, now=NOW)
    assert client.get(old).status_code == 404
    assert client.post(old, {"answer": "accept"}).status_code == 404
    assert client.get(reverse("enrolment:answer_place", args=["nonsense"])).status_code == 404
