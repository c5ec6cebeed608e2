"""Sessions: the list across Work Groups, and moving, switching, cancelling one."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from enrolment.models import Seat
from mathshub.accounts.who import account_of
from mathshub.outbox.admin.about import messages_about
from mathshub.scope_admin import HubOwnedAdmin, SeenForm, posted, with_row_lock
from mathshub.scope_admin.cells import tag
from mathshub.scope_admin.widgets import DateInput, TimeInput
from sessions.admin.chips import ModeChips, SessionStateChips, WhenChips
from sessions.admin.telling import TellingPages
from sessions.admin.words import session_tag
from sessions.models import Apology, Session
from sessions.services.changes import cancel_session, move_session
from sessions.services.planner import reasons_against
from sessions.times import NoSuchTime, at_wall_time, london_day
from sessions.words import day_words, when, where
from workgroups.permissions import only_own_groups

TOLD_OF_CHANGE = (
    "one e-mail each in ten minutes, with what it was and what it is, and their calendars follow. "
    "Several changes within ten minutes make one e-mail, a change back makes none; within the hour "
    "before the session it goes at once."
)
TOLD_OF_CANCELLATION = "one e-mail each at once; the session leaves their calendars."


class MoveForm(SeenForm, forms.Form):
    """All that a session's participants must know, in one place.

    A day in the holidays, or one that the hub avoids, is pointed out once. Sending the form again
    is then a decision: areas and schools differ.
    """

    day = forms.DateField(
        required=False, widget=DateInput, help_text="Leave empty while it is to be confirmed."
    )
    starts = forms.TimeField(label="From", required=False, widget=TimeInput)
    ends = forms.TimeField(label="To", required=False, widget=TimeInput)
    mode = forms.ChoiceField(
        label="How it is held", choices=Session.Mode.choices, widget=forms.RadioSelect
    )
    venue = forms.CharField(max_length=200, required=False)
    join_link = forms.URLField(
        label="Link to join",
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text="Shown to the participants of this group only.",
    )
    day_pointed_out = forms.DateField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, session: Session, **options: Any) -> None:
        self.session = session
        super().__init__(data, **options)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors:
            return given
        parts = [given["day"], given["starts"], given["ends"]]
        if any(parts) and not all(parts):
            raise forms.ValidationError("Give the day and both times, or none of them.")
        try:
            given["starts_at"] = at_wall_time(parts[0], parts[1]) if all(parts) else None
            given["ends_at"] = at_wall_time(parts[0], parts[2]) if all(parts) else None
        except NoSuchTime as error:
            raise forms.ValidationError(f"That day has {error}.") from error
        if given["day"] and "day" in self.changed_data:
            self._point_out(given["day"], given["day_pointed_out"])
        return given

    def _point_out(self, day: date, pointed_out: date | None) -> None:
        """Raise once for a day on which the planner would place no session."""
        reasons = reasons_against(self.session.work_group, day)
        if not reasons or day == pointed_out:
            return
        sent: Any = self.data.copy()  # type: ignore[attr-defined]
        sent["day_pointed_out"] = day.isoformat()
        self.data = sent
        raise forms.ValidationError(
            f"{day_words(day)} {day.year}: {', '.join(reasons)}. Nothing is changed yet. Save again "
            "to hold the session on that day all the same, or choose another one."
        )


class SwitchForm(SeenForm, forms.Form):
    join_link = forms.URLField(
        label="Link to join",
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text="It can follow later. Shown to the participants of this group only.",
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="Why",
        max_length=80,
        help_text="Stays on the record, for example “snow”. Participants are not shown it.",
        error_messages={"required": "Say why it is cancelled."},
    )


@admin.register(Session)
class SessionAdmin(TellingPages, HubOwnedAdmin):
    list_heading = "Sessions"
    list_display = ("group", "when", "how", "where", "state_words")
    list_filter = (WhenChips, SessionStateChips, ModeChips)
    search_fields = ("work_group__name", "venue", "title")
    search_help_text = "Work Group, venue or title"
    joins = ("work_group__offering__programme", "work_group__offering__academic_year")
    ordering = (F("starts_at").asc(nulls_last=True), "work_group__name", "number")
    empty_words = (
        "The sessions of all Work Groups will stand here by date. They are created on the page "
        "of each Work Group."
    )
    fields = ("title", "bring")
    change_form_template = "admin/sessions/session.html"

    def narrow(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        return only_own_groups(request.user, rows, "work_group")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Sessions are created on their Work Group's page."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only one that nobody has been told of."""
        may = super().has_delete_permission(request, obj)
        return may and (obj is None or obj.state == Session.State.PLANNED)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Title and what to bring stand in calendars too, which follow a raised sequence."""
        if form.changed_data:
            obj.sequence += 1
        super().save_model(request, obj, form, change)

    # --- the list's columns ---

    @admin.display(description="Work Group", ordering="work_group__name")
    def group(self, session: Session) -> str:
        return f"{session.work_group}, session {session.number}"

    def row_note(self, request: HttpRequest, obj: Session) -> str:
        return str(obj.work_group.offering)

    @admin.display(ordering="starts_at")
    def when(self, session: Session) -> str:
        return when(session)

    @admin.display(ordering="mode")
    def how(self, session: Session) -> str:
        return session.get_mode_display()

    @admin.display(ordering="venue")
    def where(self, session: Session) -> str:
        return where(session)

    @admin.display(description="state", ordering="state")
    def state_words(self, session: Session) -> SafeString:
        return session_tag(session, timezone.now())

    # --- one session ---

    def facts(self, request: HttpRequest, obj: Session) -> dict[str, Any]:
        may_join = self.has_change_permission(request, obj)
        return {
            "buttons": self._buttons(request, obj),
            "state": session_tag(obj, timezone.now()),
            "when": when(obj),
            "where": where(obj),
            "how": obj.get_mode_display(),
            "join_link": obj.join_link if may_join else "",
            "group_url": reverse("admin:workgroups_workgroup_change", args=[obj.work_group_id]),
            "against": _against(obj),
            "expected": expected_at(obj),
            **messages_about(request, session=obj),
        }

    def _buttons(self, request: HttpRequest, session: Session) -> list[dict[str, Any]]:
        ended = session.state == Session.State.CANCELLED or session.has_taken_place(timezone.now())
        if ended or not self.has_change_permission(request, session):
            return []
        buttons = [("move", "Move it, or change how it is held")]
        if session.mode != Session.Mode.VIRTUAL:
            buttons.append(("switch", "Switch to virtual"))
        if session.state == Session.State.PUBLISHED:
            buttons.append(("cancel", "Cancel the session"))
        return [
            {"url": self.url(name, session.pk), "words": words, "first": number == 0}
            for number, (name, words) in enumerate(buttons)
        ]

    def own_urls(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        return [
            ("<int:pk>/move/", self.move, "move"),
            ("<int:pk>/switch/", self.switch, "switch"),
            ("<int:pk>/cancel/", self.cancel, "cancel"),
        ]

    @with_row_lock
    def move(self, request: HttpRequest, pk: int) -> HttpResponse:
        session = self.row_or_404(request, pk, change=True)
        form = MoveForm(posted(request), session=session, initial=_as_it_is(session))
        return self.tell(
            request,
            session,
            form,
            title=f"Move session {session.number} of {session.work_group}",
            lead=f"It is on {when(session)}."
            if session.starts_at
            else "Its date is to be confirmed.",
            button="Save the change",
            told_when=TOLD_OF_CHANGE,
            words=_now_words,
            act=lambda tells: move_session(
                session,
                starts_at=form.cleaned_data["starts_at"],
                ends_at=form.cleaned_data["ends_at"],
                mode=form.cleaned_data["mode"],
                venue=form.cleaned_data["venue"],
                join_link=form.cleaned_data["join_link"],
                by=account_of(request),
                now=timezone.now(),
                tells=tells,
            ),
        )

    @with_row_lock
    def switch(self, request: HttpRequest, pk: int) -> HttpResponse:
        session = self.row_or_404(request, pk, change=True)
        form = SwitchForm(posted(request), initial={"join_link": session.join_link})
        return self.tell(
            request,
            session,
            form,
            title=f"Hold session {session.number} of {session.work_group} online?",
            lead=f"{when(session)} stays.",
            button="Switch to virtual",
            told_when=TOLD_OF_CHANGE,
            words=_now_words,
            act=lambda tells: move_session(
                session,
                starts_at=session.starts_at,
                ends_at=session.ends_at,
                mode=Session.Mode.VIRTUAL,
                join_link=form.cleaned_data["join_link"],
                by=account_of(request),
                now=timezone.now(),
                tells=tells,
            ),
        )

    def cancel(self, request: HttpRequest, pk: int) -> HttpResponse:
        session = self.row_or_404(request, pk, change=True)
        form = ReasonForm(posted(request))
        return self.tell(
            request,
            session,
            form,
            title=f"Cancel session {session.number} of {session.work_group}?",
            lead=f"{when(session)}. It stays on pages, marked as cancelled; its reminders stop.",
            button="Cancel the session",
            told_when=TOLD_OF_CANCELLATION,
            words=_now_words,
            danger=True,
            act=lambda tells: cancel_session(
                session,
                reason=form.cleaned_data["reason"],
                by=account_of(request),
                now=timezone.now(),
                tells=tells,
            ),
        )


def _against(session: Session) -> str:
    """Why the day of a session to come is an odd one: terms, too, are corrected at times."""
    is_off = session.state == Session.State.CANCELLED
    if is_off or session.starts_at is None or session.has_taken_place(timezone.now()):
        return ""
    return ", ".join(reasons_against(session.work_group, london_day(session.starts_at)))


def expected_at(session: Session) -> list[dict[str, Any]]:
    """Who holds a seat on the day of the session, and who has said that they can't come."""
    day = london_day(session.starts_at) if session.starts_at else timezone.localdate()
    seats = (
        Seat.objects.held_on(day)
        .filter(place__work_group=session.work_group_id)
        .select_related("participant", "place__school")
        .order_by("place__school__name", "role", "pk")
    )
    apologies = {each.seat_id: each for each in Apology.objects.filter(session=session)}
    return [
        {
            "participant": seat.participant,
            "url": reverse("admin:enrolment_participant_change", args=[seat.participant_id]),
            "school": seat.place.school,
            "apology": apologies.get(seat.pk),
            "tag": tag("can’t come", "sun") if seat.pk in apologies else tag("expected", "plain"),
        }
        for seat in seats
    ]


def _as_it_is(session: Session) -> dict[str, Any]:
    def local(moment: datetime | None) -> datetime | None:
        return timezone.localtime(moment) if moment else None

    starts, ends = local(session.starts_at), local(session.ends_at)
    return {
        "day": starts.date() if starts else None,
        "starts": starts.time() if starts else None,
        "ends": ends.time() if ends else None,
        "mode": session.mode,
        "venue": session.venue,
        "join_link": session.join_link,
    }


def _now_words(session: Session) -> str:
    if session.state == Session.State.CANCELLED:
        return f"Session {session.number} is cancelled."
    if session.starts_at is None:
        return f"Session {session.number} is to be confirmed."
    return f"Session {session.number} is on {when(session)}, {session.get_mode_display()}."
