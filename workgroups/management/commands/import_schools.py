"""`manage.py import_schools PATH`: bring the schools up to the register (GIAS)."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from workgroups.register import Outcome, RegisterRefused, import_register

COMPLAINTS_SHOWN = 20


class Command(BaseCommand):
    help = (
        "Bring schools and local authorities up to a file of the register (GIAS): the CSV of all "
        "establishment data, of the whole country or a part. Safe to run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="the file, such as edubasealldata20260901.csv")

    def handle(self, *args: Any, path: Path, **options: Any) -> None:
        try:
            size = path.stat().st_size
            # Without a terminal (cron, a log) tqdm keeps quiet by itself.
            with tqdm(total=size, unit="B", unit_scale=True, desc=path.name, disable=None) as bar:
                outcome = import_register(path, progress=bar.update)
        except OSError as error:
            raise CommandError(f"{path} can't be opened: {error.strerror}.") from error
        except RegisterRefused as error:
            raise CommandError(str(error)) from error
        self._report(outcome)

    def _report(self, outcome: Outcome) -> None:
        for complaint in outcome.complaints[:COMPLAINTS_SHOWN]:
            self.stderr.write(f"Skipped. {complaint}")
        if outcome.skipped > COMPLAINTS_SHOWN:
            self.stderr.write(f"... and {outcome.skipped - COMPLAINTS_SHOWN:,} more.")
        self.stdout.write(
            f"{outcome.rows:,} rows: {outcome.created:,} created, {outcome.updated:,} updated, "
            f"{outcome.unchanged:,} unchanged, {outcome.skipped:,} skipped."
        )
