"""A signal may come at any moment, also while the process waits for one."""

import subprocess
import sys
import time

import pytest

from mathshub.processes import PROJECT_ROOT
from mathshub.stopping import Stop

# A signal every fifth of a millisecond, while the main thread waits again and again.
WAITING = """
import signal, threading
from mathshub.stopping import Stop
stop = {make}()
signal.signal(signal.SIGALRM, lambda *_: stop.set())
signal.setitimer(signal.ITIMER_REAL, 0.0002, 0.0002)
for _ in range(20_000):
    stop = {make}()
    stop.wait(0.0005)
signal.setitimer(signal.ITIMER_REAL, 0)
print("through")
"""


def wait_under_signals(make: str, *, seconds: float) -> str:
    done = subprocess.run(
        [sys.executable, "-c", WAITING.format(make=make)],
        cwd=PROJECT_ROOT,
        timeout=seconds,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def test_no_signal_comes_at_a_wrong_moment() -> None:
    assert wait_under_signals("Stop", seconds=60) == "through"


def test_an_event_of_threading_would_wait_for_itself() -> None:
    """For ever after one signal; here the next one wakes it, and it waits once more inside that."""
    with pytest.raises(subprocess.SubprocessError):
        wait_under_signals("threading.Event", seconds=10)


def test_waiting_ends_at_once_when_asked_and_in_time_when_not() -> None:
    stop = Stop()
    began = time.monotonic()
    assert stop.wait(0.05) is False
    assert time.monotonic() - began >= 0.05
    stop.set()
    began = time.monotonic()
    assert stop.wait(30) is True
    assert stop.is_set()
    assert time.monotonic() - began < 5
