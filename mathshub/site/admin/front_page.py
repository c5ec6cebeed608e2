"""The admin's front page: what waits, each figure a link to exactly the rows that it counts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from enrolment.admin.words import (
    borough_words,
    eligibilities_of,
    eligibility_tag,
    own_area,
    page_of,
)
from enrolment.models import ExpressionOfInterest, Place, UnmatchedLine
from mathshub.outbox.admin import alarms, hold_notices, queue_words
from mathshub.outbox.models import Message
from mathshub.scope_admin import PortalAdmin
from mathshub.site.admin.first_steps import first_steps
from sessions.admin.work_groups import mini_bar
from sessions.models import Session
from workgroups.admin.imports import register_alarms
from workgroups.models import SchoolLink, SuccessionDecision, WorkGroup

NEW = "new expression{s} of interest"
# What is shown only where there is any.
LEADS = "lead{s} to keep in mind: maybe, or not this year"
UNMATCHED = "expression{s} whose school is not matched"
MERGERS = "merger{s} or split{s} to decide"
DOUBTS = "decision{s} on mergers to look at again"
BACK = "message{s} of the last seven days came back"

NEWEST_SHOWN = 8
GROUPS_SHOWN = 12

# Lists that no figure leads to: heading, then model (with a chip) and words of each.
SET_UP = [
    (
        "Programmes",
        [
            ("workgroups.programme", "Programmes"),
            ("workgroups.offering", "Offerings"),
            ("enrolment.question", "Questions of our own"),
            ("workgroups.termdate", "Term dates"),
            ("workgroups.daytoavoid", "Days to avoid"),
            ("enrolment.openingnotice", "Addresses that wait for a window"),
            ("enrolment.briefing", "Briefings"),
            ("enrolment.briefingbooking", "Bookings for briefings"),
        ],
    ),
    (
        "Taking part",
        [
            ("enrolment.place", "Places"),
            ("enrolment.participant", "Participants"),
            ("enrolment.pastparticipation", "Past participation"),
            ("workgroup_sessions.session?when=to-come", "Sessions to come"),
        ],
    ),
    (
        "Messages",
        [
            ("enrolment.mailing", "Messages to many"),
            ("outbox.wording", "Wording of e-mails"),
            ("outbox.hold", "Messages that are held"),
            ("outbox.suppression", "Addresses that refuse mail"),
            ("outbox.optout", "Mail not wanted"),
        ],
    ),
    (
        "The hub",
        [
            ("workgroups.hub", "Settings of the hub"),
            ("workgroups.hubmember", "Members of staff"),
            ("accounts.account", "Accounts"),
            ("workgroups.schoollink", "Mergers and splits of schools"),
            ("workgroups.successiondecision", "Decisions on mergers"),
            ("workgroups.registerimport", "Imports of the register"),
        ],
    ),
]


@dataclass(frozen=True)
class Figure:
    """A number with its words and the list behind it; hot when something is late or has failed."""

    number: int
    words: str  # as they follow this number: “1 message failed”, “2 messages failed”
    url: str
    is_hot: bool = False


def front_page(request: HttpRequest, now: datetime) -> dict[str, Any]:
    """All that the front page shows to this person at ``now``."""
    today = timezone.localdate(now)
    return {
        "title": f"{today:%A} {today.day} {today:%B}: what waits",
        "alarms": [*alarms(now), *register_alarms(request, now)],
        "queue_words": queue_words(now) if request.user.has_perm("outbox.view_message") else "",
        "holds": hold_notices(now) if request.user.has_perm("outbox.view_hold") else [],
        "steps": first_steps(request),
        "figures": figures(request),
        "expressions": newest_expressions(request, now),
        "groups": work_groups(request),
        "set_up": set_up_links(request),
    }


def figures(request: HttpRequest) -> list[Figure]:
    """The figures that this person may look into."""
    late = _count(request, Place, state="late")
    unanswered = "offer{s} unanswered" + (f", {late} late" if late else "")
    asked = [
        _figure(request, ExpressionOfInterest, NEW, state="received", appetite="yes"),
        _if_any(_figure(request, ExpressionOfInterest, LEADS, state="received", appetite="lead")),
        _if_any(
            _figure(
                *(request, ExpressionOfInterest, UNMATCHED), state="received", borough="unmatched"
            )
        ),
        _figure(request, Place, unanswered, is_late=bool(late), state="offered"),
        _figure(request, UnmatchedLine, "line{s} without a school", state="waiting"),
        _if_any(_figure(request, SchoolLink, MERGERS, decision="to-decide")),
        _if_any(_figure(request, SuccessionDecision, DOUBTS, register="differs")),
        _figure(request, WorkGroup, "Work Group{s} not full", room="yes"),
        _figure(request, Session, "session{s} this week", when="this-week"),
        _figure(request, Message, "message{s} failed", is_late=True, state="failed"),
        _if_any(_figure(request, Message, BACK, is_late=True, state="came-back", when="last-week")),
        _figure(request, Message, "message{s} to go out by Friday", when="by-friday"),
    ]
    return [figure for figure in asked if figure is not None]


def _if_any(figure: Figure | None) -> Figure | None:
    """What is rare has no figure while there is none of it."""
    return figure if figure and figure.number else None


def _figure(
    request: HttpRequest,
    model: type[models.Model],
    words: str,
    *,
    is_late: bool = False,
    **chips: str,
) -> Figure | None:
    """The number of rows that chips of the model's list leave, with the address of that list."""
    number = _count(request, model, **chips)
    if number is None:
        return None
    url = f"{list_url(model)}?{urlencode(chips)}"
    words = words.format(s="" if number == 1 else "s")
    return Figure(number, words, url, is_hot=is_late and number > 0)


def _count(request: HttpRequest, model: type[models.Model], **chips: str) -> int | None:
    owner = _admin_of(model)
    if not owner.has_view_permission(request):
        return None
    filters = {each.parameter_name: each for each in owner.chip_filters(request)}
    chosen = [
        next(chip.rows for chip in filters[name].chips(request) if chip.value == value)
        for name, value in chips.items()
    ]
    return owner.get_queryset(request).filter(*chosen).count()


def newest_expressions(request: HttpRequest, now: datetime) -> list[dict[str, Any]] | None:
    """The newest expressions that wait for a decision; None to whom they are not shown."""
    owner = _admin_of(ExpressionOfInterest)
    if not owner.has_view_permission(request):
        return None
    area = own_area(request)
    new = ExpressionOfInterest.objects.new()
    newest = owner.get_queryset(request).filter(pk__in=new).order_by("-submitted_at")
    rows = list(newest[:NEWEST_SHOWN])
    eligibilities = eligibilities_of(rows)
    return [
        {
            "row": row,
            "url": page_of(row),
            "borough": borough_words(row.school, area),
            "eligible": eligibility_tag(eligibilities[row.pk]),
            "days": (now - row.submitted_at).days,
        }
        for row in rows
    ]


def work_groups(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups that form or run, with how full they are and where their year stands."""
    owner = _admin_of(WorkGroup)
    if not owner.has_view_permission(request):
        return []
    active = [WorkGroup.State.FORMING, WorkGroup.State.RUNNING]
    rows = owner.get_queryset(request).filter(state__in=active)
    # Running ones before those that still take schools.
    rows = rows.order_by("-state", "offering__programme__position", "name")
    return [
        {
            "group": group,
            "url": reverse("admin:workgroups_workgroup_change", args=[group.pk]),
            "bar": mini_bar(list(group.sessions.all())),
        }
        for group in rows[:GROUPS_SHOWN]
    ]


def set_up_links(request: HttpRequest) -> list[dict[str, Any]]:
    """The other lists that this person may see, under their headings."""
    return [{"title": title, "links": _links(request, models)} for title, models in SET_UP]


def _links(request: HttpRequest, names: list[tuple[str, str]]) -> list[dict[str, str]]:
    links = []
    for name, words in names:
        label, _, chip = name.partition("?")
        model = apps.get_model(label)
        if _admin_of(model).has_view_or_change_permission(request):
            url = f"{list_url(model)}?{chip}" if chip else list_url(model)
            links.append({"url": url, "words": words})
    return links


def _admin_of(model: type[models.Model]) -> PortalAdmin:
    owner = admin.site.get_model_admin(model)
    assert isinstance(owner, PortalAdmin)  # the site registers no others
    return owner


def list_url(model: type[models.Model]) -> str:
    """The address of the model's list."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
