"""Two senders never send one message, whatever happens to either of them."""

import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from mathshub.outbox.claim import LEASE, Claim, ClaimLost, claim_due, reap
from mathshub.outbox.deliver import deliver
from mathshub.outbox.kinds import Kind, Letter
from mathshub.outbox.mailserver import MailServer
from mathshub.outbox.models import Message
from mathshub.outbox.sweep import sweep
from mathshub.outbox.tests.factories import NOW, Clock, make_message, write_letter
from mathshub.scope import all_hubs
from mathshub.testing.smtp import SmtpSink
from workgroups.models import Hub

State = Message.State
SENDERS = 4
pytestmark = pytest.mark.database


def at_once(work: Callable[[], None]) -> None:
    """Do the work in four threads, each with its own database connection and its own scope."""
    start = Barrier(SENDERS)

    def run() -> None:
        try:
            start.wait()
            with all_hubs("a sender of its own"):
                work()
        finally:
            connection.close()

    with ThreadPoolExecutor(SENDERS) as threads:
        for future in [threads.submit(run) for _ in range(SENDERS)]:
            future.result()


def test_four_senders_at_once_send_each_message_once(
    committed_hub: Hub, smtp_sink: SmtpSink, settings: Settings
) -> None:
    settings.EMAIL_RATE_PER_MINUTE = 100_000
    addresses = {make_message().recipient for _ in range(120)}
    at_once(lambda: sweep(clock=Clock()) and None)
    assert Counter(each.recipients[0] for each in smtp_sink.deliveries) == Counter(addresses)
    assert set(Message.objects.values_list("state", "attempts")) == {(State.SENT, 1)}


def test_four_claimers_at_once_share_the_messages_without_overlap(committed_hub: Hub) -> None:
    due = {make_message().pk for _ in range(40)}
    claimed: list[int] = []
    at_once(lambda: claimed.extend(each.pk for each in claim_due(10, now=NOW).messages))
    assert len(claimed) == len(set(claimed))
    assert set(claimed) <= due


def test_without_the_lock_four_claimers_take_the_same_messages(committed_hub: Hub) -> None:
    """The negative control: what the test above would see if claiming did not exclude others."""
    for _ in range(10):
        make_message()
    claimed: list[int] = []
    read = Barrier(SENDERS)

    def claim_carelessly() -> None:
        rows = [each.pk for each in Message.objects.due(NOW)[:10]]
        read.wait()
        with transaction.atomic():
            Message.objects.filter(pk__in=rows).update(state=State.CLAIMED, claim=uuid.uuid4())
        claimed.extend(rows)

    at_once(claim_carelessly)
    assert set(Counter(claimed).values()) == {SENDERS}


def test_a_claim_is_no_larger_than_asked_for_and_in_the_order_of_urgency(hub: Hub) -> None:
    make_message(priority=Message.Priority.REMINDER)
    urgent = make_message(priority=Message.Priority.IMMEDIATE)
    claim = claim_due(1, now=NOW)
    assert claim.messages == [urgent]
    assert claim.lease_until == NOW + LEASE
    assert claim_due(0, now=NOW).messages == []


def test_what_a_dead_sender_left_is_picked_up_when_its_lease_has_passed(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock
) -> None:
    claimed, inflight = make_message(), make_message()
    claim = claim_due(2, now=clock())
    claim.begin(inflight, now=NOW)
    claim.mark_inflight(inflight, message_id="<1@hub.example>", subject="First try")

    clock.pass_by(seconds=59)
    sweep(clock=clock)
    assert smtp_sink.deliveries == []
    clock.pass_by(seconds=1)
    sweep(clock=clock)

    claimed.refresh_from_db()
    inflight.refresh_from_db()
    assert (claimed.state, claimed.attempts, claimed.maybe_duplicate) == (State.SENT, 1, False)
    assert (inflight.state, inflight.attempts, inflight.maybe_duplicate) == (State.SENT, 2, True)
    [again] = smtp_sink.to(inflight.recipient)
    assert again.message["Message-ID"] == "<1@hub.example>"


def stolen_claim(clock: Clock) -> Claim:
    """A claim whose lease has passed while its sender was stopped; another has sent it all."""
    claim = claim_due(50, now=clock())
    clock.pass_by(seconds=61)
    sweep(clock=clock)
    return claim


def test_a_sender_stopped_past_its_lease_sends_nothing_more(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock
) -> None:
    for _ in range(3):
        make_message()
    claim = stolen_claim(clock)
    clock.now = NOW  # its own clock stood still
    with MailServer() as server:
        deliver(claim, server, clock=clock)
    assert len(smtp_sink.deliveries) == 3
    assert set(Message.objects.values_list("state", "attempts")) == {(State.SENT, 1)}


def test_every_change_of_a_lost_claim_is_refused(hub: Hub, clock: Clock) -> None:
    message = make_message()
    lost = claim_due(1, now=clock())
    clock.pass_by(seconds=61)
    reap(clock())
    claim_due(1, now=clock())  # another sender has it now, and has not begun
    for change in (
        lambda: lost.begin(message, now=NOW),
        lambda: lost.mark_inflight(message, message_id="<1@hub.example>", subject=""),
        lambda: lost.finish(message, State.DEAD),
        lambda: lost.put_back(message),
    ):
        with pytest.raises(ClaimLost):
            change()
    assert lost.release_rest() == 0
    message.refresh_from_db()
    assert (message.state, message.attempts) == (State.CLAIMED, 0)


def test_no_message_is_begun_with_less_lease_left_than_twice_the_timeout(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock, settings: Settings
) -> None:
    settings.EMAIL_TIMEOUT = 10
    for _ in range(2):
        make_message()
    claim = claim_due(2, now=clock())
    clock.pass_by(seconds=40)
    with MailServer() as server:
        deliver(claim, server, clock=clock)
    assert smtp_sink.deliveries == []
    assert set(Message.objects.values_list("state", "claim", "attempts")) == {
        (State.QUEUED, None, 0)
    }


def test_none_is_sent_after_a_slow_start(
    hub: Hub,
    smtp_sink: SmtpSink,
    clock: Clock,
    settings: Settings,
    register_kind: Callable[..., Kind],
) -> None:
    """Writing it took so long that another sender may have it before its end is recorded."""
    settings.EMAIL_TIMEOUT = 10

    def write_slowly(message: Message, now: datetime) -> Letter:
        clock.pass_by(seconds=40)
        return write_letter(message, now)

    register_kind(name="slow", render=write_slowly)
    make_message(kind="slow")
    claim = claim_due(1, now=clock())
    with MailServer() as server:
        deliver(claim, server, clock=clock)
    assert smtp_sink.deliveries == []
    assert Message.objects.values_list("state", "claim", "attempts").get() == (
        *(State.QUEUED, None, 0),
    )


def test_a_sender_that_is_asked_to_stop_puts_back_what_it_has_not_begun(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock
) -> None:
    for _ in range(3):
        make_message()
    claim = claim_due(3, now=clock())
    with MailServer() as server:
        deliver(claim, server, clock=clock, should_stop=lambda: len(smtp_sink.deliveries) == 1)
    assert sorted(Message.objects.values_list("state", flat=True)) == [
        State.QUEUED,
        State.QUEUED,
        State.SENT,
    ]


def test_reaping_leaves_alone_what_a_living_sender_holds(hub: Hub) -> None:
    make_message()
    claim_due(1, now=NOW)
    reap(NOW + LEASE - timedelta(seconds=1))
    assert Message.objects.get().state == State.CLAIMED
