"""The admin of messages: every one found, failed ones tried again, refused addresses lifted."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mathshub.outbox.models import Message, Suppression
from mathshub.outbox.suppression import suppress
from mathshub.outbox.tests.factories import NOW, make_message
from mathshub.scope import hub_scope
from workgroups.models import Hub, HubMember
from workgroups.tests.factories import make_hub
from workgroups.tests.staff import staff_client

MESSAGES = "/admin/outbox/message/"
REFUSED = "/admin/outbox/suppression/"
KIND = "eoi-received"
State = Message.State


@pytest.fixture
def here(db: None) -> Iterator[Hub]:
    hub = make_hub(slug="lea-valley")
    with hub_scope(hub), time_machine.travel(NOW, tick=False):
        yield hub


@pytest.fixture
def lead(here: Hub) -> Client:
    return staff_client()


def query_count(get: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as queries:
        get()
    return len(queries)


def test_the_list_costs_as_many_queries_for_three_rows_as_for_one(lead: Client) -> None:
    make_message(kind=KIND)
    lead.get(MESSAGES)
    one = query_count(lambda: lead.get(MESSAGES))
    make_message(kind=KIND, state=State.SENT, sent_at=NOW)
    make_message(kind="session-reminder")
    assert query_count(lambda: lead.get(MESSAGES)) == one


@pytest.mark.parametrize(
    ("chip", "found"),
    [
        ("state=waiting", {"now@a.example", "later@a.example"}),
        ("state=failed", {"dead@a.example", "refused@a.example"}),
        ("state=sent", {"sent@a.example"}),
        ("when=by-friday", {"now@a.example"}),
        ("q=LATER", {"later@a.example"}),
        ("kind=session-reminder", {"later@a.example"}),
    ],
)
def test_chips_and_search_find_messages(lead: Client, chip: str, found: set[str]) -> None:
    make_message(kind=KIND, recipient="now@a.example")
    make_message(
        kind="session-reminder", recipient="later@a.example", due_at=NOW + timedelta(days=9)
    )
    make_message(kind=KIND, recipient="dead@a.example", state=State.DEAD)
    make_message(kind=KIND, recipient="refused@a.example", state=State.SUPPRESSED)
    make_message(kind=KIND, recipient="sent@a.example", state=State.SENT, sent_at=NOW)
    rows = lead.get(f"{MESSAGES}?{chip}").context["cl"].result_list
    assert {row.recipient for row in rows} == found


def test_the_text_is_shown_as_text(lead: Client) -> None:
    message = make_message(
        kind=KIND,
        state=State.SENT,
        sent_at=NOW,
        subject="We have your <b>interest</b>",
        text_body="First line.\n<script>alert(1)</script>",
        html_body="<p>never shown</p>",
    )
    page = lead.get(f"{MESSAGES}{message.pk}/change/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;b&gt;interest&lt;/b&gt;" in page
    assert "never shown" not in page


def test_who_may_not_act_is_not_shown_links_that_act(here: Hub) -> None:
    link = "http://lea-valley.localhost/place/12-1~abcDEF_123/"
    message = make_message(kind=KIND, state=State.SENT, sent_at=NOW, text_body=f"Answer: {link}")
    address = f"{MESSAGES}{message.pk}/change/"
    assert "12-1~abc" in staff_client().get(address).content.decode()
    assert "12-1~abc" not in staff_client(HubMember.Role.VIEWER).get(address).content.decode()


def test_a_failed_message_is_tried_again(lead: Client) -> None:
    message = make_message(kind=KIND, state=State.DEAD, attempts=5, due_at=NOW - timedelta(days=9))
    address = f"{MESSAGES}{message.pk}/retry/"
    assert "Try again, 1 e-mail" in lead.get(address).content.decode()
    lead.post(address)
    message.refresh_from_db()
    assert (message.state, message.attempts, message.due_at) == (State.QUEUED, 0, NOW)


def test_a_refused_address_is_lifted_before_its_message_is_tried_again(lead: Client) -> None:
    message = make_message(kind=KIND, state=State.SUPPRESSED, recipient="gone@a.example")
    suppress("gone@a.example", reason="550 no such mailbox")
    page = lead.post(f"{MESSAGES}{message.pk}/retry/", follow=True).content.decode()
    assert "lift that first" in page
    suppression = Suppression.objects.get()
    assert "550 no such mailbox" in lead.get(f"{REFUSED}{suppression.pk}/lift/").content.decode()
    assert Suppression.objects.exists(), "asking lifts nothing"
    lead.post(f"{REFUSED}{suppression.pk}/lift/")
    lead.post(f"{MESSAGES}{message.pk}/retry/")
    message.refresh_from_db()
    assert (Suppression.objects.count(), message.state) == (0, State.QUEUED)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (State.QUEUED, State.CANCELLED),
        (State.DEAD, State.CANCELLED),
        (State.SENT, State.SENT),
        (State.INFLIGHT, State.INFLIGHT),
    ],
)
def test_what_waits_or_failed_can_be_stopped(lead: Client, before: str, after: str) -> None:
    message = make_message(kind=KIND, state=before)
    lead.post(f"{MESSAGES}{message.pk}/stop/")
    message.refresh_from_db()
    assert message.state == after


def test_stopping_one_message_leaves_those_whose_keys_begin_alike(lead: Client) -> None:
    one, twelve = make_message(kind=KIND, key="place:1"), make_message(kind=KIND, key="place:12")
    lead.post(f"{MESSAGES}{one.pk}/stop/")
    twelve.refresh_from_db()
    assert twelve.state == State.QUEUED


def test_a_viewer_stops_and_lifts_nothing(here: Hub) -> None:
    viewer = staff_client(HubMember.Role.VIEWER)
    message = make_message(kind=KIND)
    suppress("gone@a.example", reason="550")
    assert viewer.post(f"{MESSAGES}{message.pk}/stop/").status_code == 403
    viewer.post(f"{REFUSED}{Suppression.objects.get().pk}/lift/")
    message.refresh_from_db()
    assert (message.state, Suppression.objects.count()) == (State.QUEUED, 1)


def test_another_hub_s_messages_are_not_there(lead: Client) -> None:
    with hub_scope(make_hub(slug="wandle")):
        theirs = make_message(kind=KIND, recipient="theirs@a.example")
        suppress("theirs@a.example", reason="550")
        refused = Suppression.objects.get()
    for page in ("change", "retry", "stop"):
        assert lead.get(f"{MESSAGES}{theirs.pk}/{page}/").status_code == 404
    assert lead.get(f"{REFUSED}{refused.pk}/lift/").status_code == 404
    assert "theirs@a.example" not in lead.get(MESSAGES).content.decode()


def test_no_form_changes_a_message(lead: Client) -> None:
    message = make_message(kind=KIND)
    page = lead.get(f"{MESSAGES}{message.pk}/change/")
    assert list(page.context["adminform"].form.fields) == []
