"""Senders of a drill: `send_outbox --loop` and Celery workers as processes of their own."""

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from django.utils import timezone

from enrolment.models import ExpressionOfInterest
from enrolment.services.interest import EOI_RECEIVED
from mathshub.outbox.services import Draft, queue_messages
from mathshub.processes import Part
from mathshub.testing.portal import portal_env

SETTINGS = "mathshub.testing.drill.settings"
SWEEP_SECONDS = "0.1"
RATE = "60000"  # a minute: no drill waits for the mail account's rate unless it is about it


class Senders:
    """Starts senders on the test database; the fixture stops them at the end."""

    def __init__(self, email_url: str, folder: Path) -> None:
        self.email_url = email_url
        self.folder = folder
        self.parts: list[Part] = []

    def start(self, *, broken: str = "", **env: str) -> Part:
        """`send_outbox --loop`; ``broken`` names what is broken in it (mathshub.testing.drill)."""
        command = [sys.executable, "manage.py", "send_outbox", "--loop"]
        return self.start_part(
            lambda env, log: Part("sender", command, log=log, env=env), broken, env
        )

    def start_part(
        self,
        make: Callable[[dict[str, str], Path], Part],
        broken: str = "",
        env: dict[str, str] | None = None,
    ) -> Part:
        """Another process of the portal, in the same surroundings."""
        log = self.folder / f"sender-{len(self.parts)}.log"
        part = make(self.env(broken=broken, **(env or {})), log)
        self.parts.append(part)
        part.start()
        return part

    def env(self, *, broken: str = "", **changes: str) -> dict[str, str]:
        return portal_env(
            **{
                "EMAIL_URL": self.email_url,
                "SWEEP_SECONDS": SWEEP_SECONDS,
                "EMAIL_RATE_PER_MINUTE": RATE,
                "DJANGO_SETTINGS_MODULE": SETTINGS,
                "BROKEN": broken,
            }
            | changes
        )

    def kill(self) -> None:
        for part in self.parts:
            kill(part)


def kill(part: Part) -> None:
    """kill -9 of the process and its children; no error when it never began."""
    if part.process is not None:
        part.signal(signal.SIGKILL)
    part.stop()


def acknowledge(
    expression: ExpressionOfInterest, addresses: list[str], *, name: str = "Grace Obi"
) -> None:
    """Queue the acknowledgement of one expression to each of the addresses."""
    drafts = [
        Draft(
            kind=EOI_RECEIVED,
            key=f"{EOI_RECEIVED}:{uuid4()}",
            recipient=address,
            recipient_name=name,
            context={"expression": expression.pk},
        )
        for address in addresses
    ]
    queue_messages(drafts, now=timezone.now())


def numbered(count: int, name: str = "head") -> list[str]:
    """So many addresses; the sink reads faults from what stands before a plus sign."""
    return [f"{name}+{number}@school.example" for number in range(count)]
