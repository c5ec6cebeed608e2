"""The admin's front page: each figure is the number of rows behind its link."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from enrolment.models import ExpressionOfInterest
from enrolment.tests.factories import (
    NOW,
    make_accepted_place,
    make_expression,
    make_place,
    make_unmatched_line,
)
from mathshub.outbox.models import Heartbeat, Message
from mathshub.outbox.sweep import SWEEP
from mathshub.outbox.tests.factories import make_hold, make_message
from mathshub.scope import hub_scope
from mathshub.site.admin.front_page import list_url
from sessions.tests.factories import make_session, make_sessions
from workgroups.models import Hub, HubMember, WorkGroup
from workgroups.tests.factories import (
    make_hub,
    make_local_authority,
    make_member,
    make_offering,
    make_programme,
    make_school,
    make_term_dates,
    make_work_group,
)
from workgroups.tests.staff import lead_client, staff_client


@pytest.fixture
def hub(db: None) -> Iterator[Hub]:
    hub = make_hub(slug="lea-valley", local_authorities=[make_local_authority()])
    with hub_scope(hub), time_machine.travel(NOW, tick=False):
        Heartbeat.objects.create(name=SWEEP, at=NOW)
        yield hub


@pytest.fixture
def lead(hub: Hub) -> Client:
    return staff_client()


def plant_what_waits() -> None:
    """Something for each figure, and beside it something that it must not count."""
    offering = make_offering()
    group = make_work_group(offering=offering, name="Hackney and Newham")
    full = make_work_group(offering=offering, capacity=1)
    make_expression(offering=offering)
    make_expression(offering=offering, school_as_typed="A school that is not listed")
    make_expression(offering=offering, appetite="maybe")
    make_expression(offering=offering, appetite="not_this_year")
    make_expression(school_as_typed="Withdrawn", state=ExpressionOfInterest.State.WITHDRAWN)
    make_place(work_group=group, expression=make_expression(offering=offering))
    make_place(
        work_group=group,
        expression=make_expression(offering=offering),
        reply_by=NOW.date() - timedelta(days=1),
    )
    make_accepted_place(work_group=full)
    running = make_work_group(offering=offering, state=WorkGroup.State.RUNNING)
    make_session(work_group=running, starts_at=NOW + timedelta(days=2))
    make_session(work_group=running, number=2, starts_at=NOW + timedelta(days=8))
    make_unmatched_line()
    make_unmatched_line(state="left_out")
    Message.objects.all().delete()
    make_message(state=Message.State.DEAD)
    make_message(due_at=NOW + timedelta(days=4))  # Friday
    make_message(due_at=NOW + timedelta(days=5))
    make_message(state=Message.State.SENT)
    day = timedelta(days=1)
    make_message(state=Message.State.SENT, sent_at=NOW - day, came_back_at=NOW)
    make_message(state=Message.State.SENT, sent_at=NOW - 8 * day, came_back_at=NOW - 8 * day)


def test_each_figure_is_the_length_of_the_list_behind_it(lead: Client) -> None:
    plant_what_waits()
    figures = {
        figure.words: (figure.number, figure.is_hot, figure.url)
        for figure in lead.get("/admin/").context["figures"]
    }
    assert {words: (number, hot) for words, (number, hot, _) in figures.items()} == {
        "new expressions of interest": (2, False),
        "leads to keep in mind: maybe, or not this year": (2, False),
        "expression whose school is not matched": (1, False),
        "offers unanswered, 1 late": (2, True),
        "line without a school": (1, False),
        "Work Group not full": (1, False),
        "session this week": (1, False),
        "message failed": (1, True),
        "message of the last seven days came back": (1, True),
        "message to go out by Friday": (1, False),
    }
    for number, _, url in figures.values():
        assert lead.get(url).context["cl"].result_count == number


def test_the_heading_says_the_day(lead: Client) -> None:
    assert "<h1>Monday 16 November: what waits</h1>" in lead.get("/admin/").content.decode()


def test_schools_that_are_all_matched_need_no_figure(lead: Client) -> None:
    make_expression()
    words = [figure.words for figure in lead.get("/admin/").context["figures"]]
    assert [each for each in words if "not matched" in each] == []


def test_nothing_that_waits_is_not_alarming(lead: Client) -> None:
    figures = lead.get("/admin/").context["figures"]
    assert [(figure.number, figure.is_hot) for figure in figures] == [(0, False)] * 7


def test_the_page_costs_as_many_queries_for_three_rows_as_for_one(lead: Client) -> None:
    def grow() -> None:
        group = make_work_group(local_authorities=[make_local_authority()])
        make_sessions(work_group=group)
        make_expression(offering=group.offering)

    lead.get("/admin/")  # notes the activity, once a minute
    counts = []
    for rows in (1, 3):
        while WorkGroup.objects.count() < rows:
            grow()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert lead.get("/admin/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_every_list_that_a_lead_may_see_is_one_press_away(lead: Client, hub: Hub) -> None:
    """From the front page, in its head or below; spreadsheets stand with past participation."""
    page = lead.get("/admin/").content.decode()
    lists = sorted(list_url(model) for model in admin.site._registry)
    may_see = [url for url in lists if lead.get(url).status_code != 403]
    missing = [url for url in may_see if not re.search(rf'href="{url}["?]', page)]
    assert missing == ["/admin/enrolment/historyimport/"]


def test_silence_of_the_sending_part_is_said(lead: Client) -> None:
    Heartbeat.objects.update(at=NOW - timedelta(minutes=4))
    assert "No message has left since 10:26 on 16 November" in lead.get("/admin/").content.decode()


def test_held_messages_are_not_forgotten(lead: Client, hub: Hub) -> None:
    assert "See the hold" not in lead.get("/admin/").content.decode()
    make_hold(until=NOW.date() + timedelta(days=2), reason="The dates are being settled.")
    page = lead.get("/admin/").content.decode()
    assert (
        "All messages are held</strong> until the end of Wednesday 18 November: The dates" in page
    )


def test_a_new_hub_is_told_what_to_do_first(lead: Client) -> None:
    steps = lead.get("/admin/").context["steps"]
    assert [step.is_done for step in steps] == [True, False, False, False, False]
    make_term_dates()
    make_work_group(offering=make_offering(programme=make_programme()))
    assert lead.get("/admin/").context["steps"] == []


def test_a_work_group_lead_sees_the_own_groups_and_nothing_of_interest(hub: Hub) -> None:
    member = make_member(role=HubMember.Role.WORK_GROUP_LEAD)
    own = make_work_group(leads=[member], name="Own group")
    make_work_group(offering=own.offering, name="Another group")
    make_expression(offering=own.offering, school=make_school(name="Secret Primary School"))
    response = lead_client(member).get("/admin/")
    assert [line["group"] for line in response.context["groups"]] == [own]
    assert [figure.words for figure in response.context["figures"]] == [
        "offers unanswered",
        "Work Group not full",
        "sessions this week",
    ]
    assert "Secret Primary School" not in response.content.decode()


@pytest.mark.parametrize("name", ["view_on_site", "autocomplete", "jsi18n"])
def test_pages_that_reach_past_the_hub_are_not_served(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(f"admin:{name}", args=[1, 1] if name == "view_on_site" else [])


@pytest.mark.parametrize("path", ["/admin/auth/group/", "/admin/mfa/authenticator/"])
def test_admins_of_libraries_are_not_there(lead: Client, path: str) -> None:
    assert lead.get(path).status_code == 404


def test_accounts_are_for_superusers_only(hub: Hub) -> None:
    assert (
        staff_client(HubMember.Role.ADMINISTRATOR).get("/admin/accounts/account/").status_code
        == 403
    )
