"""`manage.py import_schools PATH`: bring the schools up to the register (GIAS)."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError
from django.utils import timezone
from tqdm import tqdm

from workgroups.register import Outcome, TableRefused, import_register
from workgroups.register.download import DownloadFailed, NothingNew, download_and_import
from workgroups.register.files import size_of
from workgroups.register.read import Progress
from workgroups.register.record import import_and_record

COMPLAINTS_SHOWN = 20


class Command(BaseCommand):
    help = (
        "Bring schools and local authorities up to a file of the register (GIAS): the CSV of all "
        "establishment data, of the whole country or a part, or the zip that holds it. Safe to run "
        "again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "path", type=Path, nargs="?", help="the file, such as edubasealldata20260901.csv"
        )
        parser.add_argument(
            "--links",
            type=Path,
            metavar="PATH",
            help="the file of links between schools, such as links_edubasealldata20260901.csv",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what it would do, and change nothing"
        )
        parser.add_argument(
            "--force",
            action="store_true",
            help="import it although many open schools or many cells would go; needs --because",
        )
        parser.add_argument("--because", default="", metavar="REASON", help="why it is forced")
        parser.add_argument(
            "--download",
            action="store_true",
            help="fetch the newest files from GIAS_URL and GIAS_LINKS_URL instead of giving PATH",
        )

    def handle(self, *args: Any, path: Path | None, **options: Any) -> None:
        because = _reason(options["force"], options["because"])
        if options["download"]:
            if path or options["links"] or options["dry_run"] or because:
                raise CommandError("--download takes no other file and no further option.")
            self._download()
            return
        if path is None:
            raise CommandError("Give the file of the register, or --download.")
        outcome = self._import(path, options["links"], because, is_rehearsal=options["dry_run"])
        self._report(outcome, is_rehearsal=options["dry_run"])

    def _import(
        self, path: Path, links: Path | None, because: str, *, is_rehearsal: bool
    ) -> Outcome:
        try:
            size = size_of(path)
            # Without a terminal (cron, a log) tqdm keeps quiet by itself.
            with tqdm(total=size, unit="B", unit_scale=True, desc=path.name, disable=None) as bar:
                return _run(path, links, because, is_rehearsal=is_rehearsal, progress=bar.update)
        except OSError as error:
            name = error.filename or path
            raise CommandError(f"{name} can't be opened: {error.strerror}.") from error
        except TableRefused as error:
            raise CommandError(str(error)) from error
        except (OperationalError, InterfaceError) as error:
            raise CommandError(
                f"The database did not keep up ({str(error).partition(chr(10))[0]}). Nothing was changed: "
                "try again in some minutes."
            ) from error
        except KeyboardInterrupt as stopped:
            raise CommandError("Stopped: nothing was changed.") from stopped

    def _download(self) -> None:
        try:
            outcome = download_and_import(clock=timezone.now)
        except NothingNew as nothing:
            self.stdout.write(str(nothing))
        except (DownloadFailed, TableRefused) as error:
            raise CommandError(str(error)) from error
        else:
            self._report(outcome, is_rehearsal=False)

    def _report(self, outcome: Outcome, *, is_rehearsal: bool) -> None:
        if outcome.newer_before:
            self.stderr.write(
                f"This register is of {outcome.dated_on:%d-%m-%Y}, older than that of "
                f"{outcome.newer_before:%d-%m-%Y}, which was imported before: its schools are as they "
                "were then. Import the newest one after it."
            )
        for complaint in outcome.complaints[:COMPLAINTS_SHOWN]:
            self.stderr.write(f"Skipped. {complaint}")
        if outcome.skipped > COMPLAINTS_SHOWN:
            self.stderr.write(f"... and {outcome.skipped - COMPLAINTS_SHOWN:,} more.")
        for blank in outcome.blanks[:COMPLAINTS_SHOWN]:
            self.stderr.write(f"Left blank. {blank}")
        if outcome.blanked > COMPLAINTS_SHOWN:
            self.stderr.write(f"... and {outcome.blanked - COMPLAINTS_SHOWN:,} more.")
        self.stdout.write(
            f"{outcome.rows:,} rows: {outcome.created:,} created, {outcome.updated:,} updated, "
            f"{outcome.unchanged:,} unchanged, {outcome.closed:,} closed, "
            f"{outcome.skipped:,} skipped."
        )
        if outcome.links:
            self._report_links(outcome)
        if is_rehearsal:
            self.stdout.write("This was a rehearsal: nothing was changed.")

    def _report_links(self, outcome: Outcome) -> None:
        links = outcome.links
        assert links
        for complaint in links.complaints[:COMPLAINTS_SHOWN]:
            self.stderr.write(f"Skipped in the file of links. {complaint}")
        self.stdout.write(
            f"{links.rows:,} lines of links, {links.pairs:,} pairs of schools: {links.added:,} added, "
            f"{links.changed:,} changed, {links.removed:,} removed; {links.passed_over.total():,} "
            f"lines of other kinds passed over, {links.skipped:,} skipped."
        )
        self.stdout.write(f"{outcome.successions:,} schools now lead elsewhere than before.")


def _reason(is_forced: bool, because: str) -> str:
    because = because.strip()
    if is_forced and not because:
        raise CommandError("--force needs a reason: --because “…”.")
    if because and not is_forced:
        raise CommandError("--because goes with --force.")
    if len(because) > 300:
        raise CommandError("The reason is too long: 300 characters at most.")
    return because


def _run(
    path: Path, links: Path | None, because: str, *, is_rehearsal: bool, progress: Progress
) -> Outcome:
    if is_rehearsal:
        return import_register(
            path, links=links, is_forced=bool(because), is_rehearsal=True, progress=progress
        )
    return import_and_record(
        path, links=links, forced_because=because, clock=timezone.now, progress=progress
    )
