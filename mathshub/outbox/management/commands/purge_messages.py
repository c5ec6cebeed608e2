"""`manage.py purge_messages`: wipe the texts of messages after 30 days, delete them after a year."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from mathshub.outbox.services import purge


class Command(BaseCommand):
    help = "Wipe the texts of messages after 30 days and delete the messages after a year."

    def handle(self, *args: Any, **options: Any) -> None:
        wiped, deleted = purge(timezone.now())
        self.stdout.write(f"{wiped} texts wiped, {deleted} messages deleted.")
