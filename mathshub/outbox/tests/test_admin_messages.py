"""The admin of messages: every one found, failed ones tried again, refused addresses lifted."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qs

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from enrolment.tests.factories import make_expression, make_participant
from mathshub.accounts.tests.factories import sign_in
from mathshub.outbox.kinds import Kind
from mathshub.outbox.models import Heartbeat, Message, Suppression
from mathshub.outbox.suppression import suppress
from mathshub.outbox.sweep import SWEEP
from mathshub.outbox.tests.factories import NOW, make_message
from mathshub.scope import all_hubs, hub_scope
from sessions.tests.factories import make_session
from workgroups.models import Hub, HubMember, WorkGroupLead
from workgroups.tests.factories import (
    make_account,
    make_hub,
    make_member,
    make_school,
    make_work_group,
)
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
        ("days=2026-11-23..2026-11-23", {"now@a.example", "sent@a.example"}),
        ("days=2026-11-24..", {"later@a.example"}),
        ("days=..2026-11-22", {"dead@a.example", "refused@a.example"}),
        ("days=..2026-11-22&state=sent", set()),
        ("days=27 November", set()),
    ],
)
def test_chips_and_search_find_messages(lead: Client, chip: str, found: set[str]) -> None:
    make_message(kind=KIND, recipient="now@a.example")
    make_message(
        kind="session-reminder", recipient="later@a.example", due_at=NOW + timedelta(days=9)
    )
    yesterday = NOW - timedelta(days=1)
    failed: Any = {"kind": KIND, "due_at": yesterday}
    make_message(**failed, recipient="dead@a.example", state=State.DEAD)
    make_message(**failed, recipient="refused@a.example", state=State.SUPPRESSED)
    make_message(**failed, recipient="sent@a.example", state=State.SENT, sent_at=NOW)
    rows = lead.get(f"{MESSAGES}?{chip}").context["cl"].result_list
    assert {row.recipient for row in rows} == found


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("from_day=2026-11-01&to_day=2026-11-27", ["2026-11-01..2026-11-27"]),
        ("from_day=2026-11-01&to_day=&days=2026-10-01..", ["2026-11-01.."]),
        ("from_day=&to_day=2026-11-27", ["..2026-11-27"]),
        ("from_day=&to_day=", []),
        ("from_day=soon&to_day=", []),
    ],
)
def test_days_are_typed_and_stand_as_a_chip(lead: Client, typed: str, days: list[str]) -> None:
    answer = lead.get(f"{MESSAGES}?{typed}&state=waiting", follow=True)
    [(address, _)] = answer.redirect_chain
    asked = parse_qs(address.lstrip("?"))
    assert asked == {"state": ["waiting"]} | ({"days": days} if days else {})
    assert ("take it off" in answer.content.decode()) == bool(days)


def test_messages_are_found_by_school_group_code_and_reference(lead: Client) -> None:
    group = make_work_group(name="Hackney and Newham")
    school = make_school(name="Barge House Primary School")
    expression = make_expression(school=school)
    Message.objects.all().delete()
    make_message(kind=KIND, recipient="school@a.example", school=school)
    make_message(kind=KIND, recipient="group@a.example", work_group=group)
    make_message(kind=KIND, recipient="interest@a.example", context={"expression": expression.pk})
    make_message(kind=KIND, recipient="other@a.example", context={"form": expression.pk})

    def found(term: str) -> set[str]:
        rows = lead.get(MESSAGES, {"q": term}).context["cl"].result_list
        return {row.recipient.partition("@")[0] for row in rows}

    assert found("barge house") == {"school"}
    assert found("Hackney") == {"group"}
    assert found(group.offering.project_code) == {"group"}
    assert found(expression.reference.lower()) == {"interest"}
    assert found("ZZZZ-ZZZZ") == set()


# --- what messages are about ---


@pytest.fixture
def about(here: Hub) -> dict[str, Any]:
    """A school, Work Group, participant and session, by the names of a message's links."""
    session = make_session()
    Message.objects.all().delete()
    return {
        "school": make_school(name="Barge House Primary School"),
        "work_group": session.work_group,
        "participant": make_participant(name="Sam Okafor", email="sam@a.example"),
        "session": session,
    }


PAGE_OF = {
    "school": "workgroups_school",
    "work_group": "workgroups_workgroup",
    "participant": "enrolment_participant",
    "session": "workgroup_sessions_session",
}


def page_of(name: str, row: Any) -> str:
    return reverse(f"admin:{PAGE_OF[name]}_change", args=[row.pk])


@pytest.mark.parametrize("name", PAGE_OF)
def test_the_newest_messages_stand_on_the_page_of_what_they_are_about(
    lead: Client, about: dict[str, Any], name: str
) -> None:
    page = page_of(name, about[name])
    assert "None so far. Each message stays on the record here." in lead.get(page).content.decode()
    make_message(kind=KIND, subject="Not about it")
    mine = {name: about[name]}
    failed = make_message(
        **mine, kind=KIND, subject="Message 0", state=State.DEAD, state_reason="550 no such mailbox"
    )
    text = lead.get(page).content.decode()
    assert f"{MESSAGES}{failed.pk}/change/" in text
    assert "could not be sent: 550 no such mailbox" in text
    assert "Not about it" not in text
    one = query_count(lambda: lead.get(page))

    for number in range(1, 10):
        make_message(
            **mine, kind=KIND, subject=f"Message {number}", due_at=NOW + timedelta(hours=number)
        )
    assert query_count(lambda: lead.get(page)) == one
    assert "messages</a>" not in lead.get(page).content.decode()
    make_message(**mine, kind=KIND, subject="Message 10", due_at=NOW + timedelta(hours=10))
    text = lead.get(page).content.decode()
    shown = [number for number in range(11) if f">Message {number}<" in text]
    assert shown == list(range(1, 11)), "the newest ten"
    address = f"{MESSAGES}?{name}={about[name].pk}"
    assert f'<a href="{address}">All 11 messages</a>' in text

    listed = lead.get(address)
    assert len(listed.context["cl"].result_list) == 11
    assert str(about[name]) in listed.content.decode()
    assert "take it off" in listed.content.decode()


def test_of_a_person_what_came_to_their_mailbox_is_shown_but_for_what_is_somebody_else_s(
    lead: Client, about: dict[str, Any]
) -> None:
    person = about["participant"]
    colleague = make_participant(name="Olu Ade", email="sam@a.example")
    make_message(kind="my-link", subject="To both", recipient="Sam@a.example")
    make_message(kind=KIND, subject="To Olu", recipient="sam@a.example", participant=colleague)
    for page in (page_of("participant", person), f"{MESSAGES}?participant={person.pk}"):
        text = lead.get(page).content.decode()
        assert ("To both" in text, "To Olu" in text) == (True, False)


@pytest.mark.parametrize("name", PAGE_OF)
def test_rows_of_others_and_missing_ones_give_the_same_empty_list(
    lead: Client, about: dict[str, Any], name: str
) -> None:
    with hub_scope(make_hub(slug="wandle")):
        session = make_session(work_group=make_work_group(name="Merton"))
        school = make_school(name="Wandle Bank Primary School")
        make_message(kind=KIND, school=school)
        theirs = {
            "school": school,
            "work_group": session.work_group,
            "session": session,
            "participant": make_participant(name="Kit Moss", email="kit@a.example"),
        }
    numbers = ["99999999", "x", "9" * 40, str(theirs[name].pk)]
    make_message(kind=KIND)
    for number in numbers:
        answer = lead.get(f"{MESSAGES}?{name}={number}")
        assert list(answer.context["cl"].result_list) == []
        text = answer.content.decode()
        assert "one that is not here" in text
        assert not [word for word in ("Merton", "Kit Moss", "Wandle Bank") if word in text]


def test_who_sees_no_messages_has_no_block(here: Hub, about: dict[str, Any]) -> None:
    account = make_account()
    member = make_member(account=account, role=HubMember.Role.WORK_GROUP_LEAD)
    WorkGroupLead.objects.create(work_group=about["work_group"], member=member)
    make_message(kind=KIND, subject="Secret", work_group=about["work_group"])
    client = sign_in(Client(), account)
    for name in ("work_group", "session"):
        page = client.get(page_of(name, about[name]))
        assert page.status_code == 200
        assert "Secret" not in page.content.decode()
    assert client.get(MESSAGES).status_code == 403


def test_its_page_leads_to_all_that_it_is_about(lead: Client, about: dict[str, Any]) -> None:
    message = make_message(kind=KIND, **about)
    page = lead.get(f"{MESSAGES}{message.pk}/change/").content.decode()
    assert all(f'href="{page_of(name, row)}"' in page for name, row in about.items())
    assert f">Session {about['session'].number}</a>" in page
    other = make_message(kind=KIND)
    assert "About</dt>" not in lead.get(f"{MESSAGES}{other.pk}/change/").content.decode()


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
    page = lead.get(address).content.decode()
    assert "Try again, 1 e-mail" in page
    assert "would read it" in page
    lead.post(address)
    message.refresh_from_db()
    assert (message.state, message.attempts, message.due_at) == (State.QUEUED, 0, NOW)


def test_a_refused_address_is_lifted_before_its_message_is_tried_again(lead: Client) -> None:
    message = make_message(kind=KIND, state=State.SUPPRESSED, recipient="gone@a.example")
    suppress("gone@a.example", reason="550 no such mailbox")
    suppression = Suppression.objects.get()
    for ask in (lead.get, lead.post):  # nothing is offered that can't be done
        answer = ask(f"{MESSAGES}{message.pk}/retry/", follow=True)
        page = answer.content.decode()
        assert answer.redirect_chain == [(f"{REFUSED}{suppression.pk}/change/", 302)]
        assert "lift that first" in page
        assert "<form" not in page.split("<main")[1]
        assert "Addresses that refuse mail</a>" in page
    assert "550 no such mailbox" in lead.get(f"{REFUSED}{suppression.pk}/lift/").content.decode()
    assert Suppression.objects.exists(), "asking lifts nothing"
    lead.post(f"{REFUSED}{suppression.pk}/lift/")
    lead.post(f"{MESSAGES}{message.pk}/retry/")
    message.refresh_from_db()
    assert (Suppression.objects.count(), message.state) == (0, State.QUEUED)


def test_what_failed_is_set_aside_and_what_waits_is_stopped(lead: Client) -> None:
    for state, words in ((State.DEAD, "Set it aside"), (State.QUEUED, "Stop it")):
        message = make_message(kind=KIND, state=state)
        for page in ("change", "stop"):
            assert words in lead.get(f"{MESSAGES}{message.pk}/{page}/").content.decode()


def test_a_button_above_the_list_with_nothing_ticked_says_what_to_do(lead: Client) -> None:
    make_message(kind=KIND)
    answer = lead.post(f"{MESSAGES}?state=waiting", {"action": "again_chosen"}, follow=True)
    assert answer.redirect_chain == [(f"{MESSAGES}?state=waiting", 302)]
    assert "Tick the rows first. Nothing was done." in answer.content.decode()


def test_figures_of_one_kind_head_their_page(lead: Client) -> None:
    for kind in (KIND, KIND, "session-reminder"):
        make_message(kind=kind, state=State.SENT, sent_at=NOW)
    page = lead.get(f"{MESSAGES}figures/").content.decode()
    assert "3 messages handed over in 30 days</h1>" in page
    page = lead.get(f"{MESSAGES}figures/", {"kind": "session-reminder"}).content.decode()
    assert "1 message handed over in 30 days</h1>" in page


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


@pytest.mark.parametrize("page", [MESSAGES, "/admin/"])
def test_staff_are_told_when_a_long_queue_will_be_through(
    lead: Client, settings: Settings, page: str
) -> None:
    settings.EMAIL_RATE_PER_MINUTE = 1
    Heartbeat.objects.create(name=SWEEP, at=NOW)
    for _ in range(6):
        make_message(kind=KIND)
    assert not lead.get(page).context["queue_words"], "five minutes"
    make_message(kind=KIND)
    words = "7 messages wait; the last will have left at about 09:06."
    assert words in lead.get(page).content.decode()
    settings.EMAIL_RATE_PER_MINUTE = 1 / 240
    assert "at about 09:00 on Tuesday 24 November." in lead.get(page).content.decode()
    Heartbeat.objects.update(at=NOW - timedelta(minutes=9))
    assert not lead.get(page).context["queue_words"], "nothing leaves"


# --- once more ---


def make_sent(**fields: object) -> Message:
    hour_ago = NOW - timedelta(hours=1)
    return make_message(state=State.SENT, sent_at=hour_ago, due_at=hour_ago, **fields)


@pytest.fixture
def letter(letter_templates: None, register_kind: Callable[..., Kind]) -> Kind:
    return register_kind(name="letter")


def test_staff_read_what_a_state_means(lead: Client) -> None:
    def page(**fields: object) -> str:
        return lead.get(f"{MESSAGES}{make_sent(kind=KIND, **fields).pk}/change/").content.decode()

    assert "handed to the mail server" in page()
    assert "Whether it reached the mailbox, or was read, is not known" in page()
    assert "arrived twice" not in page()
    assert "it may have arrived twice" in page(maybe_duplicate=True)
    back = page(came_back_at=NOW, came_back_because="550 gone")
    assert "a report about it came back" in back
    assert "passes it on" not in back


def test_one_message_is_sent_once_more_from_its_page(lead: Client, letter: Kind) -> None:
    first = make_sent(kind="letter", recipient="head@a.example", context={"text": "On Friday."})
    address = f"{MESSAGES}{first.pk}/again/"
    assert address in lead.get(f"{MESSAGES}{first.pk}/change/").content.decode()
    page = lead.get(address).content.decode()
    assert "On Friday." in page
    assert "One e-mail goes to head@a.example" in page
    assert Message.objects.count() == 1, "asking sends nothing"

    told = lead.post(address, follow=True).content.decode()
    new = Message.objects.latest("pk")
    assert f"{MESSAGES}{first.pk}/change/" in told
    assert "Sent once more by" in told
    assert (
        f"{MESSAGES}{new.pk}/change/" in lead.get(f"{MESSAGES}{first.pk}/change/").content.decode()
    )
    again = lead.post(address).content.decode()
    assert "It waits to be sent once more already." in again
    assert Message.objects.count() == 2


def test_what_can_go_no_more_says_why(lead: Client, register_kind: Callable[..., Kind]) -> None:
    register_kind(name="over", unwanted=lambda message, now: "the session has begun")
    message = make_sent(kind="over")
    for answer in (lead.get, lead.post):
        page = answer(f"{MESSAGES}{message.pk}/again/").content.decode()
        assert "The session has begun" in page
        assert "Send it once more, 1 e-mail" not in page
    secret = make_sent(kind="sign-in")
    assert f"{secret.pk}/again/" not in lead.get(f"{MESSAGES}{secret.pk}/change/").content.decode()
    assert "for one use" in lead.post(f"{MESSAGES}{secret.pk}/again/").content.decode()
    assert Message.objects.count() == 2


@pytest.mark.parametrize(
    ("action", "page", "button"),
    [
        ("again_chosen", "again", "Send once more, 2 e-mails"),
        ("retry_chosen", "retry", "Try again, 2 e-mails"),
    ],
)
def test_several_go_by_one_action_with_names_and_number(
    lead: Client, letter: Kind, action: str, page: str, button: str
) -> None:
    make: Any = make_sent if page == "again" else partial(make_message, state=State.DEAD)
    ticked = [make(kind="letter", recipient=f"{name}@a.example") for name in ("ann", "bob")]
    waiting = make_message(kind="letter", recipient="cat@a.example")
    others = make(kind="letter", recipient="dan@a.example")
    chosen = [str(each.pk) for each in (*ticked, waiting)]
    shown = lead.post(MESSAGES, {"action": action, "_selected_action": chosen}, follow=True)
    text = shown.content.decode()
    assert button in text
    assert [name for name in ("ann", "bob", "cat", "dan") if f"{name}@a.example" in text] == [
        "ann",
        "bob",
    ]
    assert f"{MESSAGES}{waiting.pk}/change/" in text, "left out, and it says why"
    assert Message.objects.waiting().count() == 1, "asking sends nothing"

    address = f"{MESSAGES}{page}/"
    assert "2 e-mails will" in lead.post(address, {"chosen": chosen}, follow=True).content.decode()
    goes = Message.objects.waiting().values_list("recipient", flat=True)
    assert sorted(goes) == ["ann@a.example", "bob@a.example", "cat@a.example"]
    assert "None of those" in lead.post(address, {"chosen": chosen}, follow=True).content.decode()
    assert "Tick the messages first" in lead.post(address, follow=True).content.decode()
    others.refresh_from_db()
    assert Message.objects.waiting().count() == 3


def test_a_viewer_sends_nothing_once_more(here: Hub, letter: Kind) -> None:
    viewer = staff_client(HubMember.Role.VIEWER)
    message = make_sent(kind="letter")
    assert "once more" not in viewer.get(f"{MESSAGES}{message.pk}/change/").content.decode()
    assert "Send once more" not in viewer.get(MESSAGES).content.decode()
    for page in (f"{message.pk}/again/", "again/", "retry/"):
        assert viewer.get(f"{MESSAGES}{page}?chosen={message.pk}").status_code == 403
        assert viewer.post(f"{MESSAGES}{page}", {"chosen": message.pk}).status_code == 403
    assert Message.objects.count() == 1


def test_another_hub_s_message_is_not_sent_once_more(lead: Client, letter: Kind) -> None:
    with hub_scope(make_hub(slug="wandle")):
        theirs = make_sent(kind="letter", recipient="theirs@a.example")
    assert lead.post(f"{MESSAGES}{theirs.pk}/again/").status_code == 404
    for page in ("again", "retry"):
        told = lead.post(f"{MESSAGES}{page}/", {"chosen": theirs.pk}, follow=True)
        assert "Tick the messages first" in told.content.decode()
        assert "theirs@a.example" not in told.content.decode()
    with all_hubs("test"):
        assert Message.objects.count() == 1


# --- figures ---

FIGURES = f"{MESSAGES}figures"


def test_figures_are_drawn_with_their_table(lead: Client) -> None:
    empty = lead.get(f"{FIGURES}/").content.decode()
    assert "No message has left or ended in this time" in empty
    assert "<svg" not in empty.partition("<main")[2]
    make_sent(kind=KIND)
    make_message(kind="my-link", state=State.DEAD, due_at=NOW - timedelta(days=1))
    make_message(kind=KIND)
    one = query_count(lambda: lead.get(f"{FIGURES}/"))
    make_sent(kind="place-offered", came_back_at=NOW)
    assert query_count(lambda: lead.get(f"{FIGURES}/")) == one

    answer = lead.get(f"{FIGURES}/")
    assert answer.context["title"] == "2 messages handed over in 30 days"
    assert answer.context["rows"] == [
        ("Mon 23 Nov", (2, 1, 0, 0)),
        ("Sun 22 Nov", (0, 0, 1, 0)),
    ]
    assert "2 handed to the mail server, 1 of them came back, 1 could" in answer.content.decode()
    assert [bar["name"] for bar in answer.context["bars"]] == [
        "Expression of interest received",
        "Link to the own page",
        "Place offered, to the headteacher",
    ]
    of_one = lead.get(f"{FIGURES}/?by=month&kind=my-link")
    assert of_one.context["rows"] == [("November 2026", (0, 0, 1, 0))]
    assert "No message has left" in lead.get(f"{FIGURES}/?kind=none").content.decode()


def test_figures_are_a_file_for_a_spreadsheet(lead: Client, here: Hub) -> None:
    make_sent(kind=KIND)
    make_sent(kind=KIND, came_back_at=NOW)
    with hub_scope(make_hub(slug="wandle")):
        make_sent(kind=KIND)
    assert lead.get(f"{FIGURES}.csv").content.decode("utf-8-sig").splitlines() == [
        "Day,Kind,Handed over,Of these came back,Could not be sent,No longer needed",
        "2026-11-23,expression of interest received,2,1,0,0",
    ]
    assert (
        lead.get(f"{FIGURES}.csv?by=month")
        .content.decode()
        .splitlines()[1]
        .startswith("2026-11-01")
    )
    assert lead.get(f"{FIGURES}.xlsx").content[:2] == b"PK"
    account = make_account()
    make_member(account=account, role=HubMember.Role.WORK_GROUP_LEAD)
    for ending in ("/", ".csv", ".xlsx"):
        assert sign_in(Client(), account).get(f"{FIGURES}{ending}").status_code == 403
        viewer = staff_client(HubMember.Role.VIEWER)
        assert viewer.get(f"{FIGURES}{ending}").status_code == 200
