"""`manage.py send_test_email ADDRESS`: what the mail server says to one e-mail, step by step."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from mathshub.outbox.probe import SMTP_BACKEND, try_mail_server


class Command(BaseCommand):
    help = "Send one test e-mail at once, past the outbox, and say what the mail server answers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", help="where the test e-mail goes")

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        if settings.EMAIL_BACKEND != SMTP_BACKEND:
            raise CommandError("No mail server is set: EMAIL_URL is empty.")
        for step in try_mail_server(address):
            self.stdout.write(f"{'ok  ' if step.is_well else 'FAIL'}  {step.name:<11} {step.words}")
            if not step.is_well:
                raise CommandError(f"{step.name}: the test e-mail was not sent.")
