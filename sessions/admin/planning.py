"""“Create six sessions”: the rhythm in a form, the proposal with what was passed over, then the rows."""

from collections.abc import Callable
from datetime import date, time
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from enrolment.errors import Refusal
from mathshub.accounts.who import account_of
from mathshub.scope_admin import PortalAdmin
from mathshub.scope_admin.cells import count
from mathshub.scope_admin.widgets import DateInput, TimeInput
from sessions.models import Session
from sessions.services.changes import create_sessions
from sessions.services.planner import USUAL_SLOTS, Plan, Slot, plan_sessions
from sessions.words import day_words, number_words, time_words
from workgroups.models import WorkGroup

F, T, V = Session.Mode.FACE_TO_FACE, Session.Mode.TWILIGHT, Session.Mode.VIRTUAL

# Name, words, and the modes: the first ones once, then the others in turn.
PATTERNS: dict[str, tuple[str, list[Session.Mode], list[Session.Mode]]] = {
    "twilight": ("all twilight", [], [T]),
    "virtual": ("all virtual", [], [V]),
    "face_to_face": ("all face to face", [], [F]),
    "first_face_to_face": ("the first face to face, the others twilight", [F], [T]),
    "first_then_virtual": ("the first face to face, the others virtual", [F], [V]),
    "in_turn": ("face to face and virtual in turn", [], [F, V]),
}
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]


class PlanForm(forms.Form):
    count = forms.IntegerField(label="How many sessions", min_value=1, max_value=12)
    first_on = forms.DateField(
        label="First date, or the first after it on the weekday",
        widget=DateInput,
        error_messages={"required": "Give the first date."},
    )
    weekday = forms.TypedChoiceField(choices=list(enumerate(WEEKDAYS)), coerce=int)
    every_weeks = forms.IntegerField(
        label="Weeks from one session to the next", min_value=1, max_value=18, initial=5
    )
    pattern = forms.ChoiceField(
        label="How they are held",
        widget=forms.RadioSelect,
        choices=[(name, words) for name, (words, _, _) in PATTERNS.items()],
        error_messages={"required": "Choose how the sessions are held."},
    )
    starts = forms.TimeField(
        label="From",
        required=False,
        widget=TimeInput,
        help_text="Left empty: twilight 15:45 to 17:15, virtual 16:00 to 17:30, "
        "face to face 13:00 to 16:00.",
    )
    ends = forms.TimeField(label="To", required=False, widget=TimeInput)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        starts, ends = given.get("starts"), given.get("ends")
        if bool(starts) != bool(ends):
            self.add_error("ends", "Give both times, or neither for the usual ones.")
        elif starts and ends and ends <= starts:
            self.add_error("ends", "The session must end after it starts.")
        return given

    def plan(self, group: WorkGroup) -> Plan:
        """The proposal; raises ``PlanError``."""
        given = self.cleaned_data
        return plan_sessions(
            group,
            first_on=given["first_on"],
            weekday=given["weekday"],
            every_weeks=given["every_weeks"],
            count=given["count"],
            pattern=slots(given["pattern"], given["count"], given["starts"], given["ends"]),
        )


class PlanningPages(PortalAdmin):
    def planning_urls(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        return [("<int:pk>/plan/", self.plan, "plan")]

    def plan(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask (GET), propose (GET with a first date), create (POST)."""
        group = self.row_or_404(request, pk, change=True)
        if not request.user.has_perm("workgroup_sessions.add_session"):
            raise PermissionDenied
        given = request.POST if request.method == "POST" else request.GET
        form = PlanForm(given if "first_on" in given else None, initial=_first_guess(group))
        if not form.is_valid() or "edit" in given:
            return self._ask(request, group, form)
        try:
            plan = form.plan(group)
            if request.method == "POST":
                return self._create(request, group, plan)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            return self._ask(request, group, form)
        return self._propose(request, group, form, plan)

    def _ask(self, request: HttpRequest, group: WorkGroup, form: PlanForm) -> HttpResponse:
        number = number_words(group.offering.programme.usual_sessions)
        return self.page(
            request,
            "admin/sessions/plan.html",
            title=f"Create {number} sessions for {group}",
            form=form,
            boroughs=", ".join(map(str, group.local_authorities.all())),
            back=self.url("change", group.pk),
        )

    def _propose(
        self, request: HttpRequest, group: WorkGroup, form: PlanForm, plan: Plan
    ) -> HttpResponse:
        number = count(len(plan.sessions), "session")
        return self.page(
            request,
            "admin/sessions/plan_preview.html",
            title=f"Create {number} for {group}?",
            form=form,
            planned=[_row(each) for each in plan.sessions],
            skipped=plan.skipped,
            button=f"Create {number}, no e-mail",
            back=f"{self.url('plan', group.pk)}?edit=yes&{request.GET.urlencode()}",
        )

    def _create(self, request: HttpRequest, group: WorkGroup, plan: Plan) -> HttpResponse:
        sessions = create_sessions(
            group,
            planned=plan.sessions,
            by=account_of(request),
            now=timezone.now(),
        )
        words = f"{count(len(sessions), 'session')} planned. Participants see them once published."
        return self.done(request, words, to=self.url("change", group.pk))


def slots(pattern: str, number: int, starts: time | None, ends: time | None) -> list[Slot]:
    """The slot of each of ``number`` sessions; the usual times unless both are given."""
    _, first, others = PATTERNS[pattern]
    modes = [*first, *others * number][:number]
    return [Slot(mode, starts, ends) if starts and ends else USUAL_SLOTS[mode] for mode in modes]


def _first_guess(group: WorkGroup) -> dict[str, Any]:
    """The third week of the year's term, on a Thursday, about one session each half-term."""
    year = group.offering.academic_year
    return {
        "count": group.offering.programme.usual_sessions,
        "first_on": max(date(year.start_year, 9, 20), timezone.localdate()),
        "weekday": 3,
        "every_weeks": 5,
        "pattern": "face_to_face",
    }


def _row(planned: Any) -> dict[str, str]:
    return {
        "day": day_words(planned.day),
        "times": f"{time_words(planned.starts_at)} to {time_words(planned.ends_at)}",
        "mode": planned.mode.label,
    }
