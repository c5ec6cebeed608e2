"""Public pages that show several apps together."""

from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from mathshub.links import absolute
from mathshub.site.catalogue import Entry, list_entries
from mathshub.site.hub_pages import home_context, journey_context, privacy_context
from mathshub.site.journey import load_journey
from mathshub.site.programme_page import links_of, programme_context
from sessions.words import number_words

SECURITY_TXT_LASTS = timedelta(days=180)  # RFC 9116 wants less than a year


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What the hub offers, what one can do today, and when headteachers can hear more."""
    context = home_context(request.hub, timezone.now())  # type: ignore[attr-defined]
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
    return render(request, "site/journey.html", journey_context(timezone.now()))


@login_not_required
@require_safe
def show_privacy(request: HttpRequest) -> HttpResponse:
    """The hub's privacy notice, in its own words where it has added some."""
    return render(request, "site/privacy.html", privacy_context())


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


def _programmes_heading(entries: list[Entry]) -> str:
    open_now = sum(entry.is_open for entry in entries)
    if open_now == 0:
        return "Programmes for schools"
    if open_now == 1:
        return "One programme is open to schools"
    return f"{number_words(open_now).capitalize()} programmes are open to schools"
