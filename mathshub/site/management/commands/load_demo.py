"""Fill the database with the demonstration: two invented hubs over the real register."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from mathshub.site.demo.load import STEPS, is_loaded, load
from mathshub.site.demo.staff import write_sign_ins
from mathshub.site.demo.unload import unload


class Command(BaseCommand):
    help = (
        "Load the demonstration, once: a second run changes nothing. The staff sign-ins are "
        "written to VAR_DIR/demo-sign-ins.txt and printed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--fresh",
            action="store_true",
            help="take the demonstration away first, its mail too, and make it anew",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEMO or settings.TESTING):
            raise CommandError("The demonstration loads only under DEMO=1, never beside real data.")
        if options["fresh"]:
            unload()
        if is_loaded():
            self.stdout.write("The demonstration is loaded already; --fresh makes it anew.")
        else:
            self.load()
        table = write_sign_ins(settings.VAR_DIR / "demo-sign-ins.txt")
        if options["verbosity"]:
            self.stdout.write(table)

    def load(self) -> None:
        # Without a terminal (a log, a test) tqdm keeps quiet by itself.
        with tqdm(total=STEPS, disable=None, leave=False, bar_format="{l_bar}{bar}") as bar:

            def report(words: str) -> None:
                bar.set_description(words)
                bar.update()

            load(timezone.now(), report=report)
