"""The command that sends, and Celery's beat. What befalls senders: mathshub/tests/drills."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from threading import Event

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from mathshub.accounts.messages import queue_sign_in
from mathshub.outbox.kinds import Kind, Letter
from mathshub.outbox.management.commands.send_outbox import Command
from mathshub.outbox.models import Heartbeat, Message
from mathshub.outbox.tests.factories import make_message, write_letter
from mathshub.testing.portal import Clockwork
from mathshub.testing.smtp import SmtpSink
from workgroups.models import Hub

pytestmark = pytest.mark.database


def queue(count: int) -> Counter[str]:
    """Queue so many messages of a kind that every process knows; returns their addresses."""
    addresses = [f"person{number}@school.example" for number in range(count)]
    for address in addresses:
        queue_sign_in(address, subject="Hello", text="Hello", now=timezone.now())
    return Counter(addresses)


def delivered(sink: SmtpSink) -> Counter[str]:
    return Counter(each.recipients[0] for each in sink.deliveries)


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


def test_a_connection_that_is_lost_mid_letter_does_not_end_the_loop(
    committed_hub: Hub,
    smtp_sink: SmtpSink,
    register_kind: Callable[..., Kind],
    caplog: pytest.LogCaptureFixture,
) -> None:
    def lose_the_connection(message: Message, now: datetime) -> Letter:
        connection.connection.close()
        return write_letter(message, now)

    register_kind(name="unlucky", render=lose_the_connection)
    make_message(kind="unlucky", due_at=timezone.now())
    command = Command()
    command.stopping = Event()
    command.send_whatever_happens()
    assert "The sweep failed; the next one follows." in caplog.messages
    connection.close()
    make_message(recipient="next@school.example", due_at=timezone.now())
    command.send_whatever_happens()
    assert smtp_sink.to("next@school.example")


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
