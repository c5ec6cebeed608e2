"""What the pages need that show the hub's own texts: for themselves, and for their previews."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from enrolment.models import Briefing
from mathshub.prepared import prepared
from mathshub.site.catalogue import Entry, list_entries
from mathshub.site.journey import Journey, load_journey
from mathshub.site.journey_picture import draw
from workgroups.models import Hub

BRIEFINGS_ON_HOME = 3


@dataclass(frozen=True)
class Windows:
    """What the open windows for interest have in common; parts that differ are None."""

    year: str | None
    closes_on: date | None


def home_context(hub: Hub, now: datetime) -> dict[str, Any]:
    """The first page: ``hub`` need not be saved as it is."""
    entries = list_entries(now)
    open_entries = [entry for entry in entries if entry.is_open]
    briefings = _briefings_to_come(now=now)
    return {
        "page_title": hub.welcome_heading,
        "entries": entries,
        "windows": _windows(open_entries),
        "is_open": bool(open_entries),
        "opens_next": _opens_next(entries),
        "briefings": briefings[:BRIEFINGS_ON_HOME],
        "briefing_count": len(briefings),
        **_picture_of(entries),
    }


def journey_context(now: datetime) -> dict[str, Any]:
    """The page of the mastery journey."""
    entries = list_entries(now)
    context = _picture_of(entries)
    journey: Journey = context["journey"]
    steps = [(stage, _entry_of(entries, stage.programme.pk)) for stage in journey.stages]
    return context | {
        "page_title": journey.heading,
        "kicker": "The mastery journey",
        "steps": steps,
    }


def privacy_context() -> dict[str, Any]:
    """The privacy notice."""
    return {"page_title": "What we do with your data"}


@prepared
def _briefings_to_come(now: Any) -> QuerySet[Briefing]:
    return Briefing.objects.upcoming(now).select_related("local_authority")


def _picture_of(entries: list[Entry]) -> dict:
    journey = load_journey([entry.programme for entry in entries])
    return {"journey": journey, "picture": draw(journey)}


def _entry_of(entries: list[Entry], programme_pk: int) -> Entry:
    return next(entry for entry in entries if entry.programme.pk == programme_pk)


def _windows(open_entries: list[Entry]) -> Windows:
    offerings = [entry.offering for entry in open_entries if entry.offering]
    years = {str(offering.academic_year) for offering in offerings}
    closing = {offering.closes_on for offering in offerings}
    return Windows(
        year=years.pop() if len(years) == 1 else None,
        closes_on=closing.pop() if len(closing) == 1 else None,
    )


def _opens_next(entries: list[Entry]) -> Entry | None:
    """The programme whose window opens soonest."""
    later = [entry for entry in entries if entry.opens_later]
    return min(later, key=_opening_day, default=None)


def _opening_day(entry: Entry) -> date:
    return entry.offering.opens_on if entry.offering and entry.offering.opens_on else date.max
