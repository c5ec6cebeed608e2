"""The pages behind the link in a briefing's confirmation: the booking, and its calendar file."""

from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from enrolment.briefing_calendar import FILE_NAME, calendar_file
from enrolment.errors import Refusal
from enrolment.forms.briefings import CANCEL, TAKE, AnswerForm
from enrolment.models import BriefingBooking
from enrolment.services.briefings import cancel_booking, is_seat_free, take_free_seat
from mathshub.calendar import CONTENT_TYPE
from mathshub.links import BadLink, read_token
from mathshub.scope import current_hub

State = BriefingBooking.State
_TITLES = {
    State.BOOKED: "You have a seat",
    State.WAITING: "You wait for a seat",
    State.CANCELLED: "This booking was cancelled",
}


# No CSRF cookie: the secret is in the address, which another site can't know.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def manage_booking(request: HttpRequest, token: str) -> HttpResponse:
    """When and where it is, the way in, and giving the seat up, or taking one that is free."""
    booking, now = booking_of(token), timezone.now()
    is_free = booking.is_waiting and is_seat_free(booking.briefing)
    if request.method != "POST":
        form = AnswerForm(booking=booking, is_seat_free=is_free)
        return _show(request, booking, token, form, now, is_free=is_free)
    if not booking.can_be_answered(now):
        return redirect("enrolment:manage_booking", token)
    form = AnswerForm(request.POST, booking=booking, is_seat_free=is_free)
    if not form.is_valid():
        return _show(request, booking, token, form, now, is_free=is_free)
    return _act(request, booking, token, form, now, is_free=is_free)


@login_not_required
@require_safe
def booking_calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The booking for a calendar, also to take it out again."""
    booking = booking_of(token)
    return HttpResponse(
        calendar_file(booking, current_hub()),
        content_type=CONTENT_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{FILE_NAME}"'},
    )


def booking_of(token: str) -> BriefingBooking:
    """The booking that the link is for; raises ``Http404``."""
    try:
        link = read_token("booking", token)
    except BadLink as error:
        raise Http404 from error
    return get_object_or_404(
        BriefingBooking.objects.select_related(
            "school", "briefing__local_authority", "briefing__academic_year"
        ),
        pk=link.pk,
        link_generation=link.generation,
    )


def _show(
    request: HttpRequest,
    booking: BriefingBooking,
    token: str,
    form: AnswerForm,
    now: datetime,
    *,
    is_free: bool,
    problem: str = "",
) -> HttpResponse:
    briefing = booking.briefing
    title = _TITLES[State(booking.state)]
    if briefing.is_cancelled:
        title = "This briefing does not take place"
    elif briefing.has_begun(now) and not booking.is_cancelled:
        title = "This briefing has taken place" if briefing.has_ended(now) else "It is on now"
    elif is_free:
        title = "A seat is free"
    context = {
        "page_title": title,
        "booking": booking,
        "join_link": briefing.join_link if booking.may_join(now) else "",
        "briefing": briefing,
        "token": token,
        "form": form,
        "problem": problem,
        "may_answer": booking.can_be_answered(now),
        "asks": booking.is_waiting or request.GET.get("ask") == "cancel" or form.is_bound,
        "has_ended": briefing.has_ended(now),
    }
    return render(request, "enrolment/manage_booking.html", context)


def _act(
    request: HttpRequest,
    booking: BriefingBooking,
    token: str,
    form: AnswerForm,
    now: datetime,
    *,
    is_free: bool,
) -> HttpResponse:
    act = {CANCEL: cancel_booking, TAKE: take_free_seat}.get(form.given)
    if act:
        try:
            act(booking, by=None, now=now)
        except Refusal as refusal:
            problem = str(refusal)
            return _show(request, booking, token, form, now, is_free=is_free, problem=problem)
    return redirect("enrolment:manage_booking", token)
