"""`manage.py send_outbox`: send the messages that are due, without Celery or Redis."""

import logging
import signal
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import close_old_connections

from mathshub.outbox.sweep import sweep
from mathshub.stopping import Stop

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Send the messages that are due: once, or for ever. Needs neither Celery nor Redis."

    def add_arguments(self, parser: ArgumentParser) -> None:
        how_often = parser.add_mutually_exclusive_group()
        how_often.add_argument("--once", action="store_true", help="one sweep (the default)")
        how_often.add_argument(
            "--loop", action="store_true", help="sweep again and again, until SIGTERM or Ctrl-C"
        )

    def handle(self, *args: Any, loop: bool, **options: Any) -> None:
        self.stopping = Stop()
        if not loop:
            self.send()
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stopping.set)  # finish the message in hand, then end
        while not self.stopping.is_set():
            self.send_whatever_happens()
            self.stopping.wait(settings.CELERY_BEAT_SCHEDULE["sweep"]["schedule"])

    def send(self) -> None:
        tally = sweep(should_stop=self.stopping.is_set)
        ended = ", ".join(f"{count} {state}" for state, count in sorted(tally.items()) if count)
        if ended:
            self.stdout.write(ended)
            self.stdout.flush()

    def send_whatever_happens(self) -> None:
        """Neither a database that is away for a while nor anything else must end the loop."""
        close_old_connections()
        try:
            self.send()
        except Exception:
            log.exception("The sweep failed; the next one follows.")
