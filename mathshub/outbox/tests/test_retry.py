"""When things are tried again."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as some

from mathshub.outbox.retry import MAX_UNEXPLAINED, REFUSED, UNEXPLAINED, next_try, rest_after
from mathshub.outbox.tests.factories import NOW


def minutes_of(steps: list[timedelta], *, failures: int, pk: int = 0) -> float:
    return (next_try(steps, failures=failures, pk=pk, now=NOW) - NOW) / timedelta(minutes=1)


def test_refused_messages_wait_1_5_15_30_60_minutes_then_an_hour_each_time() -> None:
    assert [minutes_of(REFUSED, failures=n) for n in range(1, 8)] == [1, 5, 15, 30, 60, 60, 60]


def test_messages_refused_together_come_back_scattered() -> None:
    waits = {minutes_of(REFUSED, failures=5, pk=pk) for pk in range(100)}
    assert len(waits) == 100
    assert min(waits) == 60
    assert max(waits) < 72


@given(failures=some.integers(1, 1000), pk=some.integers(0, 2**62))
def test_no_wait_is_shorter_than_a_minute_or_longer_than_72(failures: int, pk: int) -> None:
    assert 1 <= minutes_of(REFUSED, failures=failures, pk=pk) < 72


def test_attempts_that_nobody_can_explain_outlast_a_day() -> None:
    assert len(UNEXPLAINED) == MAX_UNEXPLAINED - 1
    assert sum(UNEXPLAINED, timedelta()) > timedelta(hours=24)


@given(failures=some.integers(1, 10_000))
def test_the_mail_server_is_left_alone_for_half_a_minute_to_five(failures: int) -> None:
    assert timedelta(seconds=30) <= rest_after(failures) <= timedelta(minutes=5)


def test_each_failure_doubles_the_rest() -> None:
    seconds = [rest_after(n).total_seconds() for n in range(1, 7)]
    assert seconds == [30, 60, 120, 240, 300, 300]
