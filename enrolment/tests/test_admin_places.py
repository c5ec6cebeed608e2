"""Offering places and filling seats in the admin: previewed, counted, refused in words."""

from datetime import date

import pytest
from django.test import Client

from enrolment.errors import WorkGroupFull
from enrolment.models import ExpressionOfInterest, Place, Seat
from enrolment.services.seats import NamedSeat
from enrolment.tests.factories import make_accepted_place, make_expression, make_place
from mathshub.outbox.models import Message
from mathshub.scope import hub_scope
from workgroups.models import Hub, HubMember
from workgroups.tests.factories import make_hub, make_member, make_school, make_work_group
from workgroups.tests.staff import lead_client, staff_client

OFFER = "/admin/enrolment/expressionofinterest/offer/"
LIST = "/admin/enrolment/expressionofinterest/"
PLACES = "/admin/enrolment/place/"
REPLY_BY = "2026-11-30"

pytestmark = pytest.mark.usefixtures("on_the_day")


@pytest.fixture
def lead(hub: Hub) -> Client:
    return staff_client()


def test_the_action_leads_from_ticked_rows_to_the_choice_of_a_group(lead: Client) -> None:
    expression = make_expression()
    make_work_group(offering=expression.offering, name="Hackney and Newham", capacity=8)
    make_work_group(name="Of another programme")
    data = {"action": "offer_chosen", "index": "0", "_selected_action": str(expression.pk)}
    page = lead.post(LIST, data, follow=True).content.decode()
    assert "Hackney and Newham (2026/27): 8 places of 8 left" in page
    assert "Of another programme" not in page


def test_nothing_ticked_means_nobody(lead: Client) -> None:
    expression = make_expression()
    group = make_work_group(offering=expression.offering)
    lead.post(LIST, {"action": "offer_chosen", "index": "0"})
    lead.post(OFFER, {"group": str(group.pk), "reply_by": REPLY_BY})
    assert not Place.objects.exists()


def test_the_preview_names_schools_addresses_and_refusals_and_offers_nothing(lead: Client) -> None:
    group = make_work_group(capacity=2)
    chosen = [
        make_expression(
            offering=group.offering,
            school=make_school(name=name),
            headteacher_email=f"{name.lower()}@school.example",
        )
        for name in ("First", "Second", "Third")
    ]
    other = make_expression(school=make_school(name="Elsewhere"))
    numbers = "&".join(f"chosen={each.pk}" for each in [*chosen, other])
    page = lead.get(f"{OFFER}?{numbers}&group={group.pk}&reply_by={REPLY_BY}").content.decode()
    assert "Offer 2 places, 2 e-mails" in page
    assert "first@school.example" in page
    assert str(WorkGroupFull(group.name, 2)) in page
    assert "The school asked for another offering" in page
    assert (Place.objects.count(), Message.objects.count()) == (0, 0)


def test_offering_makes_the_places_and_one_e_mail_each(lead: Client) -> None:
    group = make_work_group()
    chosen = [make_expression(offering=group.offering) for _ in range(3)]
    data = {
        "chosen": [str(each.pk) for each in chosen],
        "group": str(group.pk),
        "reply_by": REPLY_BY,
    }
    response = lead.post(OFFER, data, follow=True)
    assert "3 places offered" in response.content.decode()
    assert {place.reply_by for place in Place.objects.all()} == {date(2026, 11, 30)}
    assert sorted(Message.objects.values_list("recipient", flat=True)) == sorted(
        each.headteacher_email for each in chosen
    )
    again = lead.post(OFFER, data)
    assert "Nothing was offered." in again.content.decode()
    assert (Place.objects.count(), Message.objects.count()) == (3, 3)


def test_a_group_that_filled_up_meanwhile_refuses_all_in_a_sentence(lead: Client) -> None:
    group = make_work_group(capacity=1)
    expression = make_expression(offering=group.offering)
    make_place(work_group=group)
    Message.objects.all().delete()
    data = {"chosen": [str(expression.pk)], "group": str(group.pk), "reply_by": REPLY_BY}
    page = lead.post(OFFER, data).content.decode()
    assert "Nothing was offered." in page
    assert str(WorkGroupFull(group.name, 1)) in page
    assert (Place.objects.count(), Message.objects.count()) == (1, 0)


def test_a_reply_is_asked_for_from_tomorrow_on(lead: Client) -> None:
    expression = make_expression()
    group = make_work_group(offering=expression.offering)
    data = {"chosen": [str(expression.pk)], "group": str(group.pk), "reply_by": "2026-11-16"}
    assert "at least until tomorrow" in lead.post(OFFER, data).content.decode()
    assert not Place.objects.exists()


def test_another_hub_s_group_is_no_choice(lead: Client) -> None:
    expression = make_expression()
    with hub_scope(make_hub(slug="wandle")):
        theirs = make_work_group(name="Their group")
    data = {"chosen": [str(expression.pk)], "group": str(theirs.pk), "reply_by": REPLY_BY}
    page = lead.post(OFFER, data).content.decode()
    assert "Their group" not in page
    assert not Place.objects.exists()


def test_the_page_shows_seats_and_messages(lead: Client) -> None:
    place = make_accepted_place(seats=(NamedSeat("Ana Lima", "ana@school.example"),))
    page = lead.get(f"{PLACES}{place.pk}/change/").content.decode()
    assert "Ana Lima" in page
    assert "ana@school.example" in page


def test_accepting_for_a_school_that_named_nobody_says_so(lead: Client) -> None:
    place = make_place(work_group=make_work_group())
    page = lead.get(f"{PLACES}{place.pk}/accept/").content.decode()
    assert "Its interest names nobody" in page
    assert "Accept for the school, no e-mail" in page


def test_a_school_that_accepts_by_telephone_gets_its_intended_people_seated(lead: Client) -> None:
    people = (NamedSeat("Ana Lima", "ana@school.example"), NamedSeat("Sam Okafor"))
    group = make_work_group()
    expression = make_expression(offering=group.offering, people=people)
    place = make_place(work_group=group, expression=expression)
    address = f"{PLACES}{place.pk}/accept/"
    assert "Accept for the school, 1 e-mail" in lead.get(address).content.decode()
    lead.post(address)
    place.refresh_from_db()
    assert place.state == Place.State.ACCEPTED
    assert [seat.participant.name for seat in place.seats.order_by("pk")] == [
        "Ana Lima",
        "Sam Okafor",
    ]
    assert Message.objects.filter(recipient="ana@school.example").count() == 1


def test_declining_and_withdrawing_free_the_place(lead: Client) -> None:
    declined, withdrawn = make_place(), make_accepted_place(seats=(NamedSeat("Ana Lima"),))
    lead.post(f"{PLACES}{declined.pk}/decline/")
    lead.post(f"{PLACES}{withdrawn.pk}/withdraw/")
    assert not Place.objects.held().exists()
    assert Seat.objects.get().held_until == date(2026, 11, 16)
    page = lead.post(f"{PLACES}{withdrawn.pk}/withdraw/", follow=True).content.decode()
    assert "This place is not held any more" in page


def test_a_seat_is_named_once_and_given_up(lead: Client) -> None:
    place = make_accepted_place()
    data = {"name": "Ana Lima", "email": "ana@school.example", "role": "teacher"}
    lead.post(f"{PLACES}{place.pk}/seat/", data)
    assert "already has a seat" in lead.post(f"{PLACES}{place.pk}/seat/", data).content.decode()
    seat = Seat.objects.get()
    lead.post(f"{PLACES}{place.pk}/seat/{seat.pk}/give-up/", {"on": "2026-12-18"})
    seat.refresh_from_db()
    assert seat.held_until == date(2026, 12, 18)


def test_a_seat_of_another_place_is_not_given_up_here(lead: Client) -> None:
    seat = make_accepted_place(seats=(NamedSeat("Ana Lima"),)).seats.get()
    other = make_accepted_place()
    address = f"{PLACES}{other.pk}/seat/{seat.pk}/give-up/"
    assert lead.post(address, {"on": "2026-12-18"}).status_code == 404


def test_a_work_group_lead_reads_the_own_groups_places_only(hub: Hub) -> None:
    member = make_member(role=HubMember.Role.WORK_GROUP_LEAD)
    own = make_accepted_place(work_group=make_work_group(leads=[member]))
    other = make_accepted_place()
    client = lead_client(member)
    assert client.get(f"{PLACES}{own.pk}/change/").status_code == 200
    assert client.get(f"{PLACES}{other.pk}/change/").status_code == 404
    assert client.post(f"{PLACES}{own.pk}/withdraw/").status_code == 403
    assert [row.pk for row in client.get(PLACES).context["cl"].result_list] == [own.pk]


def test_decided_interest_shows_its_place(lead: Client) -> None:
    place = make_place(work_group=make_work_group(name="Hackney and Newham"))
    assert place.expression is not None
    page = lead.get(f"{LIST}{place.expression.pk}/change/").content.decode()
    assert f"{PLACES}{place.pk}/change/" in page
    assert place.expression.state == ExpressionOfInterest.State.OFFERED
