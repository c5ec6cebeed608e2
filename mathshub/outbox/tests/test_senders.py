"""Senders as processes of their own: killed, stopped, asked to end; and Celery's beat."""

import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from mathshub.accounts.messages import queue_sign_in
from mathshub.outbox.models import Heartbeat, Message
from mathshub.outbox.sweep import sweep
from mathshub.processes import Part
from mathshub.testing.portal import Clockwork, portal_env
from mathshub.testing.smtp import SmtpSink
from workgroups.models import Hub

State = Message.State
BATCHES = 3 * 50
pytestmark = pytest.mark.database


@pytest.fixture
def start_sender(smtp_sink: SmtpSink, tmp_path: Path) -> Iterator[Callable[[], Part]]:
    """Start `manage.py send_outbox --loop` on the test database."""
    senders: list[Part] = []
    command = [sys.executable, "manage.py", "send_outbox", "--loop"]
    env = portal_env(EMAIL_URL=smtp_sink.url, SWEEP_SECONDS="0.1")

    def start() -> Part:
        sender = Part("sender", command, log=tmp_path / f"{len(senders)}.log", env=env)
        senders.append(sender)
        sender.start()
        return sender

    yield start
    for sender in senders:
        sender.signal(signal.SIGCONT)
        sender.stop()


def queue(count: int) -> Counter[str]:
    """Queue so many messages of a kind that every process knows; returns their addresses."""
    addresses = [f"person{number}@school.example" for number in range(count)]
    for address in addresses:
        queue_sign_in(address, subject="Hello", text="Hello", now=timezone.now())
    return Counter(addresses)


def sweep_after_the_leases() -> None:
    sweep(clock=lambda: timezone.now() + timedelta(seconds=61))


def delivered(sink: SmtpSink) -> Counter[str]:
    return Counter(each.recipients[0] for each in sink.deliveries)


def message_ids(sink: SmtpSink) -> set[str]:
    return {each.message["Message-ID"] for each in sink.deliveries}


def test_senders_killed_mid_batch_lose_nothing_and_repeat_one_message_each_at_most(
    committed_hub: Hub, smtp_sink: SmtpSink, start_sender: Callable[[], Part]
) -> None:
    queued = queue(BATCHES)
    kills = 0
    for count in (13, 31, 47):
        sender = start_sender()
        sender.wait_until(lambda count=count: len(smtp_sink.deliveries) >= count, seconds=30)
        sender.signal(signal.SIGKILL)
        kills += 1
    assert Message.objects.filter(state__in=[State.CLAIMED, State.INFLIGHT]).exists()

    sweep_after_the_leases()
    assert set(Message.objects.values_list("state", flat=True)) == {State.SENT}
    assert set(delivered(smtp_sink)) == set(queued)
    assert delivered(smtp_sink).total() - queued.total() <= kills
    assert len(message_ids(smtp_sink)) == BATCHES, "a repeated message has its first Message-ID"


def test_a_sender_that_slept_past_its_lease_repeats_one_message_at_most(
    committed_hub: Hub, smtp_sink: SmtpSink, start_sender: Callable[[], Part]
) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("on SQLite a process stopped while it writes holds up all others")
    queued = queue(50)
    sender = start_sender()
    sender.wait_until(lambda: len(smtp_sink.deliveries) >= 5, seconds=30)
    sender.signal(signal.SIGSTOP)
    assert len(smtp_sink.deliveries) < 50, "it was stopped too late for this test"

    sweep_after_the_leases()
    assert set(delivered(smtp_sink)) == set(queued)
    sender.signal(signal.SIGCONT)
    sender.process.send_signal(signal.SIGTERM)
    sender.process.wait(30)

    assert delivered(smtp_sink).total() - queued.total() <= 1
    assert len(message_ids(smtp_sink)) == 50
    assert set(Message.objects.values_list("state", flat=True)) == {State.SENT}


def test_a_sender_asked_to_end_finishes_the_message_in_hand_and_puts_back_the_others(
    committed_hub: Hub, smtp_sink: SmtpSink, start_sender: Callable[[], Part]
) -> None:
    queue(BATCHES)
    sender = start_sender()
    sender.wait_until(lambda: len(smtp_sink.deliveries) >= 5, seconds=30)
    sender.process.send_signal(signal.SIGTERM)
    assert sender.process.wait(10) == 0
    by_state = Counter(Message.objects.values_list("state", flat=True))
    assert set(by_state) == {State.SENT, State.QUEUED}
    assert by_state[State.SENT] == len(smtp_sink.deliveries)


def test_the_command_sends_once_and_says_what_became_of_it(
    committed_hub: Hub, smtp_sink: SmtpSink
) -> None:
    queue(2)
    queue_sign_in("rcpt-550@school.example", subject="Hello", text="Hello", now=timezone.now())
    out = StringIO()
    call_command("send_outbox", "--once", stdout=out)
    call_command("send_outbox", stdout=out)
    assert out.getvalue() == "1 dead, 2 sent\n"
    assert len(smtp_sink.deliveries) == 2


def test_beat_sends_each_message_once_however_often_it_beats(
    committed_hub: Hub, celery_worker_and_beat: Clockwork, smtp_sink: SmtpSink
) -> None:
    queued = queue(20)
    for address in queued:
        smtp_sink.wait_for(address)
    celery_worker_and_beat.wait_for_beats(20, "sweep")
    celery_worker_and_beat.wait_until_idle()
    assert delivered(smtp_sink) == queued
    assert Heartbeat.objects.get(name="sweep").at > timezone.now() - timedelta(seconds=10)


def test_a_killed_worker_is_followed_by_another(
    committed_hub: Hub, celery_worker_and_beat: Clockwork, smtp_sink: SmtpSink
) -> None:
    queued = queue(BATCHES)
    deadline = time.monotonic() + 30
    while len(smtp_sink.deliveries) < 20 and time.monotonic() < deadline:
        time.sleep(0.01)
    celery_worker_and_beat.worker.signal(signal.SIGKILL)
    celery_worker_and_beat.worker.stop()
    sweep_after_the_leases()
    assert set(delivered(smtp_sink)) == set(queued)
    assert delivered(smtp_sink).total() - queued.total() <= 2, "one for each process of the worker"
