"""`manage.py start` as a person meets it: one command up, one signal down."""

import os
import re
import signal
import socket
import sys

import psutil
import pytest

from mathshub.processes import Part, answers
from mathshub.testing.ports import free_port


@pytest.fixture
def start_portal(tmp_path):
    """Start portals in folders of their own, each on a given port; all are stopped at the end."""
    started = []

    def start(port, var_dir=tmp_path / "var"):
        env = os.environ | {"VAR_DIR": str(var_dir), "PORT": str(port), "DATABASE_URL": ""}
        env.pop("PYTHONUNBUFFERED", None)  # what it says must come without
        log = tmp_path / f"start-{len(started)}.log"
        portal = Part("portal", [sys.executable, "manage.py", "start"], log=log, env=env)
        portal.start()
        started.append(portal)
        return portal

    yield start
    for portal in started:
        portal.stop(grace=30)


def test_it_runs_once_in_a_folder_beside_others_until_told_to_stop(start_portal, tmp_path):
    port = free_port()
    portal = start_portal(port)
    beside = start_portal(free_port(), tmp_path / "another")
    for running in (portal, beside):
        running.wait_until(lambda part=running: "is running" in part.read_log(), seconds=60)
    parts = psutil.Process(portal.pid).children(recursive=True)
    assert answers(port)
    assert f"http://localhost:{port}/admin/" in portal.read_log()

    again = start_portal(free_port())
    assert again.wait(30) == 1
    assert again.read_log() == f"CommandError: The portal is already running in {tmp_path}/var.\n"

    os.kill(portal.pid, signal.SIGINT)
    assert portal.wait(30) == 0
    assert not any(part.is_running() for part in parts)


def test_a_part_that_dies_is_named_and_takes_the_rest_with_it(start_portal):
    portal = start_portal(free_port())
    portal.wait_until(lambda: "is running" in portal.read_log(), seconds=60)
    parts = psutil.Process(portal.pid).children()
    worker = next(part for part in parts if "worker" in part.cmdline())

    worker.kill()

    assert portal.wait(30) == 1
    assert "The worker ended by itself (exit code -9)" in portal.read_log()
    assert not any(part.is_running() for part in parts)


def test_a_port_in_use_is_refused_in_one_sentence(start_portal):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        portal = start_portal(port := taken.getsockname()[1])
        assert portal.wait(30) == 1

    assert re.fullmatch(
        rf"CommandError: Port {port} cannot be used \(.+\)\. "
        rf"Choose another one: PORT={port + 1} make start\n",
        portal.read_log(),
    )
