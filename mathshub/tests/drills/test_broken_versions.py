"""Tests of the drills: each safeguard of the outbox taken away once turns its drill red."""

from collections.abc import Callable

import pytest

from enrolment.models import ExpressionOfInterest
from mathshub.testing.drill.drill import Drill
from mathshub.testing.portal import Clockwork
from mathshub.tests.drills.senders import Senders, acknowledge, numbered
from mathshub.tests.drills.test_message_path import (
    MOST_LAG,
    play_kill_before_record,
    play_kills,
    play_poison,
    play_race,
    play_sleep,
    start_sender,
)
from mathshub.tests.drills.test_message_path_machinery import play_two_beats
from workgroups.models import Hub

pytestmark = pytest.mark.usefixtures("on_postgresql")


def test_without_the_fence_a_sender_that_slept_repeats_the_work_of_the_others(
    drill: Drill, expression: ExpressionOfInterest, senders: Senders
) -> None:
    play_sleep(drill, expression, senders, numbered(50), broken="fence")
    outcome = drill.outcome()
    assert outcome.doubled > outcome.allowed
    assert outcome.broken


def test_without_the_lock_senders_send_the_same_messages(
    drill: Drill, expression: ExpressionOfInterest, senders: Senders
) -> None:
    play_race(drill, expression, senders, 400, broken="lock")
    outcome = drill.outcome()
    assert outcome.doubled > outcome.allowed == 0


def test_attempts_counted_afterwards_let_a_deadly_message_kill_for_ever(
    drill: Drill, expression: ExpressionOfInterest, senders: Senders
) -> None:
    play_poison(drill, expression, senders, 5, broken="count")
    outcome = drill.outcome()
    assert outcome.lost > 0
    assert any(fact.name.startswith("senders that one message killed") for fact in outcome.facts)


def test_what_nobody_puts_back_lies_longer_than_its_lease(
    drill: Drill, expression: ExpressionOfInterest, senders: Senders
) -> None:
    acknowledge(expression, numbered(100))
    lag = play_kills(drill, start_sender(senders, "reap"), senders, 1, broken="reap")
    assert lag > MOST_LAG


def test_without_the_mark_nobody_knows_that_a_message_may_have_gone(
    drill: Drill, expression: ExpressionOfInterest, senders: Senders
) -> None:
    play_kill_before_record(drill, expression, senders, broken="inflight")
    outcome = drill.outcome()
    assert any(each.startswith("repeats that the row") for each in outcome.broken), outcome


def test_without_lasting_keys_each_plan_writes_every_reminder_again(
    drill: Drill, start_celery: Callable[..., Clockwork], senders: Senders, hub: Hub
) -> None:
    play_two_beats(drill, start_celery(broken="key"), senders)
    outcome = drill.outcome()
    assert outcome.doubled > outcome.allowed == 0
