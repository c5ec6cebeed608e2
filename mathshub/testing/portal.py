"""The portal's own processes, run against the database under test."""

import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from mathshub import broker
from mathshub.processes import Part, answers, beat_part, broker_part, web_part, worker_part
from mathshub.testing.ports import free_port

BEAT_SECONDS = 0.25  # between two sweeps, and between two plans
WHOLE_DAY = "0-24"  # what can wait leaves also when tests are run at night


def portal_env(**changes: str) -> dict[str, str]:
    """The environment of a process that works on the test database, with these changes."""
    url = f"sqlite:///{connection.settings_dict['NAME']}"
    if connection.vendor == "postgresql":
        asked = urlsplit(os.environ["DATABASE_URL"])
        url = f"{asked.scheme}://{asked.netloc}/{connection.settings_dict['NAME']}"
    own = {"DATABASE_URL": url, "VAR_DIR": str(settings.VAR_DIR), "MAIL_HOURS": WHOLE_DAY}
    return dict(os.environ) | own | changes


@dataclass
class LivePortal:
    """gunicorn on the test database."""

    port: int
    part: Part

    def url(self, path: str = "/", *, host: str = "localhost") -> str:
        """The address of a page on one of the hubs' hosts."""
        return f"http://{host}:{self.port}{path}"


def start_web(folder: Path, **env: str) -> LivePortal:
    """Start gunicorn in surroundings of its own; returns when it answers."""
    port = free_port()
    portal = LivePortal(port, web_part(folder, port, portal_env(PORT=str(port), **env)))
    portal.part.start()
    try:
        portal.part.wait_until(lambda: answers(port), seconds=30)
    except BaseException:
        portal.part.stop()
        raise
    return portal


@dataclass
class Clockwork:
    """A Celery worker, a beat and their own broker."""

    broker: Part
    worker: Part
    beat: Part

    @classmethod
    def prepare(cls, folder: Path, env: Mapping[str, str]) -> "Clockwork":
        """One that is not started yet, without the tasks of an earlier one."""
        shutil.rmtree(settings.VAR_DIR / "valkey", ignore_errors=True)
        return cls(broker_part(settings.VAR_DIR), worker_part(folder, env), beat_part(folder, env))

    def start(self) -> None:
        """Start all three; returns when the worker takes tasks. Raises TimeoutError."""
        start_broker(self.broker)
        self.worker.start()
        self.beat.start()
        wait_until_ready(self.worker)

    def beats(self, entry: str = "plan") -> int:
        """How often beat has sent this entry of the schedule."""
        return self.beat.read_log().count(f"Sending due task {entry} ")

    def wait_for_beats(self, count: int, entry: str = "plan", *, seconds: float = 60) -> None:
        """Return when beat has sent this entry `count` times more. Raises TimeoutError."""
        wanted = self.beats(entry) + count
        self.beat.wait_until(lambda: self.beats(entry) >= wanted, seconds)

    def wait_until_idle(self, *, seconds: float = 10) -> None:
        """Return when the worker has done every task that it took. Raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while self._tasks_under_way():
            if time.monotonic() > deadline:
                raise TimeoutError(f"the worker is still busy\n{self.worker.tail()}")
            time.sleep(0.05)

    def _tasks_under_way(self) -> int:
        log = self.worker.read_log()
        ended = log.count("] succeeded in ") + log.count("] raised ")
        return log.count("] received") - ended


def start_broker(part: Part) -> None:
    """Start it; returns when it answers. Raises TimeoutError."""
    part.start()
    path = broker.socket_path(settings.VAR_DIR)
    part.wait_until(lambda: broker.is_answering(path), seconds=10)


def wait_until_ready(worker: Part) -> None:
    """Return when a Celery worker takes tasks. Raises TimeoutError."""
    worker.wait_until(lambda: " ready." in worker.read_log(), seconds=60)
