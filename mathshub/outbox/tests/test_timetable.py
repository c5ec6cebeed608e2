"""The timetable without Celery: each entry at its hour, in one process, whatever befalls another."""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from celery import shared_task
from celery.schedules import crontab
from django.db import connection
from django.utils import timezone

from mathshub.accounts.messages import queue_sign_in
from mathshub.celery import app
from mathshub.outbox.models import Heartbeat, Message
from mathshub.outbox.tests.factories import make_message
from mathshub.outbox.timetable import run_what_is_due
from mathshub.processes import Part
from mathshub.testing.portal import portal_env
from mathshub.testing.smtp import SmtpSink
from workgroups.models import Hub

pytestmark = pytest.mark.database

NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
NIGHTLY = {"task": "timetable.note", "schedule": crontab(hour=3, minute=20)}
OFTEN = {"task": "timetable.note", "schedule": 300.0}
BROKEN = {"task": "timetable.fail", "schedule": 300.0}


@shared_task(name="timetable.note")
def note() -> None:
    """Does nothing: that it ran is what the timetable returns."""


@shared_task(name="timetable.fail")
def fail() -> None:
    raise LookupError("the register is away")


@pytest.fixture
def beat() -> Iterator[Callable[..., None]]:
    """Sets the schedule that beat would keep."""
    before = app.conf.beat_schedule

    def set_to(**entries: dict[str, Any]) -> None:
        app.conf.beat_schedule = entries

    yield set_to
    app.conf.beat_schedule = before


def ran(*, hours: float = 0, minutes: float = 0) -> list[str]:
    """What runs at so much after noon."""
    return run_what_is_due(app, NOON + timedelta(hours=hours, minutes=minutes))


@pytest.mark.django_db
def test_what_comes_every_so_often_runs_at_once_and_then_at_its_interval(
    beat: Callable[..., None],
) -> None:
    beat(plan=OFTEN)
    assert ran() == ["plan"]
    assert ran(minutes=4.9) == []
    assert ran(minutes=5) == ["plan"]
    assert ran(hours=7) == ["plan"]  # once, however long nothing ran


@pytest.mark.django_db
def test_what_has_an_hour_waits_for_it_in_london(beat: Callable[..., None]) -> None:
    beat(purge=NIGHTLY)
    assert [hour for hour in range(48) if ran(hours=hour, minutes=20)] == [15, 39]
    summer = datetime(2027, 6, 1, 12, 0, tzinfo=UTC) - NOON
    ran(hours=summer / timedelta(hours=1))
    assert [
        hour
        for hour in range(24)
        if run_what_is_due(app, NOON + summer + timedelta(hours=hour + 1 / 3))
    ] == [14]


@pytest.mark.django_db
def test_an_hour_that_was_missed_is_made_up_for(beat: Callable[..., None]) -> None:
    beat(purge=NIGHTLY)
    assert ran() == []
    assert ran(hours=20) == ["purge"]
    assert ran(hours=21) == []


@pytest.mark.django_db
def test_a_task_that_fails_is_told_and_stops_no_other(
    beat: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    beat(register=BROKEN, plan=OFTEN)
    assert ran() == ["register", "plan"]
    assert ran(minutes=1) == []
    assert "The task timetable.fail failed; it comes again at its next hour." in caplog.messages


@pytest.mark.django_db
def test_sending_has_a_loop_of_its_own_and_who_is_to_stop_begins_nothing(
    beat: Callable[..., None],
) -> None:
    beat(sweep=OFTEN, plan=OFTEN)
    assert run_what_is_due(app, NOON, should_stop=lambda: True) == []
    assert ran() == ["plan"]


def test_of_many_that_ask_at_once_one_runs_it(
    transactional_db: None, beat: Callable[..., None]
) -> None:
    beat(plan=OFTEN)
    ran()
    barrier = Barrier(4)

    def ask(_: int) -> list[str]:
        try:
            barrier.wait()
            return ran(minutes=6)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, range(4)))
    assert sorted(answers) == [[], [], [], ["plan"]]


def test_the_loop_alone_sends_plans_and_forgets(
    committed_hub: Hub, smtp_sink: SmtpSink, tmp_path: Path
) -> None:
    """It purges as well: the last time lies two nights back."""
    queue_sign_in("head@school.example", subject="Hello", text="Hello", now=timezone.now())
    long_ago = timezone.now() - timedelta(days=800)
    make_message(state=Message.State.SENT, due_at=long_ago, sent_at=long_ago)
    Heartbeat.objects.create(name="timetable: purge", at=timezone.now() - timedelta(days=2))
    command = [sys.executable, "manage.py", "send_outbox", "--loop"]
    loop = Part("loop", command, log=tmp_path / "loop.log", env=portal_env(EMAIL_URL=smtp_sink.url))
    loop.start()
    try:
        smtp_sink.wait_for("head@school.example")
        loop.wait_until(lambda: not Message.objects.filter(due_at=long_ago).exists(), seconds=40)
        assert Heartbeat.objects.filter(name="timetable: plan").exists()
    finally:
        loop.stop()
    assert loop.exit_code == 0
