"""`manage.py plan_messages`: write the reminders and digests that have become due to be written."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from mathshub.outbox.services import plan_messages


class Command(BaseCommand):
    help = "Write the reminders and digests that are due to be written. Safe to run at any time."

    def handle(self, *args: Any, **options: Any) -> None:
        results = plan_messages(timezone.now())
        for result in results:
            if result.added:
                self.stdout.write(f"{result.hub}: {result.added} added by {result.planner}")
        self.stdout.write(f"{sum(result.added for result in results)} messages added.")
        if failed := [result for result in results if result.error]:
            raise CommandError(
                "\n".join(f"{each.hub}: {each.planner} failed: {each.error}" for each in failed)
            )
