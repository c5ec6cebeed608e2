"""Messages are kept briefly, and secrets not at all."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mathshub.outbox.bounces import BounceKind
from mathshub.outbox.kinds import Kind
from mathshub.outbox.models import Hold, Message, Suppression
from mathshub.outbox.services import cancel_messages, purge
from mathshub.outbox.suppression import is_suppressed, suppress
from mathshub.outbox.sweep import sweep
from mathshub.outbox.tests.factories import NOW, Clock, make_hold, make_message
from mathshub.testing.smtp import SmtpSink
from workgroups.models import Hub

State = Message.State
pytestmark = pytest.mark.database
SECRET = {"heading": "Your code", "text": "123456"}


@pytest.fixture
def code_kind(register_kind: Callable[..., Kind]) -> Kind:
    return register_kind(name="code", keeps_no_text=True)


def test_texts_go_after_30_days_and_messages_after_a_year(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock
) -> None:
    message = make_message()
    sweep(clock=clock)
    assert purge(NOW + timedelta(days=30)) == (0, 0)
    assert purge(NOW + timedelta(days=30, seconds=1)) == (1, 0)
    message.refresh_from_db()
    assert (message.text_body, message.html_body) == ("", "")
    assert message.subject == "About your session"
    assert purge(NOW + timedelta(days=365)) == (0, 0)
    assert purge(NOW + timedelta(days=366)) == (0, 1)
    assert not Message.objects.exists()


def test_what_still_waits_is_never_purged(hub: Hub) -> None:
    make_message(text_body="edited by the hub", expires_at=NOW + timedelta(days=500))
    assert purge(NOW + timedelta(days=400)) == (0, 0)


def test_a_secret_is_wiped_once_it_is_sent(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock, code_kind: Kind
) -> None:
    message = make_message(kind="code", context=SECRET)
    sweep(clock=clock)
    assert "123456" in smtp_sink.deliveries[0].text
    message.refresh_from_db()
    assert (message.state, message.context) == (State.SENT, {})
    assert (message.text_body, message.html_body) == ("", "")


def test_a_secret_is_wiped_when_it_expires_is_cancelled_or_dies(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock, code_kind: Kind
) -> None:
    make_message(kind="code", context=SECRET, expires_at=NOW + timedelta(seconds=1), due_at=NOW)
    make_message(kind="code", context=SECRET, key="code:stop")
    make_message(kind="code", context=SECRET, recipient="rcpt-550@school.example")
    cancel_messages(key_prefix="code:stop", reason="asked for again")
    clock.pass_by(seconds=2)
    sweep(clock=clock)
    assert list(Message.objects.order_by("pk").values_list("state", "context")) == [
        (State.CANCELLED, {}),
        (State.CANCELLED, {}),
        (State.DEAD, {}),
    ]


def test_a_secret_that_anything_left_behind_goes_with_the_next_purge(
    hub: Hub, code_kind: Kind
) -> None:
    make_message(kind="code", context=SECRET, state=State.CANCELLED)
    purge(NOW)
    assert Message.objects.get().context == {}


def test_the_command_says_what_it_forgot(hub: Hub, smtp_sink: SmtpSink) -> None:
    clock = Clock(timezone.now() - timedelta(days=40))
    make_message(due_at=clock())
    sweep(clock=clock)
    out = StringIO()
    call_command("purge_messages", stdout=out)
    assert out.getvalue() == "1 texts wiped, 0 messages deleted.\n"


def test_a_hold_is_forgotten_a_year_after_it_was_over_with_its_record(hub: Hub) -> None:
    message = make_message(state=Message.State.SENT)
    make_hold(message=message, lifted_at=NOW)
    make_hold(until=NOW.date())
    standing = make_hold(until=NOW.date() + timedelta(days=300))
    purge(NOW + timedelta(days=365))
    assert Hold.objects.count() == 3
    purge(NOW + timedelta(days=367))
    assert list(Hold.objects.all()) == [standing]
    assert set(Hold.history.values_list("id", flat=True)) == {standing.pk}


GONE = BounceKind.PERMANENT.value
UNWANTED = BounceKind.COMPLAINT.value


@pytest.mark.parametrize(
    ("reason", "left"),
    [
        ("550 5.1.1 <jane@s.example>: Recipient rejected", f"{GONE}: 550 5.1.1"),
        (f"{GONE}: 550-5.1.1 The account jane does not exist", f"{GONE}: 550 5.1.1"),
        (f"{GONE}: smtp; 550 no such user: jane", f"{GONE}: 550"),
        (f"{GONE}: 5.1.10", f"{GONE}: 5.1.10"),
        (f"{GONE}: Jane Obi has left", f"{GONE}."),
        (f"{GONE}: 550@s.example is unknown", f"{GONE}."),
        (f"{GONE}.", f"{GONE}."),
        (f"{UNWANTED}.", f"{UNWANTED}."),
        (f"{UNWANTED}: jane@s.example", f"{UNWANTED}."),
    ],
)
def test_of_a_refusal_the_code_and_the_kind_are_left_after_a_year(
    hub: Hub, reason: str, left: str
) -> None:
    suppress("jane@s.example", reason=reason)
    purge(timezone.now() + timedelta(days=364))
    assert Suppression.objects.get().reason == reason
    for _ in range(2):
        purge(timezone.now() + timedelta(days=366))
        kept = Suppression.objects.get()
        assert (kept.address, kept.reason) == ("", left)
    assert is_suppressed("jane@s.example")


def test_words_that_stayed_when_their_address_was_forgotten_go_too(hub: Hub) -> None:
    suppress("jane@s.example", reason="550 5.1.1 <jane@s.example>: Recipient rejected")
    Suppression.objects.update(address="")
    purge(timezone.now() + timedelta(days=366))
    assert Suppression.objects.get().reason == f"{GONE}: 550 5.1.1"


def test_what_is_forgotten_once_is_not_written_again(
    hub: Hub,
) -> None:
    suppress("jane@s.example", reason="550 5.1.1 jane")
    suppress("amy@s.example", reason=f"{UNWANTED}.")
    later = timezone.now() + timedelta(days=366)
    purge(later)
    with CaptureQueriesContext(connection) as asked:
        purge(later)
    written = 'UPDATE "outbox_suppression"'
    assert not [each for each in asked.captured_queries if written in each["sql"]]
