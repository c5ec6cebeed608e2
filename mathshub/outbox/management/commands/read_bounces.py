"""`manage.py read_bounces`: note what came back to the sender's mailbox."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from mathshub.outbox.bounce_mailbox import MailboxAway, read_bounces


class Command(BaseCommand):
    help = "Read delivery reports from the mailbox of BOUNCE_MAILBOX_URL. Safe to run at any time."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.BOUNCE_MAILBOX_URL:
            raise CommandError("BOUNCE_MAILBOX_URL is not set: there is no mailbox to read.")
        try:
            tally = read_bounces(timezone.now())
        except MailboxAway as away:
            raise CommandError(f"The mailbox can't be read: {away}") from away
        self.stdout.write(
            f"{tally.reports} reports read; {tally.came_back} messages of ours came back."
        )
