"""What templates/site/programme.html needs: for the page itself, and for its preview."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from mathshub.prepared import prepared
from mathshub.site.catalogue import Entry
from mathshub.site.course_data import course_of
from mathshub.site.groups_on_show import groups_by_year
from mathshub.site.journey import Journey
from workgroups.models import Hub, Programme, ProgrammeLink


def programme_context(
    entry: Entry, *, journey: Journey, links: Sequence[ProgrammeLink], hub: Hub, now: datetime
) -> dict[str, Any]:
    """All that the page says about the programme of ``entry``, which need not be saved."""
    programme = entry.programme
    years = groups_by_year(programme, now=now) if programme.pk else []
    stage = journey.stage_of(programme)
    return {
        "page_title": programme.name,
        "entry": entry,
        "programme": programme,
        "offering": entry.offering,
        "contact_email": programme.contact_email or hub.contact_email,
        "links": links,
        "years": years,
        "stage": stage,
        "course": course_of(entry, years, stage, hub),
    }


def links_of(programme: Programme) -> list[ProgrammeLink]:
    """Its videos, papers and pages elsewhere, in order."""
    return _links(programme=programme)


@prepared
def _links(programme: Any) -> QuerySet[ProgrammeLink]:
    return ProgrammeLink.objects.filter(programme=programme)
