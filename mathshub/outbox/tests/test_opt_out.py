"""A reader stops one optional kind of mail for a mailbox, and nothing else; and takes that back."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mathshub.links import make_token
from mathshub.outbox.kinds import Kind, all_kinds
from mathshub.outbox.models import Message, OptOut, Suppression
from mathshub.outbox.opt_out import lift_opt_out, stop_kind, wants_no_more
from mathshub.outbox.services import purge
from mathshub.outbox.suppression import hash_of, is_suppressed, suppress
from mathshub.outbox.sweep import sweep
from mathshub.outbox.tests.factories import NOW, Clock, make_message
from mathshub.scope import hub_scope
from mathshub.testing.smtp import SmtpSink
from workgroups.models import Hub, HubMember
from workgroups.tests.factories import make_hub
from workgroups.tests.staff import staff_client

State = Message.State
pytestmark = pytest.mark.database
OFFICE = "office@school.example"
LIST = "/admin/outbox/optout/"


@pytest.fixture
def nudge(register_kind: Callable[..., Kind]) -> Kind:
    return register_kind(name="nudge", optional=True)


@pytest.fixture
def here(hub: Hub, nudge: Kind) -> Iterator[Hub]:
    """The hub, at NOW."""
    with time_machine.travel(NOW, tick=False):
        yield hub


def link_of(message: Message) -> str:
    return reverse("outbox:stop_mail", args=[make_token("stop", message.pk, 1)])


def nudge_to(recipient: str = OFFICE, **fields: Any) -> Message:
    return make_message(kind="nudge", recipient=recipient, **fields)


def answer(message: Message, **form: str) -> int:
    return Client().post(link_of(message), form).status_code


def state_of(message: Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.state, message.state_reason


# --- what the letter says


def test_optional_mail_says_at_its_foot_and_in_its_headers_how_to_stop_it(
    here: Hub, smtp_sink: SmtpSink, clock: Clock
) -> None:
    message = nudge_to()
    url = f"http://{here.host}:8000{link_of(message)}"
    sweep(clock=clock)
    [delivery] = smtp_sink.deliveries
    assert delivery.message["List-Unsubscribe"] == f"<{url}>"
    assert delivery.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_other_mail_can_t_be_stopped(here: Hub, smtp_sink: SmtpSink, clock: Clock) -> None:
    message = make_message(recipient=OFFICE)
    sweep(clock=clock)
    [delivery] = smtp_sink.deliveries
    assert delivery.message["List-Unsubscribe"] is None
    assert Client().get(link_of(message)).status_code == 404


def test_nudges_and_digests_are_optional_and_nothing_else_is() -> None:
    assert {kind.name for kind in all_kinds() if kind.optional} == {
        *("draft-nudge", "eoi-digest", "weekly-digest"),
    }


# --- the page


def test_looking_at_the_page_changes_nothing(here: Hub) -> None:
    message = nudge_to()
    page = Client().get(link_of(message)).content.decode()
    assert "Stop these e-mails?" in page
    assert OFFICE in page
    assert not OptOut.objects.exists()


def test_a_form_without_an_answer_changes_nothing(here: Hub) -> None:
    message = nudge_to()
    assert answer(message) == 200
    assert answer(message, answer="whatever") == 200
    assert not OptOut.objects.exists()


def test_one_answer_stops_them_and_the_same_page_lets_them_on(here: Hub) -> None:
    message = nudge_to()
    assert answer(message, answer="stop") == 302
    assert wants_no_more(OFFICE, "nudge")
    assert "These e-mails are stopped" in Client().get(link_of(message)).content.decode()
    assert answer(message, answer="go-on") == 302
    assert not wants_no_more(OFFICE, "nudge")
    assert answer(message, answer="stop") == 302
    assert wants_no_more(OFFICE, "nudge")
    assert OptOut.objects.count() == 1


def test_who_lets_them_go_on_is_told_that_they_do(here: Hub) -> None:
    said = Client().post(link_of(nudge_to()), {"answer": "go-on"}, follow=True).content.decode()
    assert "We go on sending these e-mails" in said
    assert "Stop these e-mails?" not in said


def test_a_mail_program_stops_them_with_one_post(here: Hub) -> None:
    message = nudge_to()
    for _ in range(2):  # some programs ask twice
        response = Client().post(link_of(message), {"List-Unsubscribe": "One-Click"})
        assert (response.status_code, response.content) == (200, b"Stopped.\n")
    assert wants_no_more(OFFICE, "nudge")


def test_a_mailbox_is_the_same_in_capitals(here: Hub) -> None:
    answer(nudge_to("Office@School.example"), answer="stop")
    assert wants_no_more(OFFICE, "nudge")


def test_what_nobody_stopped_is_let_on_without_a_trace(here: Hub) -> None:
    assert answer(nudge_to(), answer="go-on") == 302
    assert not OptOut.objects.exists()


def test_a_link_ends_with_its_message_and_says_whom_to_ask(here: Hub) -> None:
    message = nudge_to()
    Message.objects.all().delete()
    response = Client().get(link_of(message))
    assert response.status_code == 404
    assert here.contact_email in response.content.decode()


def test_nobody_guesses_a_link(here: Hub) -> None:
    message = nudge_to()
    for token in ("x", "1-1~x", make_token("place", message.pk, 1), make_token("stop", 0, 1)[1:]):
        path = reverse("outbox:stop_mail", args=[token])
        for response in (Client().get(path), Client().post(path, {"answer": "stop"})):
            assert response.status_code == 404
    assert not OptOut.objects.exists()


# --- what comes of it


def test_what_waits_is_cancelled_when_its_turn_comes(
    here: Hub, smtp_sink: SmtpSink, clock: Clock
) -> None:
    first, waiting = nudge_to(), nudge_to(due_at=NOW + timedelta(hours=1))
    other_kind = make_message(recipient=OFFICE)
    answer(first, answer="stop")
    clock.pass_by(hours=1)
    sweep(clock=clock)
    assert state_of(waiting) == (State.CANCELLED, "The reader wants no more of these.")
    assert state_of(other_kind) == (State.SENT, "")


def test_another_hub_and_another_mailbox_are_not_touched(
    here: Hub, smtp_sink: SmtpSink, clock: Clock
) -> None:
    stop_kind(nudge_to(), now=NOW)
    with hub_scope(make_hub()):
        theirs = nudge_to()
    colleague = nudge_to("head@school.example")
    sweep(clock=clock)
    assert state_of(colleague)[0] == State.SENT
    with hub_scope(theirs.hub):
        assert state_of(theirs)[0] == State.SENT


def test_other_mail_is_not_asked_about(here: Hub, smtp_sink: SmtpSink, clock: Clock) -> None:
    """One query more for an optional message, none for any other: sending is counted by the bench."""
    asked = []
    for kind in ("test", "nudge"):
        make_message(kind=kind)
        sweep(clock=clock)  # which prepares what is asked often
        make_message(kind=kind)
        with CaptureQueriesContext(connection) as queries:
            sweep(clock=clock)
        asked.append(len(queries))
    assert asked[1] == asked[0] + 1


# --- staff


def test_staff_find_it_and_let_it_on_where_they_are_asked(here: Hub) -> None:
    stop_kind(nudge_to(), now=NOW)
    opt_out = OptOut.objects.get()
    lead = staff_client()
    assert OFFICE in lead.get(LIST).content.decode()
    assert "Do it only if they ask" in lead.get(f"{LIST}{opt_out.pk}/lift/").content.decode()
    assert wants_no_more(OFFICE, "nudge"), "asking lifts nothing"
    lead.post(f"{LIST}{opt_out.pk}/lift/")
    assert not wants_no_more(OFFICE, "nudge")
    lifted = opt_out.history.first()
    assert (lifted.history_type, lifted.history_user is None) == ("~", False)


def test_a_viewer_lifts_nothing(here: Hub) -> None:
    stop_kind(nudge_to(), now=NOW)
    viewer = staff_client(HubMember.Role.VIEWER)
    assert viewer.post(f"{LIST}{OptOut.objects.get().pk}/lift/").status_code == 403
    assert wants_no_more(OFFICE, "nudge")


# --- forgetting


def test_after_a_year_a_hash_is_left_which_goes_on_to_hold(here: Hub) -> None:
    stop_kind(nudge_to(), now=NOW)
    suppress(OFFICE, reason="550")
    purge(NOW + timedelta(days=365))
    assert OptOut.objects.get().address == Suppression.objects.get().address == OFFICE
    purge(NOW + timedelta(days=366))
    assert OptOut.objects.get().address == Suppression.objects.get().address == ""
    assert wants_no_more(OFFICE, "nudge")
    assert is_suppressed(OFFICE)


def test_its_history_never_holds_the_address(here: Hub) -> None:
    stop_kind(nudge_to(), now=NOW)
    [remembered] = OptOut.history.model.objects.values()
    assert OFFICE not in remembered.values()
    assert hash_of(OFFICE) in remembered.values()


def test_the_whole_address_is_found_when_only_its_hash_is_left(here: Hub) -> None:
    stop_kind(nudge_to(), now=NOW)
    OptOut.objects.update(address="")
    found = staff_client().get(f"{LIST}?q=OFFICE@school.example").context["cl"].result_list
    assert list(found) == list(OptOut.objects.all())


def test_what_was_taken_back_is_forgotten_after_a_year(here: Hub) -> None:
    stop_kind(nudge_to(), now=NOW)
    lift_opt_out(OptOut.objects.get(), now=NOW + timedelta(days=300))
    purge(NOW + timedelta(days=400))
    assert OptOut.objects.exists()
    purge(NOW + timedelta(days=666))
    assert not OptOut.objects.exists()
    assert not OptOut.history.model.objects.exists()
