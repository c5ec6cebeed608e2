"""From the row to the mail server, over a real connection, with the faults that servers have."""

from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parseaddr
from uuid import uuid4

import pytest
from django.db import transaction
from pytest_django import Settings

from mathshub.outbox.claim import claim_due, reap
from mathshub.outbox.deliver import deliver
from mathshub.outbox.kinds import Kind, Letter
from mathshub.outbox.mailserver import MailServer
from mathshub.outbox.models import Hold, Message, Suppression
from mathshub.outbox.services import cancel_messages
from mathshub.outbox.sweep import sweep
from mathshub.outbox.tests.factories import NOW, Clock, make_hold, make_message, write_letter
from mathshub.scope import all_hubs, hub_scope
from mathshub.testing.smtp import SmtpSink
from workgroups.models import Hub
from workgroups.tests.factories import make_hub

State = Message.State
pytestmark = pytest.mark.database


def states() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("state", flat=True))


def test_a_due_message_is_sent_once_and_kept_as_it_was_read(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock
) -> None:
    message = make_message(recipient="asha@school.example")
    sweep(clock=clock)
    sweep(clock=clock)

    [delivery] = smtp_sink.deliveries
    assert delivery.recipients == ("asha@school.example",)
    assert delivery.subject == "About your session"
    assert delivery.text.splitlines() == ["Dear Asha Patel,", "", "It is on Thursday."]
    assert "It is on Thursday." in delivery.html
    message.refresh_from_db()
    assert (message.state, message.sent_at, message.attempts) == (State.SENT, NOW, 1)
    assert message.subject == delivery.subject
    assert message.text_body.splitlines() == delivery.text.splitlines()
    assert message.html_body.splitlines() == delivery.html.splitlines()
    assert (message.claim, message.lease_until) == (None, None)


def test_a_message_that_is_not_yet_due_waits(hub: Hub, smtp_sink: SmtpSink, clock: Clock) -> None:
    make_message(due_at=NOW + timedelta(seconds=1))
    sweep(clock=clock)
    assert states() == [State.QUEUED]
    clock.pass_by(seconds=1)
    sweep(clock=clock)
    assert states() == [State.SENT]


def test_a_message_whose_transaction_was_rolled_back_never_goes(
    committed_hub: Hub, smtp_sink: SmtpSink, clock: Clock
) -> None:
    with transaction.atomic():
        make_message()
        transaction.set_rollback(True)
    sweep(clock=clock)
    assert smtp_sink.deliveries == []


# --- refusals


def test_an_address_that_is_refused_for_good_gets_nothing_more_from_this_hub(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock
) -> None:
    make_message(recipient="rcpt-550@school.example")
    make_message(recipient="Rcpt-550@School.example")
    make_message(recipient="other@school.example")
    sweep(clock=clock)

    assert states() == [State.DEAD, State.SUPPRESSED, State.SENT]
    assert smtp_sink.faults.total() == 1
    dead = Message.objects.earliest("pk")
    assert (dead.last_code, dead.attempts) == (550, 1)
    assert dead.state_reason.startswith("The address refuses mail: 550 ")
    assert Suppression.objects.get().address == "rcpt-550@school.example"


def test_another_hub_may_still_write_to_the_address(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock
) -> None:
    make_message(recipient="rcpt-550@school.example")
    sweep(clock=clock)
    with hub_scope(make_hub()):
        make_message(recipient="rcpt-550@school.example")
        sweep(clock=clock)
        assert states() == [State.DEAD]


def test_two_temporary_refusals_delay_and_are_forgotten(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock
) -> None:
    message = make_message(recipient="rcpt-450-2@school.example")
    for minutes in (0, 2, 7):
        clock.pass_by(minutes=minutes)
        sweep(clock=clock)
        sweep(clock=clock)
    message.refresh_from_db()
    assert (message.state, message.attempts, message.deferrals) == (State.SENT, 3, 2)
    assert len(smtp_sink.deliveries) == 1


@pytest.mark.parametrize("fault", ["rcpt-450", "data-452", "data-451"])
def test_temporary_refusals_go_on_until_the_message_expires(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock, fault: str
) -> None:
    message = make_message(recipient=f"{fault}@school.example", expires_at=NOW + timedelta(hours=6))
    for _ in range(7 * 12):
        sweep(clock=clock)
        clock.pass_by(minutes=5)
    message.refresh_from_db()
    assert message.state == State.DEAD
    assert message.state_reason == "It expired while the mail server kept putting it off."
    assert message.last_code == int(fault[-3:])
    assert 8 <= message.attempts <= 10


def test_a_refused_text_is_the_messages_fault_not_the_addresss(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock
) -> None:
    message = make_message(recipient="data-554@school.example")
    sweep(clock=clock)
    message.refresh_from_db()
    assert (message.state, message.last_code) == (State.DEAD, 554)
    assert message.state_reason.startswith("The mail server refused this message: 554 ")
    assert not Suppression.objects.exists()


# --- connections


def test_a_server_that_closes_mid_batch_costs_no_attempt_and_a_rest(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock
) -> None:
    first = make_message()
    closed = make_message(recipient="rcpt-421-1@school.example")
    third = make_message()
    sweep(clock=clock)
    assert states() == [State.SENT, State.QUEUED, State.QUEUED]
    assert list(Message.objects.order_by("pk").values_list("attempts", flat=True)) == [1, 0, 0]

    clock.pass_by(seconds=29)
    sweep(clock=clock)
    assert len(smtp_sink.deliveries) == 1, "the server is left alone"

    clock.pass_by(seconds=1)
    sweep(clock=clock)
    assert states() == [State.SENT, State.QUEUED, State.SENT], "the others go first"

    clock.pass_by(seconds=30)
    sweep(clock=clock)
    assert states() == [State.SENT] * 3
    assert [each.recipients[0] for each in smtp_sink.deliveries] == [
        first.recipient,
        third.recipient,
        closed.recipient,
    ]


def test_a_server_that_is_away_for_a_day_costs_delay_only_and_one_alert(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        make_message()
    smtp_sink.stop()
    for _ in range(24 * 4):
        sweep(clock=clock)
        clock.pass_by(minutes=15)
    assert states() == [State.QUEUED] * 3
    assert not Message.objects.filter(attempts__gt=0).exists()
    assert [each.levelname for each in caplog.records if "mail server" in each.message] == ["ERROR"]

    smtp_sink.start()
    sweep(clock=clock)
    assert states() == [State.SENT] * 3
    assert len(smtp_sink.deliveries) == 3


def test_a_message_that_hangs_in_its_text_does_not_hold_up_the_others(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock, settings: Settings
) -> None:
    settings.EMAIL_TIMEOUT = 0.3
    message = make_message(recipient="hang@school.example")
    make_message()
    sweep(clock=clock)
    assert states() == [State.QUEUED, State.QUEUED]
    message.refresh_from_db()
    assert message.maybe_duplicate
    assert message.last_error.startswith("SMTPServerDisconnected")

    clock.pass_by(seconds=31)
    sweep(clock=clock)
    assert states() == [State.QUEUED, State.SENT]


def test_a_connection_cut_in_the_text_is_tried_a_few_times_more_over_a_day(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock
) -> None:
    message = make_message(recipient="cut@school.example")
    for _ in range(48 * 4):
        sweep(clock=clock)
        clock.pass_by(minutes=15)
    message.refresh_from_db()
    assert (message.state, message.attempts) == (State.DEAD, 6)
    assert message.state_reason.startswith("It failed 6 times: ")
    assert smtp_sink.faults.total() == 6


def test_a_lost_reply_makes_at_most_one_duplicate_with_the_same_message_id(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock
) -> None:
    message = make_message(recipient="lost-reply@school.example")
    sweep(clock=clock)
    message.refresh_from_db()
    assert (message.state, message.maybe_duplicate) == (State.QUEUED, True)
    Message.objects.update(recipient="heard@school.example")
    clock.pass_by(minutes=2)
    sweep(clock=clock)
    assert states() == [State.SENT]
    first, second = smtp_sink.deliveries
    assert first.message["Message-ID"] == second.message["Message-ID"] == message.message_id


# --- the last look


def test_a_message_that_expired_while_it_waited_is_not_sent(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock
) -> None:
    message = make_message(expires_at=NOW + timedelta(minutes=5))
    clock.pass_by(minutes=5)
    sweep(clock=clock)
    message.refresh_from_db()
    assert message.state == State.CANCELLED
    assert message.state_reason == "It expired before it could be sent."
    assert smtp_sink.deliveries == []


def test_a_message_that_expires_in_the_senders_hands_is_not_sent(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock
) -> None:
    message = make_message(expires_at=NOW + timedelta(seconds=5))
    claim = claim_due(1, now=clock())
    clock.pass_by(seconds=6)
    with MailServer() as server:
        deliver(claim, server, clock=clock)
    message.refresh_from_db()
    assert (message.state, message.attempts) == (State.CANCELLED, 0)
    assert smtp_sink.deliveries == []


def test_a_message_that_is_no_longer_wanted_says_why_it_did_not_go(
    hub: Hub,
    smtp_sink: SmtpSink,
    clock: Clock,
    register_kind: Callable[..., Kind],
) -> None:
    register_kind(name="seat", unwanted=lambda message, now: "the seat was given up")
    message = make_message(kind="seat")
    sweep(clock=clock)
    message.refresh_from_db()
    assert (message.state, message.state_reason) == (State.CANCELLED, "the seat was given up")
    assert smtp_sink.deliveries == []


@pytest.mark.parametrize("claimed", [False, True])
def test_a_message_cancelled_after_queueing_does_not_go(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock, claimed: bool
) -> None:
    message = make_message(key="session-reminder:7:x")
    other = make_message(key="session-reminder:70:x")
    claim = claim_due(2 if claimed else 0, now=clock())
    assert cancel_messages(key_prefix="session-reminder:7:", reason="the session moved") == 1
    with MailServer() as server:
        deliver(claim, server, clock=clock)
    sweep(clock=clock)
    message.refresh_from_db()
    assert (message.state, message.state_reason) == (State.CANCELLED, "the session moved")
    assert [each.recipients[0] for each in smtp_sink.deliveries] == [other.recipient]


def test_a_paused_hub_sends_nothing_but_sign_in_codes_until_it_goes_on(
    hub: Hub,
    smtp_sink: SmtpSink,
    clock: Clock,
    register_kind: Callable[..., Kind],
) -> None:
    register_kind(name="code", leaves_paused_hub=True)
    make_message()
    code = make_message(kind="code")
    make_hold()
    sweep(clock=clock)
    assert [each.recipients[0] for each in smtp_sink.deliveries] == [code.recipient]
    Hold.objects.update(lifted_at=NOW)
    sweep(clock=clock)
    assert states() == [State.SENT] * 2


def test_a_pause_holds_also_what_a_sender_has_in_hand(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock
) -> None:
    message = make_message()
    claim = claim_due(1, now=clock())
    make_hold()
    with MailServer() as server:
        deliver(claim, server, clock=clock)
    message.refresh_from_db()
    assert (message.state, message.attempts, message.claim) == (State.QUEUED, 0, None)


def test_an_address_that_servers_cannot_take_gets_a_sentence(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock
) -> None:
    make_message(recipient="šárka@school.example")
    make_message(recipient="office")
    make_message(recipient="asha@školа.example")
    sweep(clock=clock)
    assert list(Message.objects.order_by("pk").values_list("state", "state_reason")) == [
        ("dead", "Mail servers can't be relied on to take letters like these before the @."),
        ("dead", "There is no whole e-mail address."),
        ("sent", ""),
    ]


# --- poison


def test_a_message_that_cannot_be_written_dies_and_delays_nobody(
    hub: Hub,
    smtp_sink: SmtpSink,
    clock: Clock,
    register_kind: Callable[..., Kind],
) -> None:
    def fail(message: Message, now: datetime) -> Letter:
        raise ZeroDivisionError("six sessions by no days")

    register_kind(name="poison", render=fail)
    poison = make_message(kind="poison", priority=Message.Priority.IMMEDIATE)
    make_message(kind="of an app that is gone")
    make_message()
    for _ in range(48 * 4):
        sweep(clock=clock)
        clock.pass_by(minutes=15)
    assert states() == [State.DEAD, State.DEAD, State.SENT]
    poison.refresh_from_db()
    assert poison.attempts == 6
    assert poison.state_reason == (
        "It failed 6 times: ZeroDivisionError('six sessions by no days')"
    )
    assert len(smtp_sink.deliveries) == 1


def test_a_message_that_kills_its_senders_dies_without_taking_others_along(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock
) -> None:
    killer = make_message(priority=Message.Priority.IMMEDIATE)
    other = make_message(priority=Message.Priority.REMINDER)
    for _ in range(6):
        with all_hubs("as the sweep does"):
            reap(clock())
            claim = claim_due(50, now=clock())
            claim.begin(claim.messages[0], now=clock())  # and here the sender is killed
        clock.pass_by(seconds=61)
    sweep(clock=clock)
    killer.refresh_from_db()
    other.refresh_from_db()
    assert (killer.state, killer.attempts) == (State.DEAD, 6)
    assert killer.state_reason == "It was begun 6 times, and no attempt came to an end."
    assert (other.state, other.attempts) == (State.SENT, 1)


def test_what_a_sender_left_behind_goes_also_while_another_has_much_to_send(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock, register_kind: Callable[..., Kind]
) -> None:
    def take_its_time(message: Message, now: datetime) -> Letter:
        clock.pass_by(seconds=0.1)
        return write_letter(message, now)

    register_kind(name="slow", render=take_its_time)
    left_behind = make_message(
        state=State.CLAIMED, claim=uuid4(), lease_until=NOW + timedelta(seconds=3)
    )
    for _ in range(120):
        make_message(kind="slow")
    sweep(clock=clock)
    left_behind.refresh_from_db()
    assert left_behind.state == State.SENT
    assert left_behind.sent_at - NOW < timedelta(seconds=11)


# --- order


def test_confirmations_overtake_changes_and_changes_reminders(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock
) -> None:
    reminder = make_message(priority=Message.Priority.REMINDER, due_at=NOW - timedelta(hours=3))
    change = make_message(priority=Message.Priority.CHANGE, due_at=NOW - timedelta(hours=1))
    late = make_message(priority=Message.Priority.IMMEDIATE, due_at=NOW)
    early = make_message(priority=Message.Priority.IMMEDIATE, due_at=NOW - timedelta(hours=1))
    sweep(clock=clock)
    assert [each.recipients[0] for each in smtp_sink.deliveries] == [
        each.recipient for each in (early, late, change, reminder)
    ]


def test_each_hub_writes_under_its_own_name_and_in_its_own_scope(
    hub: Hub,
    smtp_sink: SmtpSink,
    clock: Clock,
    register_kind: Callable[..., Kind],
) -> None:
    seen = []

    def look_around(message: Message, now: datetime) -> Letter:
        seen.append(list(Message.objects.values_list("pk", flat=True)))
        return write_letter(message, now)

    register_kind(name="looking", render=look_around)
    other_hub = make_hub(name="Wandle Maths Hub", contact_email="hello@wandle.example.org")
    mine = make_message(kind="looking")
    with hub_scope(other_hub):
        theirs = make_message(kind="looking")
    sweep(clock=clock)
    assert seen == [[mine.pk], [theirs.pk]]
    assert [
        (parseaddr(each.message["From"]), each.message["Reply-To"]) for each in smtp_sink.deliveries
    ] == [
        (
            ("Lea Valley Maths Hub", "portal@mathshub.example.org"),
            "hello@lea-valley.example.org",
        ),
        (("Wandle Maths Hub", "portal@mathshub.example.org"), "hello@wandle.example.org"),
    ]
