import os
import signal
import sys
import time

import psutil
import pytest

from mathshub.processes import Part

SHOUT_AND_IGNORE_TERM = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = os.fork()
print("ready" if child else "child", os.getpid(), flush=True)
time.sleep(60)
"""


@pytest.fixture
def stubborn(tmp_path):
    """A part with a child, both deaf to SIGTERM."""
    part = Part("worker", [sys.executable, "-c", SHOUT_AND_IGNORE_TERM], log=tmp_path / "log")
    part.start()
    part.wait_until(lambda: part.read_log().count("\n") == 2, seconds=10)
    yield part
    part.stop(grace=0)


def test_stop_ends_a_part_that_will_not_and_its_children(stubborn):
    pids = [int(line.split()[1]) for line in stubborn.read_log().splitlines()]

    stubborn.stop(grace=0.2)

    assert stubborn.exit_code == -signal.SIGKILL
    assert all(ends_soon(pid) for pid in pids)


def test_a_part_that_is_late_shows_its_log(stubborn):
    with pytest.raises(TimeoutError, match=r"worker was not ready after 0.1 s\n(.|\n)*ready"):
        stubborn.wait_until(lambda: False, seconds=0.1)


@pytest.mark.skipif(sys.platform != "linux", reason="asks a service of Linux")
def test_parts_end_when_their_supervisor_is_killed(tmp_path):
    supervisor = f"""
import pathlib, sys, time
from mathshub.processes import Part
part = Part("sleeper", ["sleep", "60"], log=pathlib.Path({str(tmp_path / "sleeper.log")!r}))
part.start()
print(part.pid, flush=True)
time.sleep(60)
"""
    part = Part("supervisor", [sys.executable, "-c", supervisor], log=tmp_path / "log")
    part.start()
    part.wait_until(lambda: part.read_log().endswith("\n"), seconds=10)
    sleeper = int(part.read_log())

    os.kill(part.pid, signal.SIGKILL)

    assert ends_soon(sleeper)


def ends_soon(pid: int) -> bool:
    """Whether a killed process is gone within five seconds: the kernel ends it when it comes to it."""
    deadline = time.monotonic() + 5
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not is_running(pid)


def is_running(pid: int) -> bool:
    """Whether the process exists and is more than an entry that nobody has collected."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
