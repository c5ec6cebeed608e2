"""The portal's own processes, run against the database under test."""

import os
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from mathshub.processes import Part

BEAT_SECONDS = 0.25  # between two sweeps, and between two plans


def portal_env(**changes: str) -> dict[str, str]:
    """The environment of a process that works on the test database, with these changes."""
    url = f"sqlite:///{connection.settings_dict['NAME']}"
    if connection.vendor == "postgresql":
        asked = urlsplit(os.environ["DATABASE_URL"])
        url = f"{asked.scheme}://{asked.netloc}/{connection.settings_dict['NAME']}"
    return dict(os.environ) | {"DATABASE_URL": url, "VAR_DIR": str(settings.VAR_DIR)} | changes


@dataclass
class LivePortal:
    """gunicorn on the test database."""

    port: int
    part: Part

    def url(self, path: str = "/", *, host: str = "localhost") -> str:
        """The address of a page on one of the hubs' hosts."""
        return f"http://{host}:{self.port}{path}"


@dataclass
class Clockwork:
    """A Celery worker, a beat and their own broker."""

    broker: Part
    worker: Part
    beat: Part

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
