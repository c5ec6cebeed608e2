"""The list of briefings."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from enrolment.tests.factories import NOW, make_briefing
from mathshub.scope import hub_scope
from workgroups.models import Hub
from workgroups.tests.factories import make_hub, make_local_authority

pytestmark = pytest.mark.usefixtures("on_the_day")


def page(client: Client) -> str:
    return client.get(reverse("enrolment:list_briefings")).content.decode()


def test_briefings_to_come_are_listed_soonest_first(hub: Hub, client: Client) -> None:
    make_briefing(
        starts_at=NOW + timedelta(days=9),
        local_authority=make_local_authority(name="Newham"),
        is_online=True,
        venue="",
    )
    make_briefing(starts_at=NOW + timedelta(days=2), venue="Hackney Town Hall")
    make_briefing(starts_at=NOW - timedelta(days=2), venue="too late")
    make_briefing(is_published=False, venue="not yet public")
    with hub_scope(make_hub()):
        make_briefing(venue="another hub's")
    text = page(client)
    assert text.index("Hackney Town Hall") < text.index("Newham")
    assert "Wednesday 18 November 2026, 10:30 to 11:30" in text
    assert "Online" in text
    for absent in ("too late", "not yet public", "another hub"):
        assert absent not in text


def test_without_briefings_the_page_says_when_there_are_some(hub: Hub, client: Client) -> None:
    assert "They are held in spring, borough by borough" in page(client)


def test_the_list_asks_the_same_number_of_queries_for_one_and_for_three(
    hub: Hub, client: Client, django_assert_num_queries
) -> None:
    make_briefing()
    with django_assert_num_queries(2):
        page(client)
    make_briefing()
    make_briefing()
    with django_assert_num_queries(2):
        page(client)
