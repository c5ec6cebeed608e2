"""Work Groups: who leads, which schools hold places, and the year as a row of sessions."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from enrolment.admin.words import place_tag
from enrolment.errors import Refusal
from enrolment.models import Place, Seat
from mathshub.accounts.who import account_of
from mathshub.outbox.admin.about import messages_about
from mathshub.scope import current_hub
from mathshub.scope_admin import HubOwnedAdmin, HubOwnedInline
from mathshub.scope_admin.cells import count, tag
from sessions import bar
from sessions.admin.chips import GroupOfferingChips, GroupStateChips, RoomChips
from sessions.admin.planning import PlanningPages
from sessions.admin.words import session_tag
from sessions.models import Session
from sessions.services.changes import publish_sessions
from sessions.words import number_words, when, where
from workgroups.models import HubMember, WorkGroup, WorkGroupLead
from workgroups.permissions import only_own_groups

_STATE_TONES = {
    WorkGroup.State.DRAFT: "plain",
    WorkGroup.State.FORMING: "sun",
    WorkGroup.State.RUNNING: "leaf",
    WorkGroup.State.FINISHED: "plain",
    WorkGroup.State.CANCELLED: "plain",
}


class LeadInline(HubOwnedInline):
    model = WorkGroupLead
    fields = ("member",)
    verbose_name = "Work Group Lead"
    verbose_name_plural = "led by"

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "member":
            kwargs["queryset"] = HubMember.objects.select_related("account")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(WorkGroup)
class WorkGroupAdmin(PlanningPages, HubOwnedAdmin):
    list_heading = "Work Groups"
    list_display = ("name", "year", "fill", "led_by", "state_words")
    list_filter = (GroupStateChips, RoomChips, GroupOfferingChips)
    search_fields = ("name", "offering__programme__name", "usual_venue")
    search_help_text = "Name, programme or venue"
    joins = ("offering__programme", "offering__academic_year")
    inlines = (LeadInline,)
    add_words = "Add a Work Group"
    empty_words = (
        "The Work Groups will stand here, each with its schools and its year. Add the first to an "
        "offering; then offer places to the schools that expressed their interest."
    )
    fields = ("offering", "name", "state", "capacity", "usual_venue", "local_authorities")
    change_form_template = "admin/sessions/work_group.html"

    def narrow(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        return only_own_groups(request.user, rows, "")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        held = Q(places__state__in=Place.HELD)
        return (
            super()
            .get_queryset(request)
            .annotate(held_places=Count("places", filter=held, distinct=True))
            .prefetch_related(
                Prefetch("sessions", Session.objects.order_by("number")),
                Prefetch(
                    "work_group_leads", WorkGroupLead.objects.select_related("member__account")
                ),
            )
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The offering stays: the schools' interest was in it."""
        return ("offering",) if obj else ()

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "capacity":
            words = "A Work Group takes one school at least."
            kwargs |= {"min_value": 1, "error_messages": {"min_value": words}}
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "local_authorities":
            kwargs["queryset"] = current_hub().local_authorities.all()
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "offering":
            model = db_field.remote_field.model
            kwargs["queryset"] = model.objects.select_related("programme", "academic_year")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a draft in which nothing has happened; any other is cancelled by its state."""
        may = super().has_delete_permission(request, obj)
        return may and (obj is None or _is_untouched(obj))

    def object_title(self, obj: WorkGroup) -> str:
        return f"{obj}: {obj.offering}"

    # --- the list's columns ---

    def row_note(self, request: HttpRequest, obj: WorkGroup) -> str:
        return str(obj.offering)

    @admin.display(description="sessions")
    def year(self, group: WorkGroup) -> SafeString:
        return mini_bar(list(group.sessions.all()))

    @admin.display(description="places", ordering="held_places")
    def fill(self, group: Any) -> str:
        return f"{group.held_places} of {group.capacity}"

    @admin.display
    def led_by(self, group: WorkGroup) -> str:
        return ", ".join(str(lead.member) for lead in group.work_group_leads.all()) or "nobody yet"

    @admin.display(description="state", ordering="state")
    def state_words(self, group: WorkGroup) -> SafeString:
        return state_tag(group)

    # --- one group ---

    def facts(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        now = timezone.now()
        sessions = list(obj.sessions.all())
        return {
            "buttons": self._buttons(request, obj, sessions),
            "state": state_tag(obj),
            "led_by": self.led_by(obj),
            "boroughs": ", ".join(map(str, obj.local_authorities.all())),
            "places_heading": f"{obj.held_places} of {obj.capacity} places are held",
            "places": places_of(obj),
            "cells": bar.cells(sessions, now=now),
            "summary": bar.summary(sessions, now=now),
            "sessions": [_session_row(session) for session in sessions],
            "public_url": reverse("sessions:show_work_group", args=[obj.pk])
            if obj.is_public
            else "",
            **messages_about(request, work_group=obj),
        }

    def _buttons(
        self, request: HttpRequest, group: WorkGroup, sessions: list[Session]
    ) -> list[dict[str, Any]]:
        write = f"{reverse('admin:enrolment_mailing_add')}?work_group={group.pk}"
        writes = [(write, "Write to everyone with a seat")]
        if not request.user.has_perm("enrolment.add_mailing"):
            writes = []
        if not self.has_change_permission(request, group):
            return [{"url": url, "words": words, "first": False} for url, words in writes]
        buttons = []
        planned = sum(session.state == Session.State.PLANNED for session in sessions)
        if planned:
            words = f"Publish {count(planned, 'session')}"
            buttons.append((self.url("publish", group.pk), words))
        if group.takes_schools:
            usual = group.offering.programme.usual_sessions
            words = "Create more sessions" if sessions else f"Create {number_words(usual)} sessions"
            buttons.append((self.url("plan", group.pk), words))
            waiting = reverse("admin:enrolment_expressionofinterest_changelist")
            choose = f"{waiting}?offering={group.offering_id}&state=received"
            buttons.append((choose, "Choose schools for it"))
        buttons += writes
        is_next = planned or not sessions  # else nothing on this page is the obvious thing to do
        return [
            {"url": url, "words": words, "first": bool(is_next) and number == 0}
            for number, (url, words) in enumerate(buttons)
        ]

    def own_urls(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        return [*self.planning_urls(), ("<int:pk>/publish/", self.publish, "publish")]

    def publish(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the planned sessions to participants."""
        group = self.row_or_404(request, pk, change=True)
        back = self.url("change", pk)
        planned = [each for each in group.sessions.all() if each.state == Session.State.PLANNED]
        if request.method == "POST":
            try:
                number = publish_sessions(group, by=account_of(request), now=timezone.now())
            except Refusal as refusal:
                return self.done(request, str(refusal), to=back, level=messages.ERROR)
            return self.done(request, f"{count(number, 'session')} published.", to=back)
        return self.form_page(
            request,
            title=f"Publish {count(len(planned), 'session')} of {group}?",
            will=[
                *(f"Session {each.number}: {when(each)}" for each in planned),
                "They stand on the participants’ pages and in their calendars at once.",
                "No e-mail goes now; reminders "
                + (
                    "go by themselves."
                    if group.offering.messages_on
                    else "are off: turn them on in the offering."
                ),
                "A published session can be moved or cancelled, but no longer removed.",
            ],
            button=f"Publish {count(len(planned), 'session')}, no e-mail",
            back=back,
        )


def _is_untouched(group: WorkGroup) -> bool:
    return group.state == WorkGroup.State.DRAFT and not group.places.held().exists()  # type: ignore[attr-defined]


def state_tag(group: WorkGroup) -> SafeString:
    return tag(group.get_state_display(), _STATE_TONES[WorkGroup.State(group.state)])


def mini_bar(sessions: list[Session]) -> SafeString:
    """A Work Group's year in miniature, with its words."""
    if not sessions:
        return mark_safe("no sessions yet")
    now = timezone.now()
    return render_to_string(
        "_bar.html",
        {
            "cells": bar.cells(sessions, now=now),
            "mini": True,
            "summary": bar.summary(sessions, now=now),
            "staff": True,
        },
    )


def places_of(group: WorkGroup) -> list[dict[str, Any]]:
    """The group's places with their seats, those that are held first."""
    today = timezone.localdate()
    current = Q(held_until=None) | Q(held_until__gte=today)
    seats = Seat.objects.filter(current).select_related("participant")
    places = (
        group.places.select_related("school__local_authority")
        .prefetch_related(Prefetch("seats", seats, to_attr="current_seats"))
        .order_by("school__name")
    )
    limit = group.offering.programme.seats_per_school
    rows = [
        {
            "place": place,
            "url": reverse("admin:enrolment_place_change", args=[place.pk]),
            "tag": place_tag(place),
            "seats": place.current_seats,
            "free": max(0, limit - len(place.current_seats))
            if place.state == Place.State.ACCEPTED
            else 0,
        }
        for place in places
    ]
    return sorted(rows, key=lambda row: row["place"].state not in Place.HELD)


def _session_row(session: Session) -> dict[str, Any]:
    return {
        "session": session,
        "url": reverse("admin:workgroup_sessions_session_change", args=[session.pk]),
        "when": when(session),
        "where": where(session),
        "tag": session_tag(session, timezone.now()),
    }
