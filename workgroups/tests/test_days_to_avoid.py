"""Days to avoid in the admin: their list, their form, their history."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client

from mathshub.scope import hub_scope
from workgroups.models import DayToAvoid, Hub, HubMember
from workgroups.tests.factories import make_days_to_avoid, make_hub, make_local_authority
from workgroups.tests.staff import staff_client

DAYS = "/admin/workgroups/daytoavoid/"


@pytest.fixture
def hub(db: None) -> Iterator[Hub]:
    boroughs = [make_local_authority(name=name) for name in ("Hackney", "Newham")]
    hub = make_hub(slug="lea-valley", local_authorities=boroughs)
    with hub_scope(hub), time_machine.travel(date(2026, 11, 27), tick=False):
        yield hub


@pytest.fixture
def lead(hub: Hub) -> Client:
    return staff_client()


def days_data(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Eid al-Fitr",
        "kind": "other",
        "boroughs": [str(make_local_authority(name="Newham").pk)],
        "starts_on": "2027-03-10",
        "ends_on": "2027-03-10",
        "source": "Newham's calendar",
    } | changes


def names(page: str, *wanted: str) -> list[str]:
    """Those of ``wanted`` that the page has, in its order."""
    return sorted((name for name in wanted if name in page), key=page.index)


def test_an_empty_list_says_what_belongs_here(lead: Client) -> None:
    page = lead.get(DAYS).content.decode()
    assert "key stage 2 tests, the phonics screening check" in page


def test_days_of_one_borough_are_added_and_stand_in_the_list(lead: Client, hub: Hub) -> None:
    lead.post(f"{DAYS}add/", days_data())
    row = DayToAvoid.objects.get()
    assert (row.hub, row.local_authority.name, row.kind) == (hub, "Newham", "other")
    page = lead.get(DAYS).content.decode()
    assert "Wednesday 10 March 2027" in page
    assert "Newham&#x27;s calendar" in page


def test_days_of_all_boroughs_name_none(lead: Client) -> None:
    lead.post(f"{DAYS}add/", days_data(boroughs=[]))
    assert DayToAvoid.objects.get().local_authority is None


def test_a_feast_of_several_boroughs_is_added_by_one_act(lead: Client, hub: Hub) -> None:
    boroughs = [borough.pk for borough in hub.local_authorities.all()]
    told = lead.post(f"{DAYS}add/", days_data(boroughs=boroughs), follow=True)
    assert "was added: no session will be planned on these days." in told.content.decode()
    rows = DayToAvoid.objects.order_by("local_authority__name")
    assert [(row.local_authority.name, row.name, row.starts_on) for row in rows] == [
        ("Hackney", "Eid al-Fitr", date(2027, 3, 10)),
        ("Newham", "Eid al-Fitr", date(2027, 3, 10)),
    ]
    assert [row.history.get().history_user is not None for row in rows] == [True, True]


def test_a_borough_that_is_not_the_hubs_makes_no_row_for_the_others(lead: Client, hub: Hub) -> None:
    theirs = make_local_authority(name="Wandsworth")
    lead.post(f"{DAYS}add/", days_data(boroughs=[hub.local_authorities.first().pk, theirs.pk]))
    assert not DayToAvoid.objects.exists()


def test_only_the_hubs_own_boroughs_are_offered(lead: Client) -> None:
    make_local_authority(name="Wandsworth")
    page = lead.get(f"{DAYS}add/").content.decode()
    assert names(page, "Hackney", "Newham", "Wandsworth") == ["Hackney", "Newham"]
    page = lead.get(f"{DAYS}{make_days_to_avoid().pk}/change/").content.decode()
    assert names(page, "All boroughs", "Hackney", "Newham", "Wandsworth") == [
        "All boroughs",
        "Hackney",
        "Newham",
    ]


@pytest.mark.parametrize(
    ("last", "words"),
    [
        ("2027-03-09", "The last day can&#x27;t come before the first."),
        ("2072-03-10", "Give a month at most: holidays belong among the term dates."),
    ],
)
def test_a_last_day_that_can_not_be_is_refused_in_words(
    lead: Client, last: str, words: str
) -> None:
    assert words in lead.post(f"{DAYS}add/", days_data(ends_on=last)).content.decode()
    assert not DayToAvoid.objects.exists()


def test_past_days_stand_below_those_to_come_and_can_be_chosen_by_themselves(lead: Client) -> None:
    make_days_to_avoid(
        name="Last year's tests", starts_on=date(2026, 5, 11), ends_on=date(2026, 5, 14)
    )
    make_days_to_avoid(name="This year's tests")
    both = ("Last year&#x27;s tests", "This year&#x27;s tests")
    assert names(lead.get(DAYS).content.decode(), *both) == [both[1], both[0]]
    assert names(lead.get(f"{DAYS}?when=past").content.decode(), *both) == [both[0]]
    assert names(lead.get(f"{DAYS}?year=2026").content.decode(), *both) == [both[1]]


def test_a_boroughs_chip_shows_what_holds_there(lead: Client) -> None:
    hackney, newham = (make_local_authority(name=name) for name in ("Hackney", "Newham"))
    make_days_to_avoid(name="Everywhere")
    make_days_to_avoid(name="In Newham", local_authority=newham)
    make_days_to_avoid(name="In Hackney", local_authority=hackney)
    page = lead.get(f"{DAYS}?borough={newham.code}").content.decode()
    assert names(page, "Everywhere", "In Newham", "In Hackney") == ["Everywhere", "In Newham"]


def test_what_was_changed_stays_on_the_record(lead: Client) -> None:
    lead.post(f"{DAYS}add/", days_data())
    row = DayToAvoid.objects.get()
    lead.post(f"{DAYS}{row.pk}/change/", days_data(ends_on="2027-03-11"))
    row.refresh_from_db()
    assert row.ends_on == date(2027, 3, 11)
    assert "Last day" in lead.get(f"{DAYS}{row.pk}/history/").content.decode()


def test_a_viewer_reads_and_changes_nothing(hub: Hub) -> None:
    viewer = staff_client(HubMember.Role.VIEWER)
    row = make_days_to_avoid()
    assert viewer.get(DAYS).status_code == 200
    assert viewer.get(f"{DAYS}add/").status_code == 403
    assert viewer.post(f"{DAYS}{row.pk}/change/", days_data()).status_code == 403
