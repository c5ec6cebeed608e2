"""`manage.py import_term_dates PATH --hub SLUG`: a hub's term dates from a table."""

from io import BytesIO
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from mathshub.scope import hub_scope
from workgroups.models import Hub
from workgroups.register import TableRefused
from workgroups.services.terms import compare_term_dates, import_term_dates
from workgroups.term_dates.compare import Comparison


class Command(BaseCommand):
    help = (
        "Record the term dates that a table (CSV) has of a hub's local authorities. Lines at fault "
        "are named and stay out. Safe to run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="the table, such as term_dates.csv")
        parser.add_argument("--hub", required=True, help="the hub's short name, such as wandle")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would be recorded; record nothing"
        )
        parser.add_argument(
            "--take",
            action="append",
            default=[],
            metavar="CODE-YEAR=SCHOOL",
            help="whose word to take where schools of an authority disagree: 315-2026=Abbey Primary",
        )

    def handle(
        self, *args: Any, path: Path, hub: str, dry_run: bool, take: list[str], **options: Any
    ) -> None:
        choices = dict(_choice(each) for each in take)
        try:
            found = Hub.objects.get(slug=hub)
            raw = BytesIO(path.read_bytes())
            with hub_scope(found):
                if dry_run:
                    done = compare_term_dates(raw, name=path.name, choices=choices)
                else:
                    done = import_term_dates(
                        raw, name=path.name, choices=choices, by=None, now=timezone.now()
                    )
        except Hub.DoesNotExist:
            known = ", ".join(Hub.objects.order_by("slug").values_list("slug", flat=True))
            raise CommandError(f"No hub is called “{hub}”. There are: {known or 'none'}.") from None
        except OSError as error:
            raise CommandError(f"{path} can't be opened: {error.strerror}.") from error
        except TableRefused as error:
            raise CommandError(str(error)) from error
        self._report(done, dry_run=dry_run)

    def _report(self, done: Comparison, *, dry_run: bool) -> None:
        for fault in done.faults:
            self.stderr.write(f"Left out. {fault}")
        for each in done.disagreements:
            schools = " or ".join(f"--take “{each.name}={v.said_by}”" for v in each.versions)
            self.stderr.write(f"To choose for {each.borough}, {each.year}: {schools}")
        self.stdout.write(
            f"{len(done.new)} new, {len(done.changed)} changed, {done.unchanged} unchanged, "
            f"{len(done.faults)} at fault.{' Nothing was recorded.' if dry_run else ''}"
        )


def _choice(text: str) -> tuple[str, str]:
    name, equals, school = text.partition("=")
    if not equals:
        raise CommandError("Write --take as CODE-YEAR=SCHOOL, for example 315-2026=Abbey Primary.")
    return name.strip(), school.strip()
