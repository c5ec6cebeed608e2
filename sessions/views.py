"""Work Groups' schedules, for everyone, and participants' own pages, for who holds the link."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from enrolment.errors import Refusal
from enrolment.limits import is_over_limit
from enrolment.models import Participant
from mathshub.calendar import CONTENT_TYPE
from mathshub.fragments import render_once
from mathshub.links import BadLink, Link, absolute, make_token, read_token
from mathshub.prepared import prepared
from sessions import bar
from sessions.calendars import own_calendar
from sessions.forms import ApologyForm, LinkRequestForm
from sessions.models import Session
from sessions.schedules import OwnSession, OwnYear, own_schedule
from sessions.services.apologies import check_apology, give_apology, take_back_apology
from sessions.services.own_links import mail_own_links
from sessions.words import day_words
from workgroups.models import WorkGroup

MOST_LINKS = 60  # asked for within ten minutes from one network, which may be a whole school's


@login_not_required
@require_safe
def show_work_group(request: HttpRequest, pk: int) -> HttpResponse:
    """The schedule of a Work Group that is on the public pages; join links are not for everyone."""
    now = timezone.now()
    rows = _work_group_rows(pk=pk)
    if not rows:
        raise Http404
    work_group = rows[0]
    sessions = _sessions_of(work_group=pk)
    offering = work_group.offering
    context = {
        "page_title": f"{offering.programme}: {work_group}",
        "kicker": f"Work Group · {offering.academic_year}",
        "schedule": _schedule(request.hub, rows, sessions, now),  # type: ignore[attr-defined]
    }
    return render(request, "sessions/work_group.html", context)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def request_link(request: HttpRequest) -> HttpResponse:
    """Mail the link to the own page again. Known and unknown addresses get the same answer."""
    if request.method != "POST":
        return _ask_for_address(request, LinkRequestForm())
    now = timezone.now()
    form = LinkRequestForm(request.POST)
    if not form.is_valid():
        return _ask_for_address(request, form)
    if is_over_limit(request, now=now, name="my-link", most=MOST_LINKS):
        context = {"page_title": "Too many links have been asked for"}
        return render(request, "sessions/too_many_links.html", context, status=429)
    mail_own_links(form.cleaned_data["email"], now=now)
    context = {"page_title": "Look in your inbox", "email": form.cleaned_data["email"]}
    return render(request, "sessions/link_sent.html", context)


@login_not_required
@require_safe
def show_my_sessions(request: HttpRequest, token: str) -> HttpResponse:
    """A participant's own page: the next session first, then all of them."""
    participant = _holder("my", token)
    if participant is None:
        return _bad_link(request)
    now = timezone.now()
    schedule = own_schedule(participant, now=now)
    calendar_token = make_token("calendar", participant.pk, participant.link_generation)
    calendar_url = absolute(request.hub, "sessions:calendar_feed", calendar_token)  # type: ignore[attr-defined]
    context = {
        "page_title": schedule.headline,
        "kicker": _whose_year(schedule.years),
        "participant": participant,
        "schedule": schedule,
        "token": token,
        "calendar_url": calendar_url,
        "subscribe_url": f"webcal://{calendar_url.partition('://')[2]}",
    }
    return render(request, "sessions/my_sessions.html", context)


# No CSRF cookie: the form acts for whoever holds the link, and only the link's holder knows its
# address. Under no-referrer browsers send such a form with “Origin: null”, which Django refuses.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer_for_session(request: HttpRequest, token: str, session_pk: int) -> HttpResponse:
    """Say that one can't come to a session, or that one can after all."""
    participant = _holder("my", token)
    if participant is None:
        return _bad_link(request)
    now = timezone.now()
    own = _own_session(participant, session_pk, now)
    is_post = request.method == "POST"
    data = request.POST if is_post else None
    form = ApologyForm(data, session=own.session, has_apology=own.apology is not None)
    context = {"own": own, "form": form, "token": token}
    try:
        check_apology(own.seat, own.session, now=now)
        if is_post and form.is_valid():
            messages.success(request, _answer(own, form, now))
            return redirect("sessions:show_my_sessions", token)
    except Refusal as refusal:
        context |= {"page_title": "You can’t answer for this session here", "refusal": str(refusal)}
        return render(request, "sessions/no_apology.html", context, status=409 if is_post else 200)
    context |= {"page_title": "Tell us whether you can come"}
    return render(request, "sessions/apology.html", context)


@login_not_required
@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """The participant's sessions for a calendar program, which asks again every few hours."""
    try:
        link = read_token("calendar", token)
    except BadLink:
        return _bad_link(request)
    calendar = own_calendar(request.hub, link.pk, link.generation, now=timezone.now())  # type: ignore[attr-defined]
    # Whose calendar holds something has a good link; only an empty one leaves that open.
    if not calendar.rows and not _holders(link).exists():
        return _bad_link(request)
    changed_at = int(calendar.changed_at.timestamp())
    response = get_conditional_response(request, etag=calendar.etag, last_modified=changed_at)
    if response is None:
        response = HttpResponse(calendar.to_ical(), content_type=CONTENT_TYPE)
        response["Content-Disposition"] = 'inline; filename="sessions.ics"'
    response["ETag"] = calendar.etag
    response["Last-Modified"] = http_date(changed_at)
    response["Cache-Control"] = "private, no-cache"  # may be kept, but is asked for each time
    return response


def _schedule(hub: Any, rows: list[Any], sessions: list[Session], now: datetime) -> str:
    """The page's own part: the same for every reader until a row, or what is next, changes."""
    work_group, offering = rows[0], rows[0].offering
    coming = bar.next_session(sessions, now)
    also = {
        "boroughs": tuple(sorted({row.borough for row in rows if row.borough})),
        "leads": tuple(sorted({row.lead for row in rows if row.lead})),
        "cells": tuple(bar.cells(sessions, now=now)),
        "summary": bar.summary(sessions, now=now),
        "is_open": offering.is_open_to_interest(timezone.localdate(now)),
    }
    return render_once(
        "sessions/_schedule.html",
        {
            "hub": hub,
            "work_group": work_group,
            "offering": offering,
            "sessions": sessions,
            "next": coming,
            **also,
        },
        rows=(hub, work_group, offering, offering.programme, *sessions),
        variant=(coming and coming.pk, *also.values()),
    )


@prepared
def _work_group_rows(pk: Any) -> QuerySet[WorkGroup, Any]:
    """The public Work Group once for each pair of ``borough`` and ``lead``: all in one query."""
    return (
        WorkGroup.objects.public()
        .filter(pk=pk)
        .select_related("offering__programme", "offering__academic_year")
        .annotate(
            borough=F("local_authorities__name"),
            lead=F("work_group_leads__member__account__name"),
        )
    )


@prepared
def _sessions_of(work_group: Any) -> QuerySet[Session]:
    return Session.objects.on_the_calendar().filter(work_group=work_group).order_by("number")


def _ask_for_address(request: HttpRequest, form: LinkRequestForm) -> HttpResponse:
    context = {"page_title": "Get the link to your sessions", "form": form}
    return render(request, "sessions/request_link.html", context)


def _holder(purpose: str, token: str) -> Participant | None:
    """The participant whose link this is; None when it is forged or has been replaced."""
    try:
        link = read_token(purpose, token)
    except BadLink:
        return None
    return _holders(link).first()


def _holders(link: Link) -> QuerySet[Participant]:
    """The one participant whom the link was made for, unless it has been replaced."""
    return Participant.objects.filter(pk=link.pk, link_generation=link.generation)


def _whose_year(years: list[OwnYear]) -> str:
    """“Mastery Sustaining · Work Group Hackney and Newham”: of the session that comes next."""
    if not years:
        return ""
    group = years[0].work_group
    return f"{group.offering.programme} · Work Group {group}"


def _bad_link(request: HttpRequest) -> HttpResponse:
    """Not found, and how to get a link that works."""
    context = {"page_title": "This link does not work any more"}
    return render(request, "sessions/bad_link.html", context, status=404)


def _own_session(participant: Participant, session_pk: int, now: datetime) -> OwnSession:
    """The participant's session of that id; raises ``Http404`` when it is somebody else's."""
    for year in own_schedule(participant, now=now).years:
        for own in year.sessions:
            if own.session.pk == session_pk:
                return own
    raise Http404


def _answer(own: OwnSession, form: ApologyForm, now: datetime) -> str:
    """Do what the form says; returns in words what has been done. Raises a ``Refusal``."""
    assert own.session.starts_at is not None
    day = day_words(own.session.starts_at)
    if form.is_apology:
        give_apology(own.seat, own.session, reason=form.cleaned_data["reason"], now=now)
        return f"Thank you for telling us. You are not expected on {day}."
    take_back_apology(own.seat, own.session, now=now)
    return f"Thank you. You are expected on {day}."
