"""Headteacher briefings: the list, a page for each with its booking form, and its flyer."""

from datetime import datetime, timedelta

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from enrolment.errors import BriefingFull, Refusal
from enrolment.forms.briefings import BookingForm
from enrolment.forms.tokens import BadFormToken, FormToken, make_form_token, read_form_token
from enrolment.limits import is_over_limit
from enrolment.models import Briefing, BriefingFlyer
from enrolment.qr import qr_code
from enrolment.services.briefings import book_seat
from mathshub.links import absolute
from mathshub.scope import current_hub

OTHERS_SHOWN = 6
# The PDF comes from outside: no browser may run anything in it, or take it for another thing.
LOCKED_DOWN = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
# Nobody types a name, an address and a school so fast; who does is asked to press once more.
QUICKEST = timedelta(seconds=4)
TOO_QUICK = "That was very quick. Please look at what you typed once more, then send it."
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
def list_briefings(request: HttpRequest) -> HttpResponse:
    """The briefings still to come, soonest first."""
    context = {
        "page_title": "Briefings for headteachers",
        "briefings": _upcoming(timezone.now()),
    }
    return render(request, "enrolment/briefings.html", context)


# No CSRF cookie: the form acts for nobody who is signed in, and its own token makes it count once.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_briefing(request: HttpRequest, pk: int) -> HttpResponse:
    """One briefing, with the form to book a seat, or to hear of one that comes free."""
    briefing, now = _briefing(pk), timezone.now()
    if request.method == "POST":
        return _receive(request, briefing, now)
    form = BookingForm.for_school(request.GET.get("urn", ""))
    return _show(request, briefing, form, _new_token(briefing, now), now)


@login_not_required
@require_safe
def briefing_booked(request: HttpRequest, pk: int) -> HttpResponse:
    """A seat is booked; what it says is the same for everyone, so that it tells nothing."""
    return _show_received(request, pk, "You have a seat", has_seat=True)


@login_not_required
@require_safe
def briefing_waiting(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody is on the list of those who hear of a free seat."""
    return _show_received(request, pk, "We tell you if a seat comes free", has_seat=False)


@login_not_required
@require_safe
def show_flyer(request: HttpRequest, pk: int) -> HttpResponse:
    """One page to print and to hand on, with a code that leads to the booking."""
    briefing = _briefing(pk)
    if briefing.is_cancelled:
        raise Http404
    address = absolute(current_hub(), "enrolment:show_briefing", briefing.pk)
    context = {
        "page_title": str(briefing),
        "briefing": briefing,
        "address": address,
        "code": qr_code(address),
    }
    return render(request, "enrolment/flyer.html", context)


@login_not_required
@require_safe
def flyer_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The hub's own flyer, as it was uploaded, to be saved and never to be run."""
    briefing = _briefing(pk)
    flyer = get_object_or_404(BriefingFlyer, briefing=briefing)
    name = f"briefing-{slugify(briefing.local_authority.name)}.pdf"
    return HttpResponse(
        bytes(flyer.content),
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Security-Policy": LOCKED_DOWN,
            "X-Content-Type-Options": "nosniff",
        },
    )


def _briefing(pk: int) -> Briefing:
    """The public briefing with the number of seats taken; raises ``Http404``."""
    briefings = Briefing.objects.filter(is_published=True).with_booked()
    return get_object_or_404(
        briefings.select_related("local_authority", "academic_year", "flyer").defer(
            "flyer__content"
        ),
        pk=pk,
    )


def _upcoming(now: datetime) -> list[Briefing]:
    """Each with ``seats_left``, None where there is room for all."""
    briefings = list(
        Briefing.objects.upcoming(now)
        .with_booked()
        .select_related("local_authority", "academic_year")
    )
    for briefing in briefings:
        briefing.seats_left = briefing.seats_free(briefing.booked_count)
    return briefings


def _receive(request: HttpRequest, briefing: Briefing, now: datetime) -> HttpResponse:
    token = _read_token(request, briefing)
    shown = request.POST["form_token"] if token else _new_token(briefing, now)
    if is_over_limit(request, now=now):
        form = BookingForm.as_typed_so_far(request.POST)
        return _show(request, briefing, form, shown, now, problem=TOO_MANY, status=429)
    if "find" in request.POST:
        form = BookingForm.as_typed_so_far(request.POST)
        return _show(request, briefing, form, shown, now, looked_for_school=True)
    form = BookingForm(request.POST)
    if not form.is_valid() or token is None:
        problem = "" if form.errors else UNKNOWN_PAGE
        return _show(request, briefing, form, shown, now, problem=problem)
    if token.is_younger_than(QUICKEST, now=now):
        return _show(request, briefing, form, shown, now, problem=TOO_QUICK)
    return _book(request, briefing, form, token, shown, now)


def _book(
    request: HttpRequest,
    briefing: Briefing,
    form: BookingForm,
    token: FormToken,
    shown: str,
    now: datetime,
) -> HttpResponse:
    try:
        answer = book_seat(
            form.person(),
            briefing=briefing,
            form_token=token.uuid,
            waits="waits" in request.POST,
            by=None,
            now=now,
        )
    except BriefingFull as refusal:
        briefing.booked_count = briefing.bookings.booked().count()  # type: ignore[attr-defined]
        return _show(request, briefing, form, shown, now, problem=str(refusal))
    except Refusal as refusal:
        return _show(request, briefing, form, shown, now, problem=str(refusal))
    name = "briefing_booked" if answer.has_seat else "briefing_waiting"
    return redirect(f"enrolment:{name}", briefing.pk)


def _show(
    request: HttpRequest,
    briefing: Briefing,
    form: BookingForm,
    form_token: str,
    now: datetime,
    *,
    problem: str = "",
    looked_for_school: bool = False,
    status: int = 200,
) -> HttpResponse:
    """The page with what was typed; ``problem`` is a sentence about the form as a whole."""
    if form.typed_school or form["urn"].value():
        form.show_schools()
    seats_left = briefing.seats_free(briefing.booked_count)  # type: ignore[attr-defined]
    if seats_left == 0:
        form.promise_news_of_a_free_seat()
    others = [each for each in _upcoming(now) if each != briefing][:OTHERS_SHOWN]
    context = {
        "page_title": str(briefing),
        "briefing": briefing,
        "form": form,
        "form_token": form_token,
        "problem": problem,
        "looked_for_school": looked_for_school,
        "takes_bookings": briefing.takes_bookings(now),
        "has_ended": briefing.has_ended(now),
        "seats_left": seats_left,
        "is_full": seats_left == 0,
        "others": others,
        "seats_elsewhere": any(each.seats_left != 0 for each in others),  # type: ignore[attr-defined]
    }
    return render(request, "enrolment/briefing.html", context, status=status)


def _show_received(
    request: HttpRequest, pk: int, page_title: str, *, has_seat: bool
) -> HttpResponse:
    context = {"page_title": page_title, "briefing": _briefing(pk), "has_seat": has_seat}
    response = render(request, "enrolment/briefing_received.html", context)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _new_token(briefing: Briefing, now: datetime) -> str:
    return make_form_token(f"briefing-{briefing.pk}", now=now)


def _read_token(request: HttpRequest, briefing: Briefing) -> FormToken | None:
    try:
        return read_form_token(f"briefing-{briefing.pk}", request.POST.get("form_token", ""))
    except BadFormToken:
        return None
