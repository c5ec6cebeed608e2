"""The admin of Work Groups: six sessions proposed, created, published; own groups for their leads."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from enrolment.services.seats import NamedSeat
from enrolment.tests.factories import make_accepted_place, make_expression, make_place
from mathshub.outbox.models import Message
from mathshub.scope import hub_scope
from sessions.models import Session
from sessions.tests.factories import NOW, make_session, make_sessions
from sessions.times import london_day
from workgroups.models import Hub, HubMember, WorkGroup
from workgroups.tests.factories import (
    make_hub,
    make_local_authority,
    make_member,
    make_offering,
    make_term_dates,
    make_work_group,
    make_year,
)
from workgroups.tests.staff import lead_client, staff_client

GROUPS = "/admin/workgroups/workgroup/"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def lead(hub: Hub) -> Client:
    return staff_client()


def query_count(get: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as queries:
        get()
    return len(queries)


def make_full_group() -> WorkGroup:
    group = make_work_group(leads=[make_member()], local_authorities=[make_local_authority()])
    make_sessions(work_group=group)
    make_accepted_place(work_group=group, seats=(NamedSeat("Ana Lima"),))
    return group


def test_the_list_costs_as_many_queries_for_three_rows_as_for_one(lead: Client) -> None:
    make_full_group()
    lead.get(GROUPS)
    one = query_count(lambda: lead.get(GROUPS))
    make_full_group()
    make_full_group()
    assert query_count(lambda: lead.get(GROUPS)) == one


def test_the_page_costs_as_many_queries_for_three_schools_as_for_one(lead: Client) -> None:
    group = make_full_group()
    address = f"{GROUPS}{group.pk}/change/"
    lead.get(address)
    one = query_count(lambda: lead.get(address))
    make_accepted_place(work_group=group, seats=(NamedSeat("Sam Okafor"), NamedSeat("Eve Bell")))
    make_accepted_place(work_group=group)
    assert query_count(lambda: lead.get(address)) == one


def test_not_full_means_taking_schools_with_places_left(lead: Client) -> None:
    room = make_work_group(capacity=2)
    make_place(work_group=room)
    full = make_work_group(offering=room.offering, capacity=1)
    make_place(work_group=full)
    make_work_group(offering=room.offering, state=WorkGroup.State.RUNNING)
    rows = lead.get(f"{GROUPS}?room=yes").context["cl"].result_list
    assert [(row.pk, row.held_places) for row in rows] == [(room.pk, 1)]


def test_a_group_is_added_to_an_offering_of_the_hub(lead: Client, hub: Hub) -> None:
    offering = make_offering()
    with hub_scope(make_hub(slug="wandle")):
        theirs = make_offering()
    data = {
        "offering": str(theirs.pk),
        "name": "Hackney",
        "state": "forming",
        "capacity": "8",
        "work_group_leads-TOTAL_FORMS": "0",
        "work_group_leads-INITIAL_FORMS": "0",
    }
    lead.post(f"{GROUPS}add/", data)
    assert not WorkGroup.objects.exists()
    lead.post(f"{GROUPS}add/", data | {"offering": str(offering.pk)})
    assert WorkGroup.objects.get().hub == hub


def test_what_is_missing_is_named_and_led_to(lead: Client) -> None:
    data = {
        "name": "Hackney",
        "state": "forming",
        "capacity": "0",
        "work_group_leads-TOTAL_FORMS": "0",
        "work_group_leads-INITIAL_FORMS": "0",
    }
    page = lead.post(f"{GROUPS}add/", data).content.decode()
    assert '<a href="#id_offering">Offering: This field is required.</a>' in page
    assert '<a href="#id_capacity">A Work Group takes one school at least.</a>' in page


def test_a_viewer_is_led_to_no_page_that_is_closed_to_them(hub: Hub) -> None:
    group = make_full_group()
    page = staff_client(HubMember.Role.VIEWER).get(f"{GROUPS}{group.pk}/change/").content.decode()
    assert str(group.work_group_leads.get().member) in page
    assert "/admin/workgroups/hubmember/" not in page
    assert f"/admin/workgroups/offering/{group.offering_id}/" in page


def test_the_page_shows_places_seats_and_sessions(lead: Client) -> None:
    group = make_full_group()
    page = lead.get(f"{GROUPS}{group.pk}/change/").content.decode()
    assert "1 of 8 places are held" in page
    assert "Ana Lima, 1 to be named" in page
    assert page.count("/admin/workgroup_sessions/session/") == 6


# --- planning ---


def plannable_group() -> WorkGroup:
    borough = make_local_authority()
    make_term_dates(local_authority=borough, academic_year=make_year())
    return make_work_group(local_authorities=[borough], usual_venue="Town Hall")


def rhythm(**changes: str) -> dict[str, str]:
    return {
        "count": "6",
        "first_on": "2026-11-19",
        "weekday": "3",
        "every_weeks": "4",
        "pattern": "first_face_to_face",
        "starts": "",
        "ends": "",
    } | changes


def test_the_proposal_shows_dates_and_what_was_passed_over_and_creates_nothing(
    lead: Client,
) -> None:
    group = plannable_group()
    page = lead.get(f"{GROUPS}{group.pk}/plan/", rhythm(every_weeks="1", count="12"))
    text = page.content.decode()
    assert "Thursday 19 November" in text
    assert "school holidays in Hackney" in text
    assert "Create 12 sessions, no e-mail" in text
    assert not Session.objects.exists()


def test_six_sessions_are_created_as_proposed_and_once(lead: Client) -> None:
    group = plannable_group()
    address = f"{GROUPS}{group.pk}/plan/"
    lead.post(address, rhythm())
    sessions = list(group.sessions.order_by("number"))
    assert [session.mode for session in sessions] == ["face_to_face", *["twilight"] * 5]
    assert {session.state for session in sessions} == {Session.State.PLANNED}
    assert str(london_day(sessions[0].starts_at)) == "2026-11-19"
    again = lead.post(address, rhythm()).content.decode()
    assert "already has a session that day" in again
    assert (group.sessions.count(), Message.objects.count()) == (6, 0)


def test_own_times_hold_for_every_session(lead: Client) -> None:
    group = plannable_group()
    lead.post(f"{GROUPS}{group.pk}/plan/", rhythm(starts="15:30", ends="17:00", count="2"))
    times = {session.starts_at.strftime("%H:%M") for session in group.sessions.all()}
    assert times == {"15:30"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"first_on": "2031-01-01"}, "does not lie in 2026/27"),
        ({"first_on": "2027-07-01"}, "sessions find a date"),
        ({"starts": "17:00", "ends": "15:30"}, "must end after it starts"),
        ({"starts": "17:00"}, "Give both times"),
        ({"count": "0"}, "greater than or equal to 1"),
    ],
)
def test_a_plan_that_can_not_be_is_refused_in_words(
    lead: Client, changes: dict[str, str], words: str
) -> None:
    group = plannable_group()
    assert words in lead.get(f"{GROUPS}{group.pk}/plan/", rhythm(**changes)).content.decode()


def test_without_term_dates_it_says_what_to_add(lead: Client) -> None:
    group = make_work_group(local_authorities=[make_local_authority()])
    page = lead.get(f"{GROUPS}{group.pk}/plan/", rhythm()).content.decode()
    assert "Term dates for 2026/27 are missing: Hackney" in page


def test_going_back_keeps_the_rhythm(lead: Client) -> None:
    group = plannable_group()
    back = lead.get(f"{GROUPS}{group.pk}/plan/", rhythm(count="5")).context["back"]
    page = lead.get(back)
    assert page.context["form"]["count"].value() == "5"


def test_publishing_is_previewed_then_done(lead: Client) -> None:
    group = make_work_group()
    make_session(work_group=group, state=Session.State.PLANNED)
    address = f"{GROUPS}{group.pk}/publish/"
    assert "Publish 1 session, no e-mail" in lead.get(address).content.decode()
    assert group.sessions.get().state == Session.State.PLANNED
    lead.post(address)
    assert group.sessions.get().state == Session.State.PUBLISHED
    assert not Message.objects.exists()


# --- who may ---


def test_a_work_group_lead_sees_the_own_groups_only(hub: Hub) -> None:
    member = make_member(role=HubMember.Role.WORK_GROUP_LEAD)
    own = make_work_group(leads=[member], name="Own")
    other = make_work_group(offering=own.offering, name="Other")
    client = lead_client(member)
    assert list(client.get(GROUPS).context["cl"].result_list) == [own]
    assert client.get(f"{GROUPS}{own.pk}/change/").status_code == 200
    assert client.get(f"{GROUPS}{other.pk}/change/").status_code == 404
    assert client.get(f"{GROUPS}{own.pk}/plan/").status_code == 403
    assert client.post(f"{GROUPS}{own.pk}/publish/").status_code == 403


def test_another_hub_s_group_looks_as_if_it_were_missing(lead: Client) -> None:
    with hub_scope(make_hub(slug="wandle")):
        theirs = make_work_group()
    for page in ("change", "plan", "publish", "history", "delete"):
        assert lead.get(f"{GROUPS}{theirs.pk}/{page}/").status_code == 404


def test_schools_are_chosen_from_those_that_asked_for_the_offering(lead: Client) -> None:
    group = make_work_group()
    wanted = make_expression(offering=group.offering)
    make_expression()
    buttons = lead.get(f"{GROUPS}{group.pk}/change/").context["buttons"]
    url = next(button["url"] for button in buttons if button["words"] == "Choose schools for it")
    assert list(lead.get(url).context["cl"].result_list) == [wanted]


@pytest.mark.parametrize("state", [WorkGroup.State.RUNNING, WorkGroup.State.FORMING])
def test_only_a_draft_without_schools_can_be_removed(lead: Client, state: str) -> None:
    group = make_work_group(state=state)
    assert lead.get(f"{GROUPS}{group.pk}/delete/").status_code == 403
    draft = make_work_group(state=WorkGroup.State.DRAFT)
    lead.post(f"{GROUPS}{draft.pk}/delete/", {"post": "yes"})
    assert not WorkGroup.objects.filter(pk=draft.pk).exists()
