"""Health: what an outage of each part looks like from outside."""

import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from mathshub.outbox.models import Heartbeat
from mathshub.outbox.sweep import SWEEP
from mathshub.site.health import broker_answers
from workgroups.tests.factories import make_hub

pytestmark = pytest.mark.django_db


@pytest.fixture
def frozen_broker() -> Iterator[str]:
    """The address of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        held = []

        def hold() -> None:
            try:
                while True:
                    held.append(server.accept()[0])
            except OSError:
                pass

        threading.Thread(target=hold, daemon=True).start()
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        for taken in held:
            taken.close()


def refuse_queries(*args: object) -> None:
    raise OperationalError("the database is away")


def test_healthz_asks_nothing_of_the_database(client: Client):
    with connection.execute_wrapper(refuse_queries):
        response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert "no-cache" in response["Cache-Control"]


def test_readyz_says_how_long_ago_the_last_sweep_was(client: Client):
    Heartbeat.objects.create(name=SWEEP, at=timezone.now() - timedelta(minutes=2))
    response = client.get("/readyz")
    body = response.json()
    assert response.status_code == 200
    assert (body["database"], body["sweep_is_late"], body["messages_waiting"]) == (
        "answers",
        False,
        0,
    )
    assert 120 <= body["sweep_age_seconds"] < 180


def test_readyz_is_ready_though_nothing_sweeps_and_the_broker_is_away(
    client: Client, settings: Settings
):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "database": "answers",
        "broker": "away",
        "last_sweep_at": None,
        "sweep_age_seconds": None,
        "sweep_is_late": True,
        "messages_waiting": 0,
        "messages_overdue": 0,
    }


def test_readyz_is_503_when_the_database_is_away(client: Client):
    with connection.execute_wrapper(refuse_queries):
        response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["database"] == "away"


def test_a_frozen_broker_does_not_hold_the_answer_up(
    client: Client, settings: Settings, frozen_broker: str
):
    settings.CELERY_BROKER_URL = frozen_broker
    started = time.monotonic()
    response = client.get("/readyz")
    assert time.monotonic() - started < 4
    assert (response.status_code, response.json()["broker"]) == (200, "away")


@pytest.mark.parametrize(
    ("url", "answers"),
    [
        ("filesystem://", True),
        ("redis+socket:///nowhere/valkey.sock", False),
        ("redis://127.0.0.1:1/0", False),
        ("redis://no such host/0", False),
    ],
)
def test_a_broker_is_judged_by_its_answer(url: str, answers: bool):
    assert broker_answers(url) is answers


def test_health_is_answered_for_any_of_the_portals_hosts_without_a_hub(client: Client):
    assert client.get("/readyz", headers={"host": "nobody.localhost"}).status_code == 200
    make_hub()
    assert client.get("/healthz", headers={"host": "nobody.localhost"}).status_code == 200
