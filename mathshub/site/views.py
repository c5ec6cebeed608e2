"""Public pages that show several apps together."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from enrolment.models import Briefing
from mathshub.links import absolute
from mathshub.prepared import prepared
from mathshub.site.catalogue import Entry, list_entries
from mathshub.site.journey import Journey, load_journey
from mathshub.site.journey_picture import draw
from mathshub.site.programme_page import links_of, programme_context
from sessions.words import number_words

BRIEFINGS_ON_HOME = 3
SECURITY_TXT_LASTS = timedelta(days=180)  # RFC 9116 wants less than a year


@dataclass(frozen=True)
class Windows:
    """What the open windows for interest have in common; parts that differ are None."""

    year: str | None
    closes_on: date | None


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What the hub offers, what one can do today, and when headteachers can hear more."""
    now = timezone.now()
    entries = list_entries(now)
    open_entries = [entry for entry in entries if entry.is_open]
    briefings = _briefings_to_come(now=now)
    context = {
        "page_title": request.hub.welcome_heading,  # type: ignore[attr-defined]
        "entries": entries,
        "windows": _windows(open_entries),
        "is_open": bool(open_entries),
        "opens_next": _opens_next(entries),
        "briefings": briefings[:BRIEFINGS_ON_HOME],
        "briefing_count": len(briefings),
        **_journey_context(entries),
    }
    return render(request, "site/home.html", context)


@login_not_required
@require_safe
def list_programmes(request: HttpRequest) -> HttpResponse:
    """All programmes, the open ones first."""
    entries = list_entries(timezone.now())
    in_order = sorted(entries, key=lambda entry: not entry.is_open)
    context = {
        "page_title": _programmes_heading(entries),
        "kicker": "Programmes",
        "entries": in_order,
    }
    return render(request, "site/programmes.html", context)


@login_not_required
@require_safe
def show_programme(request: HttpRequest, slug: str) -> HttpResponse:
    """All that a headteacher asks about one programme, and its Work Groups with their dates."""
    now = timezone.now()
    entries = list_entries(now)
    entry = next((entry for entry in entries if entry.programme.slug == slug), None)
    if entry is None:
        raise Http404
    journey = load_journey([entry.programme for entry in entries])
    context = programme_context(
        entry,
        journey=journey,
        links=links_of(entry.programme),
        hub=request.hub,  # type: ignore[attr-defined]
        now=now,
    )
    return render(request, "site/programme.html", context)


@login_not_required
@require_safe
def show_journey(request: HttpRequest) -> HttpResponse:
    """The mastery journey as a picture, and each of its steps in words."""
    entries = list_entries(timezone.now())
    context = _journey_context(entries)
    journey: Journey = context["journey"]
    steps = [(stage, _entry_of(entries, stage.programme.pk)) for stage in journey.stages]
    context |= {"page_title": journey.heading, "kicker": "The mastery journey", "steps": steps}
    return render(request, "site/journey.html", context)


@login_not_required
@require_safe
def show_privacy(request: HttpRequest) -> HttpResponse:
    """The hub's privacy notice, in its own words where it has added some."""
    return render(request, "site/privacy.html", {"page_title": "What we do with your data"})


@login_not_required
@require_safe
def show_accessibility(request: HttpRequest) -> HttpResponse:
    """What works, what does not yet, and whom to tell."""
    return render(request, "site/accessibility.html", {"page_title": "Accessibility statement"})


@login_not_required
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Where to report a weakness (RFC 9116)."""
    hub = request.hub  # type: ignore[attr-defined]
    expires_at = timezone.now() + SECURITY_TXT_LASTS
    lines = [
        f"Contact: mailto:{hub.contact_email}",
        f"Expires: {expires_at:%Y-%m-%dT00:00:00Z}",
        "Preferred-Languages: en",
        f"Canonical: {absolute(hub, 'site:security_txt')}",
    ]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
def robots_txt(request: HttpRequest) -> HttpResponse:
    """Search engines are welcome on the public pages; the rest says noindex by itself."""
    closed = [reverse("admin:index"), "/account/", reverse("workgroups:search_schools")]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@prepared
def _briefings_to_come(now: Any) -> QuerySet[Briefing]:
    return Briefing.objects.upcoming(now).select_related("local_authority")


def _journey_context(entries: list[Entry]) -> dict:
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


def _programmes_heading(entries: list[Entry]) -> str:
    open_now = sum(entry.is_open for entry in entries)
    if open_now == 0:
        return "Programmes for schools"
    if open_now == 1:
        return "One programme is open to schools"
    return f"{number_words(open_now).capitalize()} programmes are open to schools"
