"""`manage.py forget`: delete personal data that the hubs have kept as long as they say."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from enrolment.services.drafts import drafts_to_forget, forget_drafts
from enrolment.services.mailings import forget_mailings, mailings_to_forget
from enrolment.services.openings import forget_notices, notices_to_forget
from enrolment.services.retention import (
    bookings_to_forget,
    empty_spreadsheets,
    expressions_to_forget,
    forget_bookings,
    forget_expressions,
    forget_lines,
    forget_spreadsheets,
    lines_to_forget,
    spreadsheets_to_empty,
    spreadsheets_to_forget,
)
from mathshub.scope import hub_scope
from sessions.services.retention import forget_people, participants_to_forget, places_to_empty
from workgroups.models import Hub


class Command(BaseCommand):
    help = (
        "Delete forms that were not sent, interest that led to nothing, spreadsheets that were "
        "never loaded, what loaded ones quote, addresses that waited for a window, participants, "
        "bookings for briefings, and the contacts of schools, once they have been kept as long as "
        "the hub's settings say. Celery's beat does so every night."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would go")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        now = timezone.now()
        for hub in Hub.objects.order_by("pk"):
            with hub_scope(hub):
                counts = count(now) if dry_run else forget(now)
            self.stdout.write(f"{hub}: {in_words(*counts)}")
        if dry_run:
            self.stdout.write("Nothing was changed.")


def count(now: datetime) -> tuple[int, ...]:
    """How many of each ``forget`` would be about, in the order of ``in_words``."""
    return (
        drafts_to_forget(now).count(),
        expressions_to_forget(now).count(),
        spreadsheets_to_forget(now).count(),
        lines_to_forget(now).count(),
        spreadsheets_to_empty(now).count(),
        notices_to_forget(now).count(),
        mailings_to_forget(now).count(),
        participants_to_forget(now).count(),
        places_to_empty(now).count(),
        bookings_to_forget(now).count(),
    )


def forget(now: datetime) -> tuple[int, ...]:
    """Forget in the hub in scope; returns how many of each, in the order of ``count``."""
    return (
        forget_drafts(now),
        forget_expressions(now),
        forget_spreadsheets(now),
        forget_lines(now),
        empty_spreadsheets(now),
        forget_notices(now),
        forget_mailings(now),
        *forget_people(now),
        forget_bookings(now),
    )


def in_words(
    drafts: int,
    expressions: int,
    spreadsheets: int,
    lines: int,
    emptied: int,
    addresses: int,
    mailings: int,
    participants: int,
    places: int,
    bookings: int,
) -> str:
    return ", ".join(
        [
            f"{drafts} form{'' if drafts == 1 else 's'} of interest not sent",
            f"{expressions} expression{'' if expressions == 1 else 's'} of interest",
            f"{spreadsheets} spreadsheet{'' if spreadsheets == 1 else 's'} never loaded",
            f"{lines} line{'' if lines == 1 else 's'} without a school",
            f"the words of {emptied} spreadsheet{'' if emptied == 1 else 's'}",
            f"{addresses} address{'' if addresses == 1 else 'es'} that waited for a window",
            f"{mailings} message{'' if mailings == 1 else 's'} to many",
            f"{participants} participant{'' if participants == 1 else 's'}",
            f"the contacts of {places} place{'' if places == 1 else 's'}",
            f"{bookings} booking{'' if bookings == 1 else 's'} for briefings",
        ]
    )
