"""The parts of a running portal as child processes: how each is started, watched and stopped.

`manage.py start` runs all of them together; the tests start single ones against the database
under test.
"""

import ctypes
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from mathshub import broker

PROJECT_ROOT = Path(__file__).resolve().parent.parent
POLL_SECONDS = 0.05


class Part:
    """One long-running process and its log."""

    def __init__(
        self, name: str, command: list[str], *, log: Path, env: Mapping[str, str] | None = None
    ) -> None:
        self.name = name
        self.command = command
        self.log = log
        self.env = env
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches the supervisor alone."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=PROJECT_ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.env,
                start_new_session=True,
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,
            )

    @property
    def pid(self) -> int:
        assert self.process is not None, f"{self.name} was not started"
        return self.process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs (or before it was started)."""
        return None if self.process is None else self.process.poll()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process and all its children; no error when they are gone."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def ask_to_stop(self) -> None:
        """Tell it to finish, without waiting for it."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def stop(self, grace: float = 10) -> None:
        """Ask it to finish what it is doing; after `grace` seconds kill it and its children."""
        if self.process is None:
            return
        self.ask_to_stop()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(grace)
        self.signal(signal.SIGKILL)
        self.process.wait()

    def wait_until(self, is_ready: Callable[[], bool], seconds: float) -> None:
        """Return once it is ready. Raises PartEnded when it ends first, TimeoutError when late."""
        deadline = time.monotonic() + seconds
        while not is_ready():
            if self.exit_code is not None:
                raise PartEnded(self)
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.name} was not ready after {seconds:g} s\n{self.tail()}")
            time.sleep(POLL_SECONDS)

    def wait(self, seconds: float) -> int:
        """Its exit code, once it has ended by itself. Raises subprocess.TimeoutExpired."""
        assert self.process is not None, f"{self.name} was not started"
        return self.process.wait(seconds)

    def tail(self, lines: int = 15) -> str:
        """The last lines of its log."""
        return "\n".join(self.read_log().splitlines()[-lines:])

    def read_log(self) -> str:
        """All that it has said since it was started."""
        return self.log.read_text(errors="replace")


def stop_together(parts: list[Part]) -> None:
    """Stop all of them; the first one, which the others lean on, when those have ended."""
    for part in parts[1:]:
        part.ask_to_stop()
    for part in reversed(parts):
        part.stop()


class PartEnded(Exception):
    """A part ended by itself; the message names it and shows the end of its log."""

    def __init__(self, part: Part) -> None:
        super().__init__(
            f"The {part.name} ended by itself (exit code {part.exit_code}). "
            f"The end of {part.log}:\n{part.tail()}"
        )


def broker_part(var_dir: Path) -> Part:
    """The embedded Valkey of this VAR_DIR."""
    return Part("broker", broker.server_command(var_dir), log=var_dir / "logs" / "broker.log")


def worker_part(var_dir: Path, env: Mapping[str, str] | None = None) -> Part:
    """A Celery worker with two processes."""
    options = ["--concurrency=2", "--loglevel=INFO", "--without-mingle", "--without-gossip"]
    return _celery_part("worker", options, var_dir, env)


def beat_part(var_dir: Path, env: Mapping[str, str] | None = None) -> Part:
    """Celery's clock. It remembers nothing that matters: what is due stands in the database."""
    options = [f"--schedule={var_dir / 'beat-schedule'}", "--pidfile=", "--loglevel=INFO"]
    return _celery_part("beat", options, var_dir, env)


def web_part(
    var_dir: Path,
    port: int,
    env: Mapping[str, str] | None = None,
    *,
    application: str = "mathshub.wsgi",
) -> Part:
    """gunicorn on loopback, with the portal or another WSGI ``application``."""
    command = [
        *(sys.executable, "-m", "gunicorn", application),
        *("--bind", f"127.0.0.1:{port}"),
        *("--worker-class", "gthread", "--workers", "2", "--threads", "4"),
        # No access log: it would keep the signed links of schools and participants.
        *("--graceful-timeout", "5", "--no-control-socket"),
    ]
    return Part("web server", command, log=var_dir / "logs" / "web.log", env=env)


def answers(port: int) -> bool:
    """Whether a web server on this loopback port answers a request, with whatever status."""
    request = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        request.request("GET", "/healthz", headers={"Host": f"localhost:{port}"})
        request.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        request.close()
    return True


def _celery_part(
    name: str, options: list[str], var_dir: Path, env: Mapping[str, str] | None
) -> Part:
    command = [sys.executable, "-m", "celery", "-A", "mathshub.celery:app", name, *options]
    return Part(name, command, log=var_dir / "logs" / f"{name}.log", env=env)


def _end_with_parent() -> None:
    """Have Linux stop this child when its parent is killed outright and can no longer do it."""
    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)
