"""When the queue will be through: the hub's own count, everybody's rate."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from mathshub.outbox import account
from mathshub.outbox.models import Message
from mathshub.outbox.tests.factories import NOW, make_hold, make_message
from mathshub.outbox.through import queue, through_at
from mathshub.scope import hub_scope
from workgroups.models import Hub
from workgroups.tests.factories import make_hub

MINUTES = timedelta(minutes=1)
Priority = Message.Priority
counts = st.integers(min_value=0, max_value=1_000_000)
rates = st.floats(min_value=0.1, max_value=10_000)
tokens = st.floats(min_value=-10, max_value=2_000)


@given(count=counts, tokens=tokens, rate=rates)
def test_the_last_never_leaves_before_sending_begins(count: int, tokens: float, rate: float):
    assert through_at(count, tokens=tokens, rate=rate, begins=NOW) >= NOW


@given(fewer=counts, more=counts, tokens=tokens, rate=rates)
def test_more_messages_are_never_through_sooner(fewer: int, more: int, tokens: float, rate: float):
    fewer, more = sorted((fewer, more))

    def through(count: int):
        return through_at(count, tokens=tokens, rate=rate, begins=NOW)

    assert through(fewer) <= through(more)


@given(count=counts, few=tokens, many=tokens, slow=rates, fast=rates)
def test_neither_more_tokens_nor_a_higher_rate_is_slower(
    count: int, few: float, many: float, slow: float, fast: float
):
    few, many = sorted((few, many))
    slow, fast = sorted((slow, fast))
    later = through_at(count, tokens=few, rate=slow, begins=NOW)
    assert through_at(count, tokens=many, rate=fast, begins=NOW) <= later


def test_the_tokens_at_hand_go_at_once_and_the_rest_at_the_rate():
    assert through_at(55, tokens=5, rate=25, begins=NOW) == NOW + 2 * MINUTES
    assert through_at(5, tokens=5, rate=25, begins=NOW) == NOW


@pytest.fixture
def slowly(settings: Settings) -> None:
    settings.EMAIL_RATE_PER_MINUTE = 10  # and two at once


def make_messages(number: int, **fields: object) -> None:
    for _ in range(number):
        make_message(**fields)


@pytest.mark.database
def test_only_what_is_due_and_may_leave_counts(hub: Hub, slowly: None):
    make_messages(12)
    make_message(due_at=NOW + MINUTES)
    make_message(state=Message.State.SENT)
    assert (queue(NOW).waiting, queue(NOW).through_at) == (12, NOW + MINUTES)
    make_hold()
    assert queue(NOW).waiting == 0


@pytest.mark.database
def test_what_other_hubs_send_before_the_last_of_ours_takes_its_time(hub: Hub, slowly: None):
    with hub_scope(make_hub(slug="wandle")):
        make_messages(10, priority=Priority.IMMEDIATE, due_at=NOW - MINUTES)
        make_messages(10, priority=Priority.CHANGE, due_at=NOW - MINUTES)
        make_messages(30, priority=Priority.CHANGE)
        make_messages(90, priority=Priority.REMINDER, due_at=NOW - MINUTES)
    make_messages(2, priority=Priority.CHANGE, due_at=NOW - MINUTES)

    assert queue(NOW).waiting == 2, "the others' are not told of"
    assert queue(NOW).through_at == NOW + 2 * MINUTES


@pytest.mark.database
def test_nothing_leaves_while_the_mail_server_is_left_alone(hub: Hub, slowly: None):
    make_messages(12)
    account.take_tokens(2, now=NOW)
    rests_until = account.note_failure("refused", now=NOW)
    at_hand = (rests_until - NOW) / MINUTES * 10  # the tokens gather meanwhile
    assert queue(NOW).through_at == rests_until + (12 - min(2, at_hand)) / 10 * MINUTES


@pytest.mark.database
def test_it_matters_once_it_takes_minutes(hub: Hub, slowly: None):
    assert not queue(NOW).matters(NOW)
    make_messages(52)
    assert not queue(NOW).matters(NOW), "five minutes"
    make_messages(5)
    assert queue(NOW).matters(NOW)
