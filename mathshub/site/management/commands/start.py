"""Run the whole portal on one machine: broker, Celery worker, beat and web server together."""

import fcntl
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from mathshub import broker, links
from mathshub.processes import (
    Part,
    PartEnded,
    answers,
    beat_part,
    broker_part,
    stop_together,
    web_part,
    worker_part,
)
from mathshub.stopping import Stop
from workgroups.models import Hub

READY_SECONDS = 60
WATCH_SECONDS = 0.5
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Command(BaseCommand):
    help = (
        "Prepare the database and the static files, then run broker, worker, beat and web server "
        "until Ctrl-C or SIGTERM. With DEMO=1, load the demonstration the first time."
    )
    requires_system_checks = ()  # migrate, below, runs them

    def handle(self, *args: Any, **options: Any) -> None:
        with only_start_in(settings.VAR_DIR):
            refuse_port_in_use(settings.PORT)
            self.prepare()
            self.run(portal_parts(settings.VAR_DIR, settings.PORT))

    def prepare(self) -> None:
        """Bring the database and the collected files up to date; data already there stay."""
        self.say("Preparing the database ...")
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False, ignore_patterns=["scss"])
        if settings.DEMO and not Hub.objects.exists():
            self.say("Loading the demonstration ...")
            call_command("load_demo", verbosity=0)

    def say(self, text: str) -> None:
        """Write at once, also into a file or a pipe."""
        self.stdout.write(text)
        self.stdout.flush()

    def run(self, parts: list[Part]) -> None:
        """Run the parts until a signal comes. Raises CommandError when one ends by itself."""
        stopping = Stop()
        for number in STOP_SIGNALS:
            signal.signal(number, stopping.set)
        try:
            for part in parts:
                start_part(part, stopping)
            if not stopping.is_set():
                self.say(welcome())
            watch(parts, stopping)
            self.say("Stopping ...")
        except (PartEnded, TimeoutError) as problem:
            raise CommandError(str(problem)) from problem
        finally:
            stop_together(parts)


def portal_parts(var_dir: Path, port: int) -> list[Part]:
    """The parts in the order of their start; the broker only when it is the embedded one."""
    env = os.environ | {"VAR_DIR": str(var_dir)}
    parts = [worker_part(var_dir, env), beat_part(var_dir, env), web_part(var_dir, port, env)]
    if uses_embedded_server():
        parts.insert(0, broker_part(var_dir))
    return parts


def uses_embedded_server() -> bool:
    """False with a REDIS_URL, and where the broker is a pair of folders."""
    return not settings.REDIS_URL and broker.server_binary() is not None


def start_part(part: Part, stopping: Stop) -> None:
    """Start it and wait until the next one may follow. Raises PartEnded or TimeoutError."""
    if stopping.is_set():
        return
    part.start()
    part.wait_until(lambda: stopping.is_set() or is_ready(part), READY_SECONDS)


def is_ready(part: Part) -> bool:
    """Whether the part does its work; worker and beat need nobody to wait for them."""
    if part.name == "broker":
        return broker.is_answering(broker.socket_path(settings.VAR_DIR))
    return part.name != "web server" or answers(settings.PORT)


def watch(parts: list[Part], stopping: Stop) -> None:
    """Return when asked to stop. Raises PartEnded when a part ends before that."""
    while not stopping.wait(WATCH_SECONDS):
        for part in parts:
            if part.exit_code is not None:
                raise PartEnded(part)


@contextmanager
def only_start_in(var_dir: Path) -> Iterator[None]:
    """Raises CommandError when another start runs in this VAR_DIR; its lock ends with it."""
    with (var_dir / "start.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(f"The portal is already running in {var_dir}.") from None
        yield


def refuse_port_in_use(port: int) -> None:
    """Raises CommandError, before anything is prepared, when somebody listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as problem:
            raise CommandError(
                f"Port {port} cannot be used ({problem.strerror}). "
                f"Choose another one: PORT={port + 1} make start"
            ) from None


def welcome() -> str:
    """What a person needs who has just started the portal: addresses, sign-ins, mail, logs."""
    first = f"http://localhost:{settings.PORT}"
    addresses = [("All pages", f"{first}/"), ("Admin", f"{first}/admin/")]
    addresses += [(hub.name, links.absolute(hub, "site:home")) for hub in Hub.objects.all()]
    if settings.DEMO:
        addresses.append(("Sent mail", first + reverse("site:sent_mail")))
    lines = ["", "The portal is running.", ""]
    lines += [f"  {name:<28} {address}" for name, address in addresses]
    sign_ins = settings.VAR_DIR / "demo-sign-ins.txt"
    if settings.DEMO and sign_ins.exists():
        lines += ["", sign_ins.read_text().rstrip()]
    lines += ["", f"Logs: {settings.VAR_DIR / 'logs'}. Stop with Ctrl-C.", ""]
    return "\n".join(lines)
