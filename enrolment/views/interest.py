"""The form of interest: choose a programme, tell the hub about the school, see that it arrived."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from enrolment.eligibility import check_eligibility
from enrolment.errors import Refusal
from enrolment.forms.interest import LONGEST_SCHOOL, InterestForm, pickable_school
from enrolment.forms.tokens import BadFormToken, FormToken, make_form_token, read_form_token
from enrolment.limits import is_over_limit
from enrolment.models import ExpressionOfInterest
from enrolment.services.interest import submit_expression
from enrolment.services.records import record_of, step_of
from enrolment.views.links import expression_of
from mathshub.client import client_address
from mathshub.fragments import render_once
from mathshub.links import make_token
from mathshub.prepared import prepared
from workgroups.models import Offering
from workgroups.search_limit import is_too_often

# Who opened the form before midnight of the last day may finish it.
GRACE = timedelta(hours=12)

UNKNOWN_PAGE = (
    "This page could not be matched to the one that you opened, perhaps because it was open for "
    "very long. Nothing you typed is lost: please check it and send the form again."
)
TOO_MANY = (
    "Very many forms have come from your network within a few minutes. Nothing you typed is lost: "
    "please wait ten minutes and send the form again."
)


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
    """The form for one offering; sent, it leads to the page that says it has arrived."""
    offering = _offering(offering_id)
    now = timezone.now()
    if request.method == "POST":
        return _receive(request, offering, now)
    if not offering.is_open_to_interest(timezone.localdate(now)):
        return _show_closed(request, offering, now)
    form = InterestForm.for_school(request.GET, offering=offering)
    return _show_form(request, form, _new_token(offering, now))


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
    record = record_of(school, with_asked=False)
    eligibility = check_eligibility(school, step_of(offering), record)
    return JsonResponse(
        {"heading": eligibility.heading, "words": eligibility.words, "tone": eligibility.tone}
    )


@login_not_required
@require_safe
def interest_received(request: HttpRequest, token: str) -> HttpResponse:
    """What was received, its reference, and what happens next."""
    expression = expression_of(token, purpose="received")
    context = {
        "page_title": "We have your expression of interest",
        "expression": expression,
        "manage_token": make_token("manage", expression.pk, expression.link_generation),
    }
    return render(request, "enrolment/interest_received.html", context)


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


def _receive(request: HttpRequest, offering: Offering, now: datetime) -> HttpResponse:
    token = _read_token(request, offering)
    if not _may_still_send(offering, token, now):
        return _show_closed(request, offering, now, token)
    shown = request.POST["form_token"] if token else _new_token(offering, now)
    if is_over_limit(request, now=now):
        form = InterestForm.as_typed_so_far(request.POST, offering=offering)
        return _show_form(request, form, shown, problem=TOO_MANY, status=429)
    if "find" in request.POST:
        form = InterestForm.as_typed_so_far(request.POST, offering=offering)
        return _show_form(request, form, shown, looked_for_school=True)
    form = InterestForm(request.POST, offering=offering)
    if not form.is_valid() or token is None:
        return _show_form(request, form, shown, problem="" if form.errors else UNKNOWN_PAGE)
    return _submit(request, form, token, shown, now)


def _submit(
    request: HttpRequest, form: InterestForm, token: FormToken, shown: str, now: datetime
) -> HttpResponse:
    try:
        expression, _ = submit_expression(
            form.answers(),
            offering=form.offering,
            form_token=token.uuid,
            source=ExpressionOfInterest.Source.WEB,
            by=None,
            now=now,
        )
    except Refusal as refusal:
        return _show_form(request, form, shown, problem=str(refusal))
    return _redirect_to_received(expression)


def _redirect_to_received(expression: ExpressionOfInterest) -> HttpResponse:
    token = make_token("received", expression.pk, expression.link_generation)
    return redirect("enrolment:interest_received", token)


def _show_form(
    request: HttpRequest,
    form: InterestForm,
    form_token: str,
    *,
    problem: str = "",
    looked_for_school: bool = False,
    status: int = 200,
) -> HttpResponse:
    """The form with what was typed; ``problem`` is a sentence about the form as a whole."""
    if form.typed_school or form["urn"].value():
        form.show_schools()
    context = {
        "page_title": f"Express your interest in {form.offering.programme}",
        "form": form,
        "form_token": form_token,
        "offering": form.offering,
        "problem": problem,
        "looked_for_school": looked_for_school,
        "blank_cards": _blank_cards(request, form),
    }
    return render(request, "enrolment/express_interest.html", context, status=status)


def _blank_cards(request: HttpRequest, form: InterestForm) -> str:
    """The cards after the school, where nothing has been typed: the same for every reader."""
    if form.is_bound or form.initial:
        return ""
    hub, offering = request.hub, form.offering  # type: ignore[attr-defined]
    return render_once(
        "enrolment/_interest_cards.html",
        {"form": form, "offering": offering, "hub": hub},
        rows=(hub, offering, offering.programme),
    )


def _show_closed(
    request: HttpRequest, offering: Offering, now: datetime, token: FormToken | None = None
) -> HttpResponse:
    """Why the form can't be sent, unless it was sent before: then that it has arrived."""
    stored = token and ExpressionOfInterest.objects.filter(form_token=token.uuid).first()
    if stored:
        return _redirect_to_received(stored)
    opens_later = offering.opens_on is None or offering.opens_later(timezone.localdate(now))
    state = "is not open yet" if opens_later else "has closed"
    context = {
        "page_title": f"Interest in {offering.programme} {state}",
        "offering": offering,
        "opens_later": opens_later,
    }
    return render(request, "enrolment/interest_closed.html", context)


def _may_still_send(offering: Offering, token: FormToken | None, now: datetime) -> bool:
    if offering.is_open_to_interest(timezone.localdate(now)):
        return True
    if token is None or token.shown_at < now - GRACE:
        return False
    return offering.is_open_to_interest(timezone.localdate(token.shown_at))


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
