"""The way into the form of interest: choose a programme, say which school it is."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from enrolment.eligibility import Eligibility, check_eligibility
from enrolment.errors import Refusal
from enrolment.forms.interest import SchoolPage, Way
from enrolment.forms.school_question import LONGEST_SCHOOL, NOT_LISTED, pickable_school
from enrolment.forms.tokens import BadFormToken, FormToken, make_form_token, read_form_token
from enrolment.limits import is_over_limit, too_many_drafts
from enrolment.models import InterestDraft
from enrolment.services.drafts import start_draft
from enrolment.services.records import record_of, step_of
from enrolment.views.drafts import BAITED, TOO_MANY, UNKNOWN_PAGE, show_closed, to_page, to_received
from mathshub.client import client_address
from mathshub.prepared import prepared
from workgroups.models import Offering
from workgroups.search_limit import is_too_often


@login_not_required
@require_safe
def choose_offering(request: HttpRequest) -> HttpResponse:
    """The programmes that a school can ask for now, later, or could lately."""
    offerings = list(Offering.objects.select_related("programme", "academic_year").in_order())
    context = {
        "page_title": "Choose a programme",
        "windows": _sort_by_window(offerings, timezone.localdate()),
        "chosen_school": pickable_school(request.GET.get("urn", "")),
        "typed_school": request.GET.get("school", "")[:LONGEST_SCHOOL],
    }
    return render(request, "enrolment/choose_offering.html", context)


# No CSRF cookie: the form acts for nobody who is signed in, its own token makes it count once, and
# it works in mail programs' browsers that keep no cookies.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def express_interest(request: HttpRequest, offering_id: int) -> HttpResponse:
    """The form's first page: the school. Its answer begins a draft, whose link goes on."""
    offering = _offering(offering_id)
    now = timezone.now()
    draft = InterestDraft(offering=offering)
    if request.method == "POST":
        return _receive(request, draft, now)
    if not offering.is_open_to_interest(timezone.localdate(now)):
        return show_closed(request, offering, now)
    page = SchoolPage(
        draft=draft,
        school=pickable_school(request.GET.get("urn", "")),
        typed=request.GET.get("school", "").strip()[:LONGEST_SCHOOL],
    )
    return _show(request, page, _new_token(offering, now))


@login_not_required
@require_safe
def explain_eligibility(request: HttpRequest, offering_id: int) -> JsonResponse:
    """Whether the school of ``?urn=`` can take part, and why: by the register and our record."""
    # As a search: asking school by school for the whole register is nobody's business.
    if is_too_often(client_address(request), timezone.now()):
        return JsonResponse({}, status=429, headers={"Retry-After": "10"})
    offering = _offering(offering_id)
    school = pickable_school(request.GET.get("urn", ""))
    if school is None:
        raise Http404
    eligibility = check_eligibility(school, step_of(offering), record_of(school, with_asked=False))
    return JsonResponse(
        {
            "heading": eligibility.heading,
            "words": eligibility.words_on_the_way,
            "tone": eligibility.tone,
        }
    )


@dataclass
class Windows:
    """Offerings by when a school may ask for them."""

    open_now: list[Offering]
    later: list[Offering]
    closed: list[Offering]


def _sort_by_window(offerings: list[Offering], today: date) -> Windows:
    """``offerings`` come latest year first; a closed one counts if nothing newer of it is there."""
    windows = Windows([], [], [])
    seen: set[int] = set()
    for offering in offerings:
        if offering.is_open_to_interest(today):
            windows.open_now.append(offering)
        elif offering.opens_on is None or offering.opens_later(today):
            windows.later.append(offering)
        elif offering.programme_id not in seen:
            windows.closed.append(offering)
        seen.add(offering.programme_id)
    return windows


def _receive(request: HttpRequest, draft: InterestDraft, now: datetime) -> HttpResponse:
    offering = draft.offering
    assert offering is not None
    token = _read_token(request, offering)
    begun = token and InterestDraft.objects.filter(form_token=token.uuid).first()
    if begun and begun.is_sent:
        return to_received(begun)
    if not offering.is_open_to_interest(timezone.localdate(now)):
        return show_closed(request, offering, now)
    shown = request.POST["form_token"] if token else _new_token(offering, now)
    page = SchoolPage(request.POST, draft=draft)
    if is_over_limit(request, now=now):
        page.look_for(_typed(request), is_not_listed=False)
        return _show(request, page, shown, problem=TOO_MANY, status=429)
    if "find" in request.POST:
        page.look_for(_typed(request), is_not_listed=request.POST["find"] == NOT_LISTED)
        return _show(request, page, shown, looked_for_school=True)
    if not page.is_valid():
        return _show(request, page, shown)
    if request.POST.get("leave_empty"):
        return _show(request, page, shown, problem=BAITED)
    if token is None:
        return _show(request, page, shown, problem=UNKNOWN_PAGE)
    if too_many_drafts(request, now=now):
        return _show(request, page, shown, problem=TOO_MANY, status=429)
    try:
        begun = start_draft(
            form_token=token.uuid,
            offering=offering,
            school=page.chosen_school,
            school_as_typed=page.school_as_typed,
            now=now,
        )
    except Refusal as refusal:
        return _show(request, page, shown, problem=str(refusal))
    return to_page(begun, Way(begun).first_open)


def _show(
    request: HttpRequest,
    page: SchoolPage,
    form_token: str,
    *,
    problem: str = "",
    looked_for_school: bool = False,
    status: int = 200,
) -> HttpResponse:
    """The page with what was typed; ``problem`` is a sentence about the page as a whole."""
    if page.typed_school and (page.is_bound or page.initial):
        page.show_schools()
    context = {
        "page_title": page.heading,
        "form": page,
        "form_token": form_token,
        "offering": page.draft.offering,
        "problem": problem,
        "looked_for_school": looked_for_school,
        "eligibility": _eligibility_of(page),
        "part": page.part.words,
        "is_first": True,
    }
    return render(request, page.template, context, status=status)


def _eligibility_of(page: SchoolPage) -> Eligibility | None:
    """What is to be said of the school, once it is known."""
    school, offering = page.chosen_school, page.draft.offering
    if school is None or offering is None:
        return None
    record = record_of(school, with_asked=False)
    return check_eligibility(school, step_of(offering), record)


def _typed(request: HttpRequest) -> str:
    return request.POST.get("school_typed", "").strip()[:LONGEST_SCHOOL]


@prepared
def _offerings(pk: Any) -> QuerySet[Offering]:
    return Offering.objects.select_related("programme", "academic_year").filter(pk=pk)


def _offering(pk: int) -> Offering:
    """The offering with its programme and year; raises ``Http404``."""
    offerings = _offerings(pk=pk)
    if not offerings:
        raise Http404
    return offerings[0]


def _new_token(offering: Offering, now: datetime) -> str:
    return make_form_token(f"interest-{offering.pk}", now=now)


def _read_token(request: HttpRequest, offering: Offering) -> FormToken | None:
    try:
        return read_form_token(f"interest-{offering.pk}", request.POST.get("form_token", ""))
    except BadFormToken:
        return None
