"""Silence is noticed."""

from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from pytest_django import Settings

from mathshub.outbox import account
from mathshub.outbox.admin import alarms
from mathshub.outbox.health import health
from mathshub.outbox.kinds import Kind
from mathshub.outbox.sweep import sweep
from mathshub.outbox.tests.factories import NOW, Clock, make_hold, make_message
from mathshub.scope import hub_scope
from mathshub.testing.smtp import SmtpSink
from workgroups.models import Hub
from workgroups.tests.factories import make_hub

pytestmark = pytest.mark.database


def test_before_the_first_sweep_nothing_is_well(hub: Hub) -> None:
    assert health(NOW).is_sweep_late
    assert not health(NOW).is_well


def test_a_sweep_that_stopped_is_noticed_within_five_minutes(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock
) -> None:
    sweep(clock=clock)
    assert health(NOW + timedelta(minutes=2)).is_well
    late = health(NOW + timedelta(minutes=4))
    assert (late.is_sweep_late, late.sweep_age) == (True, timedelta(minutes=4))


def test_messages_are_overdue_after_a_quarter_of_an_hour(hub: Hub) -> None:
    make_message(due_at=NOW - timedelta(minutes=15))
    make_message(due_at=NOW - timedelta(minutes=14))
    make_message(due_at=NOW + timedelta(minutes=1))
    assert (health(NOW).waiting, health(NOW).overdue) == (2, 1)


def test_waiting_for_the_rate_is_not_overdue(hub: Hub, settings: Settings) -> None:
    settings.EMAIL_RATE_PER_MINUTE = 25
    for _ in range(50):
        make_message(due_at=NOW - timedelta(minutes=20))
    account.take_tokens(5, now=NOW)
    assert (health(NOW).waiting, health(NOW).overdue) == (50, 0)
    assert health(NOW + timedelta(minutes=1)).overdue == 50, "nobody has asked for tokens"


def test_each_hub_counts_its_own_and_a_paused_one_nothing(
    hub: Hub, register_kind: Callable[..., Kind]
) -> None:
    make_message(due_at=NOW - timedelta(hours=1))
    with hub_scope(make_hub()):
        assert health(NOW).overdue == 0
    make_hold()
    assert health(NOW).overdue == 0


def test_a_mail_server_that_is_away_is_named_until_it_is_back(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock
) -> None:
    make_message()
    smtp_sink.stop()
    for _ in range(2):
        sweep(clock=clock)
        clock.pass_by(minutes=1)
    assert health(clock()).failing_since == NOW
    assert "refused" in health(clock()).error
    smtp_sink.start()
    sweep(clock=clock)
    assert health(clock()).is_well


def test_no_other_hub_and_no_log_is_told_whom_a_hub_wrote_to(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """One mail account for all hubs: what the server says of one reader is the hub's own."""
    message = make_message(recipient="jane.obi@school.example")
    smtp_sink.throttle = "421 4.7.1 <jane.obi@school.example>: Try again later"
    for _ in range(2):
        sweep(clock=clock)
        clock.pass_by(minutes=1)
    with hub_scope(make_hub()):
        told = [each for each in alarms(clock()) if "can't be reached" in each]
    assert [each.partition("It said: ")[2] for each in told] == ["4.7.1 <address>: Try again later"]
    assert "4.7.1 <address>: Try again later" in caplog.text
    assert "jane" not in caplog.text
    message.refresh_from_db()
    assert message.last_error == "4.7.1 <jane.obi@school.example>: Try again later"


class Watcher:
    """A server outside that is told that all is well."""

    def __init__(self) -> None:
        self.pings: list[str] = []
        watcher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                watcher.pings.append(self.path)
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """The test's output is for its results."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/alive"


def test_the_watcher_hears_once_a_minute_while_mail_can_leave(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock, settings: Settings
) -> None:
    watcher = Watcher()
    settings.PING_URL = watcher.url
    for _ in range(24):
        sweep(clock=clock)
        clock.pass_by(seconds=5)
    assert watcher.pings == ["/alive", "/alive"]

    make_message()
    smtp_sink.stop()
    for _ in range(4):
        clock.pass_by(minutes=2)
        sweep(clock=clock)
    assert len(watcher.pings) == 3, "one ping before the second failure, none after"
    watcher.server.shutdown()


def test_a_watcher_that_is_away_disturbs_nothing(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock, settings: Settings
) -> None:
    settings.PING_URL = "http://127.0.0.1:9/"
    make_message()
    sweep(clock=clock)
    assert health(NOW).is_well
    assert len(smtp_sink.deliveries) == 1
