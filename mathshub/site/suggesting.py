"""“Which step is right for us?”: the page with its questions, and the suggestion with its reason."""

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from enrolment.eligibility import EMPTY, Eligibility, SchoolRecord, check_eligibility
from enrolment.forms.school_question import pickable_school
from enrolment.services.records import record_of, step_of
from mathshub.client import client_address
from mathshub.site.catalogue import Entry, list_entries
from mathshub.site.journey import load_journey
from mathshub.site.step_form import StepForm, answered_in, answers_in
from mathshub.site.which_step import suggest_step
from workgroups.models import School
from workgroups.search_limit import is_too_often

TITLE = "Which step is right for us?"


@login_not_required
@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """Four questions, and the school of ``?urn=``; answered, the step to look at first."""
    now = timezone.now()
    asks_for_school = bool(request.GET.get("urn"))
    if asks_for_school and is_too_often(client_address(request), now):
        return _too_often(request)
    school = pickable_school(request.GET.get("urn", ""))
    # Whether the school has asked already is nobody else's business.
    record = record_of(school, with_asked=False) if school else EMPTY
    return render(request, "site/which_step.html", _context(request, school, record, now))


def _context(
    request: HttpRequest, school: School | None, record: SchoolRecord, now: datetime
) -> dict[str, Any]:
    entries = list_entries(now)
    stages = load_journey([entry.programme for entry in entries]).stages
    answered = answered_in(request.GET)
    context: dict[str, Any] = {
        "page_title": TITLE,
        "school": school,
        "took": record.took,
        "form": StepForm(stages, answered),
        "has_journey": bool(stages),
    }
    if not (answered or "answered" in request.GET):
        return context
    if not (answered or record.took or record.has_mastery_specialist):
        return context | {"nothing_to_go_by": True}
    suggestion = suggest_step(stages, answers_in(request.GET), record)
    if suggestion is None:
        return context
    entry = next(each for each in entries if each.programme == suggestion.stage.programme)
    return context | {
        "page_title": f"We suggest {entry.programme}",
        "suggestion": suggestion,
        "by_record_alone": not answered,
        "entry": entry,
        "offering": entry.offering,
        "eligibility": _eligibility(school, entry, record),
    }


def _eligibility(school: School | None, entry: Entry, record: SchoolRecord) -> Eligibility | None:
    if school is None or entry.offering is None:
        return None
    return check_eligibility(school, step_of(entry.offering), record)


def _too_often(request: HttpRequest) -> HttpResponse:
    context = {"page_title": TITLE, "is_over_limit": True}
    page = render(request, "site/which_step.html", context, status=429)
    page["Retry-After"] = "60"
    return page
