"""Mergers and splits of schools: whether a closed school's history counts for another one."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from enrolment.admin.chips import ChoiceChips
from enrolment.admin.words import page_of, place_tag
from enrolment.models import PastParticipation, Place
from enrolment.services.participation import lock_past
from enrolment.services.successions import MOST_URGENT_FIRST, mergers_and_splits
from mathshub.accounts.who import account_of
from mathshub.scope_admin import Chip, ChipFilter, RegisterAdmin, SeenForm, posted, with_lock
from mathshub.scope_admin.cells import tag
from mathshub.scope_admin.history import changes_of
from workgroups.errors import Refusal
from workgroups.models import School, SchoolLink, SuccessionDecision
from workgroups.services.succession import decide_succession

MAY_SEE = "workgroups.view_successiondecision"
MAY_DECIDE = "workgroups.change_successiondecision"


# Where the hub has no records of the closed school, nothing hangs on a decision yet.
TO_DECIDE = Q(counts__isnull=True, has_records=True)


class DecisionForm(SeenForm, forms.Form):
    counts = forms.TypedChoiceField(
        label="Does its history count?",
        choices=[
            ("yes", "Yes: what it took part in counts for the other school"),
            ("no", "No: the other school begins anew"),
        ],
        coerce=lambda choice: choice == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether its history counts."},
    )
    reason = forms.CharField(
        label="Why",
        max_length=300,
        help_text="For the hub’s record, for example “The head and most of the staff went over”.",
        error_messages={"required": "Say why, in a few words: others will ask in a year or two."},
    )


class DecisionChips(ChipFilter):
    title = "decision"
    parameter_name = "decision"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        return [
            Chip("to-decide", "to be decided", TO_DECIDE),
            Chip("counts", "its history counts", Q(counts=True)),
            Chip("not", "does not count", Q(counts=False)),
        ]


class RecordChips(ChipFilter):
    title = "the closed school"
    parameter_name = "records"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        return [
            Chip("yes", "we have records of it", Q(has_records=True)),
            Chip("no", "we have none", Q(has_records=False)),
        ]


class KindChips(ChoiceChips):
    title = "what happened"
    parameter_name = "kind"
    values = SchoolLink.Kind


@admin.register(SchoolLink)
class SchoolLinkAdmin(RegisterAdmin):
    """The pairs are the register's; the decisions are this hub's."""

    list_heading = "Mergers and splits"
    list_display = ("closed_school", "went_to", "what", "records", "decision")
    list_filter = (DecisionChips, RecordChips, KindChips)
    search_fields = ("predecessor_name", "successor_name", "=predecessor_urn", "=successor_urn")
    search_help_text = "Name or URN of either school"
    empty_words = (
        "When schools of your area merge or split, the register can’t say whose history is whose: "
        "you decide it here. The pairs come with the register’s file of links, which whoever runs "
        "the portal imports. Schools that only became academies need no decision."
    )
    change_form_template = "admin/enrolment/succession.html"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(MAY_SEE)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return mergers_and_splits()

    def get_ordering(self, request: HttpRequest) -> Any:
        return MOST_URGENT_FIRST

    # --- the list ---

    @admin.display(description="closed school")
    def closed_school(self, pair: Any) -> str:
        return pair.predecessor_name

    def row_note(self, request: HttpRequest, obj: Any) -> str:
        return " · ".join([f"URN {obj.predecessor_urn}", *_closed(obj)])

    @admin.display(description="other school")
    def went_to(self, pair: Any) -> str:
        return pair.successor_name

    @admin.display(description="what happened")
    def what(self, pair: Any) -> str:
        return pair.get_kind_display()

    @admin.display(description="our records")
    def records(self, pair: Any) -> SafeString | str:
        return tag("on record", "sun") if pair.has_records else "none"

    @admin.display(description="its history")
    def decision(self, pair: Any) -> SafeString:
        return decision_tag(pair)

    # --- the page of a pair ---

    def object_title(self, obj: Any) -> str:
        return f"{obj.predecessor_name} and {obj.successor_name}"

    def facts(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        schools = School.objects.select_related("local_authority").in_bulk(
            [obj.predecessor_id, obj.successor_id]
        )
        closed, other = schools[obj.predecessor_id], schools[obj.successor_id]
        decision = self._decision(obj)
        return {
            "facts": _pair_facts(obj),
            "schools": [
                _school_facts("The closed school", closed),
                _school_facts("The other", other),
            ],
            "decision": decision,
            "decision_tag": decision_tag(obj),
            "may_decide": request.user.has_perm(MAY_DECIDE),
            "decide_url": self.url("decide", obj.pk),
            "history_url": self.url("history", obj.pk),
            "participations": PastParticipation.objects.filter(school=closed).select_related(
                "programme", "academic_year"
            ),
            "places": [
                {"row": each, "url": page_of(each), "tag": place_tag(each)}
                for each in Place.objects.filter(school=closed).select_related(
                    "work_group__offering__programme", "work_group__offering__academic_year"
                )
            ],
        }

    def _decision(self, pair: Any) -> SuccessionDecision | None:
        return (
            SuccessionDecision.objects.select_related("decided_by")
            .filter(predecessor=pair.predecessor_id, successor=pair.successor_id)
            .first()
        )

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """What was decided, and by whom."""
        pair = self.row_or_404(request, object_id)
        decision = self._decision(pair)
        return self.page(
            request,
            "admin/history.html",
            title=f"What was decided: {self.object_title(pair)}",
            original=pair,
            changes=changes_of(decision) if decision else [],
        )

    def own_urls(self) -> list:
        return [("<int:pk>/decide/", self.decide, "decide")]

    @with_lock(lock_past)
    def decide(self, request: HttpRequest, pk: int) -> HttpResponse:
        pair = self.row_or_404(request, pk)
        if not request.user.has_perm(MAY_DECIDE):
            raise PermissionDenied
        decision = self._decision(pair)
        form = DecisionForm(posted(request), initial=_initial(decision))
        if form.is_valid() and self._decide(request, pair, form):
            counts = "counts" if form.cleaned_data["counts"] else "does not count"
            words = f"Noted: the history of {pair.predecessor_name} {counts}."
            return self.done(request, words, to=self.url("change", pk))
        return self.form_page(
            request,
            title=f"{pair.predecessor_name}: does its history count for {pair.successor_name}?",
            lead=f"{capfirst(pair.get_kind_display())} in the register. Nothing is moved: the "
            "records stay with the closed school, and count for the other one as well, or not.",
            form=form,
            button="Save the decision, no e-mail",
            back=self.url("change", pk),
        )

    def _decide(self, request: HttpRequest, pair: Any, form: DecisionForm) -> bool:
        try:
            decide_succession(
                School.objects.get(pk=pair.predecessor_id),
                School.objects.get(pk=pair.successor_id),
                counts=form.cleaned_data["counts"],
                reason=form.cleaned_data["reason"],
                by=account_of(request),
                now=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            return False
        return True


def decision_tag(pair: Any) -> SafeString:
    if pair.counts is None:
        return tag("to be decided", "sun") if pair.has_records else tag("not decided", "plain")
    return tag("counts", "leaf") if pair.counts else tag("does not count", "plain")


def _initial(decision: SuccessionDecision | None) -> dict[str, Any]:
    if decision is None:
        return {}
    return {"counts": "yes" if decision.counts else "no", "reason": decision.reason}


def _closed(pair: Any) -> list[str]:
    day = pair.predecessor_closed_on
    return [f"closed {day.day} {day:%B %Y}"] if day else []


def _pair_facts(pair: Any) -> list[tuple[str, Any]]:
    return [
        ("What happened", capfirst(pair.get_kind_display())),
        ("In the register since", pair.established_on or "not known"),
    ]


def _school_facts(heading: str, school: School) -> dict[str, Any]:
    borough = school.local_authority.name if school.local_authority else ""
    facts = [
        ("URN", school.urn),
        ("Where", " ".join(filter(None, [school.town, school.postcode]))),
        ("Borough", borough),
        ("Type", school.type_name),
        ("Status", school.status_name),
        ("Opened", school.opened_on),
        ("Closed", school.closed_on),
    ]
    return {
        "heading": heading,
        "school": school,
        "url": page_of(school),
        "facts": [(name, value) for name, value in facts if value],
    }
