"""What came back stands on its message, and nothing more goes to an address that is gone."""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from mathshub.outbox.bounces import BounceKind, record_bounce
from mathshub.outbox.models import Message, Suppression
from mathshub.outbox.suppression import is_suppressed
from mathshub.outbox.sweep import sweep
from mathshub.outbox.tests.factories import NOW, Clock, make_message
from mathshub.scope import hub_scope
from mathshub.testing.smtp import Delivery, SmtpSink
from workgroups.models import Hub
from workgroups.tests.factories import make_hub
from workgroups.tests.staff import staff_client

pytestmark = pytest.mark.database
State = Message.State
HEAD = "head@school.example"
OURS = "<1@mathshub.example.org>"
PERMANENT, GAVE_UP, COMPLAINT = BounceKind.PERMANENT, BounceKind.GAVE_UP, BounceKind.COMPLAINT


def make_sent(**fields: Any) -> Message:
    fields = {"recipient": HEAD, "message_id": OURS, "state": State.SENT, "sent_at": NOW} | fields
    return make_message(**fields)


def bounce(**fields: Any) -> Message | None:
    fields = {
        "message_id": OURS,
        "address": HEAD,
        "kind": PERMANENT,
        "reason": "550 5.1.1 no such user",
        "now": NOW,
    } | fields
    return record_bounce(**fields)


def test_a_permanent_bounce_is_told_on_the_message_and_ends_the_address(hub: Hub) -> None:
    message = make_sent()
    assert bounce() == message
    message.refresh_from_db()
    assert (message.state, message.came_back_at) == (State.SENT, NOW)
    assert message.came_back_because == "The address refuses mail: 550 5.1.1 no such user"
    assert is_suppressed(HEAD)


def test_a_complaint_ends_the_address_too(hub: Hub) -> None:
    make_sent()
    bounce(kind=COMPLAINT, reason="")
    assert Suppression.objects.get().reason == "The reader reported it as unwanted."


def test_what_was_given_up_says_nothing_against_the_address(hub: Hub) -> None:
    message = make_sent()
    bounce(kind=GAVE_UP)
    message.refresh_from_db()
    assert message.came_back_at == NOW
    assert not is_suppressed(HEAD)


def test_an_address_that_a_list_hands_on_to_is_not_the_list_s(hub: Hub) -> None:
    message = make_sent()
    bounce(address="leaver@school.example")
    message.refresh_from_db()
    assert message.came_back_because.startswith("It was handed on to another address.")
    assert not Suppression.objects.exists()


def test_told_twice_it_stands_as_it_was_told_first(hub: Hub) -> None:
    message = make_sent()
    bounce(kind=GAVE_UP)
    bounce(now=NOW + timedelta(hours=1))
    message.refresh_from_db()
    assert message.came_back_at == NOW
    assert is_suppressed(HEAD), "the second report was for good"


def test_strangers_reports_change_nothing(hub: Hub) -> None:
    make_sent()
    for message_id in ("", "<2@mathshub.example.org>"):
        assert bounce(message_id=message_id) is None
    assert not Suppression.objects.exists()


def test_the_hub_that_wrote_it_is_meant_and_no_other(hub: Hub) -> None:
    other = make_hub()
    with hub_scope(other):
        make_sent()
    bounce()
    assert not is_suppressed(HEAD)
    with hub_scope(other):
        assert is_suppressed(HEAD)


def test_a_bounce_that_comes_before_the_row_is_marked_is_neither_lost_nor_overwritten(
    committed_hub: Hub, smtp_sink: SmtpSink, clock: Clock
) -> None:
    message, later = make_message(recipient=HEAD), make_message(recipient=HEAD)
    clock_later = NOW + timedelta(minutes=1)
    Message.objects.filter(pk=later.pk).update(due_at=clock_later)

    def come_back(delivery: Delivery) -> None:
        bounce(message_id=str(delivery.message["Message-ID"]))

    smtp_sink.before_answer = come_back
    sweep(clock=clock)
    message.refresh_from_db()
    assert (message.state, message.came_back_at) == (State.SENT, NOW)
    clock.pass_by(minutes=2)
    sweep(clock=clock)
    later.refresh_from_db()
    assert later.state == State.SUPPRESSED


# --- staff see it


def test_staff_see_which_messages_came_back_and_why(hub: Hub) -> None:
    message = make_sent(kind="eoi-received")
    make_sent(kind="eoi-received", recipient="other@school.example", message_id="<2@x>")
    bounce()
    lead = staff_client()
    listed = lead.get("/admin/outbox/message/?state=came-back").context["cl"].result_list
    assert list(listed) == [message]
    page = lead.get(f"/admin/outbox/message/{message.pk}/change/").content.decode()
    assert "came back" in page
    assert "550 5.1.1 no such user" in page


# --- from a provider


@pytest.fixture
def postmark(settings: Settings) -> Iterator[Callable[..., int]]:
    """Posts as Postmark does; returns the status of the answer."""
    settings.BOUNCE_PROVIDER = "postmark"
    settings.ANYMAIL = {"WEBHOOK_SECRET": ["portal:right"]}

    def post(secret: str = "portal:right", **fields: Any) -> int:
        told = {
            "RecordType": "Bounce",
            "Type": "HardBounce",
            "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
            "Email": HEAD,
            "Details": "550 5.1.1 no such user",
        } | fields
        head = {"Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"}
        return (
            Client()
            .post(
                "/mail/came-back/", json.dumps(told), content_type="application/json", headers=head
            )
            .status_code
        )

    with time_machine.travel(NOW, tick=False):
        yield post


def test_without_a_provider_there_is_no_such_page(hub: Hub) -> None:
    assert Client().post("/mail/came-back/").status_code == 404


def test_a_wrong_secret_changes_nothing(hub: Hub, postmark: Callable[..., int]) -> None:
    make_sent()
    assert postmark(secret="portal:wrong") == 400
    assert not Suppression.objects.exists()


def test_a_provider_with_numbers_of_its_own_means_the_newest_message(
    hub: Hub, postmark: Callable[..., int]
) -> None:
    older, newer = make_sent(), make_sent(message_id="<2@mathshub.example.org>")
    make_message(recipient=HEAD)  # which no server has been given
    assert postmark() == 200
    assert [each.came_back_at for each in (older, newer) if not each.refresh_from_db()] == [
        None,
        NOW,
    ]
    assert is_suppressed(HEAD)


def test_what_is_older_than_a_week_is_not_meant(hub: Hub, postmark: Callable[..., int]) -> None:
    make_sent()
    Message.objects.update(created_at=NOW - timedelta(days=8))
    assert postmark() == 200
    assert not Suppression.objects.exists()


@pytest.mark.parametrize(
    ("fields", "came_back", "suppressed"),
    [
        ({}, True, True),
        ({"RecordType": "SpamComplaint", "Type": "SpamComplaint"}, True, True),
        ({"Type": "SoftBounce"}, True, False),
        ({"Details": "552 5.2.2 mailbox full"}, True, False),
        ({"Details": "550 5.2.3 message too large"}, True, False),
        ({"Type": "Blocked"}, True, False),
        ({"Type": "Transient"}, False, False),
        ({"RecordType": "Delivery", "Recipient": HEAD}, False, False),
        ({"RecordType": "Open", "Recipient": HEAD}, False, False),
    ],
)
def test_only_what_is_for_good_ends_the_address(
    hub: Hub,
    postmark: Callable[..., int],
    fields: dict[str, Any],
    came_back: bool,
    suppressed: bool,
) -> None:
    message = make_sent()
    assert postmark(**fields) == 200
    message.refresh_from_db()
    assert (message.came_back_at is not None, is_suppressed(HEAD)) == (came_back, suppressed)


@pytest.mark.parametrize("event", [("hard_bounce", True), ("soft_bounce", False)])
def test_brevo_s_soft_bounces_are_soft(
    hub: Hub, settings: Settings, event: tuple[str, bool]
) -> None:
    settings.BOUNCE_PROVIDER = "brevo"
    settings.ANYMAIL = {"WEBHOOK_SECRET": ["portal:right"]}
    make_sent()
    head = {"Authorization": f"Basic {base64.b64encode(b'portal:right').decode()}"}
    told = {"event": event[0], "email": HEAD, "message-id": OURS, "reason": "550"}
    response = Client().post(
        "/mail/came-back/", json.dumps(told), content_type="application/json", headers=head
    )
    assert (response.status_code, is_suppressed(HEAD)) == (200, event[1])
