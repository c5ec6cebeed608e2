"""`manage.py send_outbox`: send the messages that are due, without Celery or Redis."""

import logging
import signal
from argparse import ArgumentParser
from threading import Thread
from time import sleep
from typing import Any

from celery import Celery
from celery.app.utils import find_app
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django.utils import timezone

from mathshub.outbox.sweep import sweep
from mathshub.outbox.timetable import run_what_is_due
from mathshub.stopping import Stop

log = logging.getLogger(__name__)

CELERY_APP = "mathshub.celery:app"
A_LOOK = 1.0  # seconds between two looks at the timetable
LAST_TASK = 5.0  # seconds that a task may still take when the loop has been asked to stop


class Command(BaseCommand):
    help = (
        "Send the messages that are due: once; or for ever, and then do also all else that Celery's "
        "beat would have done. Needs neither Celery's processes nor Redis."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        how_often = parser.add_mutually_exclusive_group()
        how_often.add_argument("--once", action="store_true", help="one sweep (the default)")
        how_often.add_argument(
            "--loop",
            action="store_true",
            help="send, plan, purge and forget, each at its hour, until SIGTERM or Ctrl-C",
        )

    def handle(self, *args: Any, loop: bool, **options: Any) -> None:
        self.stopping = Stop()
        if not loop:
            self.send()
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stopping.set)  # finish the message in hand, then end
        app = find_app(CELERY_APP)
        app.loader.import_default_modules()
        beside = Thread(target=self.keep_timetable, args=[app], name="timetable", daemon=True)
        beside.start()  # sending waits neither for a night's deletions nor for the register
        while not self.stopping.is_set():
            self.send_whatever_happens()
            self.stopping.wait(settings.CELERY_BEAT_SCHEDULE["sweep"]["schedule"])
        beside.join(LAST_TASK)  # one that takes longer is broken off: its transaction is undone

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

    def keep_timetable(self, app: Celery) -> None:
        """All that is not sending, one after the other."""
        while not self.stopping.is_set():
            close_old_connections()
            try:
                run_what_is_due(app, timezone.now(), should_stop=self.stopping.is_set)
            except Exception:
                log.exception("The timetable could not be read; the next look follows.")
            sleep(A_LOOK)
        close_old_connections()
