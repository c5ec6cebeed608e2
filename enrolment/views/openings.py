"""“Tell me when it reopens”: an address for one e-mail, and taking it back."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from enrolment.errors import Refusal
from enrolment.forms.openings import OpeningForm, StopForm
from enrolment.forms.tokens import BadFormToken, FormToken, make_form_token, read_form_token
from enrolment.limits import is_over_limit
from enrolment.services.openings import ask_to_be_told, open_offerings, stop_waiting
from enrolment.views.links import notice_of
from mathshub.prepared import prepared
from workgroups.models import Programme

MOST_ASKED = 200  # from one network in ten minutes: sixty schools behind one proxy, several tries
# One field, which browsers fill in themselves: a person is quick here, a program is quicker.
QUICKEST = timedelta(seconds=2)
TOO_QUICK = "That was very quick. Please look at your address once more, then send it."
UNKNOWN_PAGE = (
    "This page could not be matched to the one that you opened, perhaps because it was open for "
    "very long. What you typed is still here: please send it again."
)
TOO_MANY = (
    "Very many have asked from your network within a few minutes. Please wait ten minutes and send "
    "your address again."
)


# No CSRF cookie: the form acts for nobody who is signed in, and works in mail programs' browsers.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask_to_hear(request: HttpRequest, slug: str) -> HttpResponse:
    """The form with one field; sent, the page says the same whether the address waited already."""
    programme = _programme(slug)
    now = timezone.now()
    if programme.pk in open_offerings(timezone.localdate(now)):
        return redirect("site:show_programme", slug)
    if request.method != "POST":
        return _show(request, programme, OpeningForm(), _new_token(programme, now))
    return _receive(request, programme, now)


@login_not_required
@require_http_methods(["GET", "HEAD"])
def will_hear(request: HttpRequest, slug: str) -> HttpResponse:
    """That we have the address, and what becomes of it."""
    context = {"page_title": "We will tell you", "programme": _programme(slug)}
    return render(request, "enrolment/will_hear.html", context)


# No CSRF cookie: the secret is in the address, which another site can't know.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def stop_hearing(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the link in the e-mail: delete the address. A GET changes nothing."""
    notice = notice_of(token)
    if notice is None:
        return _show_gone(request, status=404)
    form = StopForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {
            "page_title": "Delete your address?",
            "notice_asked": notice,
            "form": form,
            "token": token,
        }
        return render(request, "enrolment/stop_hearing.html", context)
    if form.stops:
        stop_waiting(notice, by=None, now=timezone.now())
        return _show_gone(request)
    return redirect("site:show_programme", notice.programme.slug)


def _receive(request: HttpRequest, programme: Programme, now: datetime) -> HttpResponse:
    form, token = OpeningForm(request.POST), _read_token(request, programme)
    shown = request.POST["form_token"] if token else _new_token(programme, now)
    if is_over_limit(request, now=now, name="opening", most=MOST_ASKED):
        return _show(request, programme, form, shown, problem=TOO_MANY, status=429)
    if not form.is_valid():
        return _show(request, programme, form, shown)
    if token is None:
        return _show(request, programme, form, shown, problem=UNKNOWN_PAGE)
    if token.is_younger_than(QUICKEST, now=now):
        return _show(request, programme, form, shown, problem=TOO_QUICK)
    try:
        if not form.was_filled_by_a_program:
            ask_to_be_told(form.cleaned_data["email"], programme=programme, by=None, now=now)
    except Refusal as refusal:
        return _show(request, programme, form, shown, problem=str(refusal))
    return redirect("enrolment:will_hear", programme.slug)


def _show_gone(request: HttpRequest, *, status: int = 200) -> HttpResponse:
    context = {"page_title": "We do not keep your address"}
    return render(request, "enrolment/address_gone.html", context, status=status)


def _show(
    request: HttpRequest,
    programme: Programme,
    form: OpeningForm,
    form_token: str,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "page_title": f"Hear when {programme} opens",
        "programme": programme,
        "form": form,
        "form_token": form_token,
        "problem": problem,
    }
    return render(request, "enrolment/ask_to_hear.html", context, status=status)


@prepared
def _programmes(slug: Any) -> QuerySet[Programme]:
    return Programme.objects.filter(slug=slug)


def _programme(slug: str) -> Programme:
    """The hub's programme of that name; raises ``Http404``."""
    programmes = _programmes(slug=slug)
    if not programmes:
        raise Http404
    return programmes[0]


def _new_token(programme: Programme, now: datetime) -> str:
    return make_form_token(f"opening-{programme.pk}", now=now)


def _read_token(request: HttpRequest, programme: Programme) -> FormToken | None:
    try:
        return read_form_token(f"opening-{programme.pk}", request.POST.get("form_token", ""))
    except BadFormToken:
        return None
