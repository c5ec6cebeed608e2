"""The blank form is drawn once for all readers, and anew as soon as what it says has changed."""

from collections.abc import Callable

import pytest
from django.test import Client

from enrolment.tests.filling import filled_in, form_url
from mathshub.scope import hub_scope
from workgroups.models import Hub, Offering, Programme
from workgroups.tests.factories import make_hub, make_offering, make_school

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]


def page(offering: Offering, host: str = "testserver") -> str:
    response = Client().get(form_url(offering), headers={"Host": host})
    assert response.status_code == 200
    return response.content.decode()


def more_seats(offering: Offering) -> str:
    Programme.objects.filter(pk=offering.programme_id).update(seats_per_school=5)
    return "Five people from each school"


def fewer_sessions(offering: Offering) -> str:
    Programme.objects.filter(pk=offering.programme_id).update(usual_sessions=3)
    return "(three over the year)"


def barriers(offering: Offering) -> str:
    Programme.objects.filter(pk=offering.programme_id).update(asks_for_barriers=True)
    return "What stands in your way at the moment?"


def contact(offering: Offering) -> str:
    Hub.objects.filter(pk=offering.hub_id).update(contact_email="other@lea-valley.example.org")
    return 'if someone needs help to take part, write to <a href="mailto:other@lea-valley.example'


@pytest.mark.parametrize("change", [more_seats, fewer_sessions, barriers, contact])
def test_a_change_is_on_the_next_page(hub: Hub, change: Callable[[Offering], str]) -> None:
    offering = make_offering()
    before = page(offering)
    words = change(offering)
    assert words.casefold() not in before.casefold()
    assert words.casefold() in page(offering).casefold()


def test_each_reader_gets_a_form_of_their_own(hub: Hub) -> None:
    offering = make_offering()
    one, other = page(offering), page(offering)
    assert one.count('name="form_token"') == other.count('name="form_token"') == 1
    assert one != other


def test_what_one_reader_typed_is_on_nobody_elses_page(hub: Hub) -> None:
    offering = make_offering()
    page(offering)
    sent = filled_in(offering, make_school(), headteacher_name="Grace Obi", privacy=None)
    answer = Client().post(form_url(offering), sent).content.decode()
    assert "Grace Obi" in answer
    assert "Grace Obi" not in page(offering)


def test_two_hubs_have_each_their_own(hub: Hub) -> None:
    wandle = make_hub(slug="wandle", contact_email="hello@wandle.example.org")
    here = page(make_offering())
    with hub_scope(wandle):
        theirs = page(make_offering(), wandle.host)
    assert "hello@wandle.example.org" in theirs
    assert "hello@wandle.example.org" not in here
