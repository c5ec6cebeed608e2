"""Figures for whoever watches: of all hubs, of nobody in particular, for who knows the token."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from mathshub.outbox import account
from mathshub.outbox.models import Heartbeat, Message
from mathshub.outbox.sweep import SWEEP
from mathshub.outbox.tests.factories import NOW, make_hold, make_message
from mathshub.scope import hub_scope
from workgroups.models import Hub
from workgroups.tests.factories import make_hub

pytestmark = pytest.mark.database
State, Priority = Message.State, Message.Priority
HOUR = timedelta(hours=1)


@pytest.fixture
def here(hub: Hub, settings: Settings) -> Iterator[Hub]:
    settings.METRICS_TOKEN = "right"
    settings.EMAIL_RATE_PER_MINUTE = 25
    with time_machine.travel(NOW, tick=False):
        yield hub


def scrape(token: str = "right") -> Any:
    return Client().get("/metrics", headers={"Authorization": f"Bearer {token}"})


def figures() -> dict[str, float]:
    """What stands there, by name and label: messages_due{reminder}."""
    families = text_string_to_metric_families(scrape().content.decode())
    return {
        each.name.removeprefix("mathshub_")
        + (f"{{{next(iter(each.labels.values()))}}}" if each.labels else ""): each.value
        for family in families
        for each in family.samples
    }


def test_without_a_token_there_is_no_such_page(here: Hub, settings: Settings) -> None:
    assert scrape("wrong").status_code == 404
    assert Client().get("/metrics").status_code == 404
    settings.METRICS_TOKEN = ""
    assert scrape("").status_code == 404


def test_of_an_empty_outbox_everything_is_told(here: Hub) -> None:
    names = ("immediate", "change", "reminder")
    assert figures() == {
        **{f"messages_waiting{{{name}}}": 0 for name in names},
        **{f"messages_due{{{name}}}": 0 for name in names},
        "oldest_due_seconds": 0,
        "last_sweep_age_seconds": float("inf"),
        "mail_tokens": 5,
        "mail_rate_per_minute": 25,
        "mail_failures": 0,
        "mail_rest_seconds": 0,
    }


def test_every_figure_is_what_the_rows_say(here: Hub) -> None:
    make_message(due_at=NOW - HOUR)
    make_message(due_at=NOW + HOUR, priority=Priority.REMINDER)
    make_message(state=State.SENT, sent_at=NOW - HOUR)
    make_message(state=State.SENT, sent_at=NOW - 25 * HOUR, due_at=NOW - 25 * HOUR)
    make_message(state=State.DEAD, due_at=NOW - HOUR)
    with hub_scope(make_hub()):
        make_message(due_at=NOW - 2 * HOUR, priority=Priority.REMINDER)
        make_message(kind="other", state=State.SENT, sent_at=NOW - HOUR, came_back_at=NOW - HOUR)
    with hub_scope(make_hub()):
        make_hold()
        make_message(due_at=NOW - 9 * HOUR)
    Heartbeat.objects.create(name=SWEEP, at=NOW - timedelta(seconds=7))
    account.take_tokens(2, now=NOW)
    account.note_failure("refused", now=NOW)
    assert figures() == {
        "messages_waiting{immediate}": 1,
        "messages_waiting{change}": 0,
        "messages_waiting{reminder}": 2,
        "messages_due{immediate}": 1,
        "messages_due{change}": 0,
        "messages_due{reminder}": 1,
        "oldest_due_seconds": 7200,
        "messages_sent_24h{test}": 1,
        "messages_sent_24h{other}": 1,
        "messages_failed_24h{test}": 1,
        "messages_failed_24h{other}": 0,
        "messages_came_back_24h{test}": 0,
        "messages_came_back_24h{other}": 1,
        "last_sweep_age_seconds": 7,
        "mail_tokens": 3,
        "mail_rate_per_minute": 25,
        "mail_failures": 1,
        "mail_rest_seconds": 30,
    }


def test_what_a_hold_kept_back_for_long_counts_when_it_leaves_and_when_it_comes_back(
    here: Hub,
) -> None:
    """A hold that runs out by itself leaves ``due_at`` as it was."""
    held = {"due_at": NOW - 240 * HOUR, "expires_at": NOW + HOUR, "state": State.SENT}
    make_message(**held, sent_at=NOW - HOUR)
    make_message(**held, sent_at=NOW - 48 * HOUR, came_back_at=NOW - HOUR)
    make_message(**held, sent_at=NOW - 48 * HOUR)
    found = figures()
    assert found["messages_sent_24h{test}"] == 1
    assert found["messages_came_back_24h{test}"] == 1


def test_it_names_no_person_and_no_hub(here: Hub) -> None:
    make_message(recipient="head@school.example", recipient_name="Grace Obi", subject="Hello")
    text = scrape().content.decode()
    for word in ("school.example", "Grace", "Hello", here.name, here.slug):
        assert word not in text


def test_it_costs_the_same_however_many_rows_there_are(here: Hub) -> None:
    asked = []
    for count in (1, 3):
        for number in range(count):
            make_message(kind=f"kind-{number}")
        with CaptureQueriesContext(connection) as queries:
            scrape()
        asked.append(len(queries))
    assert asked == [5, 5]


def test_nobody_keeps_it(here: Hub) -> None:
    assert "no-store" in scrape()["Cache-Control"]
