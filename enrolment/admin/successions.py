"""Mergers and splits of schools: whether a closed school's history counts for another one."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from enrolment.admin.chips import ChoiceChips
from enrolment.admin.words import page_of, place_tag
from enrolment.models import PastParticipation, Place
from enrolment.services.participation import lock_past
from enrolment.services.successions import (
    MOST_URGENT_FIRST,
    TO_LOOK_AT_AGAIN,
    decisions,
    mergers_and_splits,
    pairs_of,
)
from mathshub.accounts.who import account_of
from mathshub.scope_admin import (
    Chip,
    ChipFilter,
    HubOwnedAdmin,
    PortalAdmin,
    RegisterAdmin,
    SeenForm,
    posted,
    with_lock,
)
from mathshub.scope_admin.cells import tag
from mathshub.scope_admin.history import changes_among
from workgroups.errors import Refusal
from workgroups.models import School, SchoolLink, SuccessionDecision
from workgroups.models.schools import CLOSED_STATUS
from workgroups.services.succession import decide_succession, withdraw_decision

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


class CountsChips(ChipFilter):
    title = "decision"
    parameter_name = "decision"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        return [
            Chip("counts", "its history counts", Q(counts=True)),
            Chip("not", "does not count", Q(counts=False)),
        ]


class DecisionChips(ChipFilter):
    title = "decision"
    parameter_name = "decision"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        return [
            Chip("to-decide", "to be decided", TO_DECIDE),
            *CountsChips.chips(request),
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


class DoubtChips(ChipFilter):
    title = "the register"
    parameter_name = "register"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        return [
            Chip("differs", "says otherwise now", TO_LOOK_AT_AGAIN),
            Chip("agrees", "says the same", ~TO_LOOK_AT_AGAIN),
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
        closed, other = _both_of(obj)
        decision = self._decision(obj)
        return facts_of(request, closed, other, decision) | {
            "facts": _pair_facts(obj),
            "decision_tag": decision_tag(obj),
            "decide_url": self.url("decide", obj.pk),
            "history_url": self.url("history", obj.pk),
        }

    def _decision(self, pair: Any) -> SuccessionDecision | None:
        of_pair = decisions().filter(predecessor=pair.predecessor_id, successor=pair.successor_id)
        return of_pair.first()

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """What was decided, and by whom; also what has been withdrawn."""
        pair = self.row_or_404(request, object_id)
        return self.page(
            request,
            "admin/history.html",
            title=f"What was decided: {self.object_title(pair)}",
            original=pair,
            changes=changes_among(
                SuccessionDecision,
                predecessor_id=pair.predecessor_id,
                successor_id=pair.successor_id,
            ),
        )

    def own_urls(self) -> list:
        return [("<int:pk>/decide/", self.decide, "decide")]

    @with_lock(lock_past)
    def decide(self, request: HttpRequest, pk: int) -> HttpResponse:
        pair = self.row_or_404(request, pk)
        closed, other = _both_of(pair)
        says = f"{capfirst(pair.get_kind_display())} in the register."
        return decide_page(self, request, pk, closed, other, self._decision(pair), says=says)


def _both_of(pair: Any) -> tuple[School, School]:
    ids = [pair.predecessor_id, pair.successor_id]
    schools = School.objects.select_related("local_authority").in_bulk(ids)
    return schools[ids[0]], schools[ids[1]]


def decide_page(
    owner: PortalAdmin,
    request: HttpRequest,
    pk: int,
    closed: School,
    other: School,
    decision: SuccessionDecision | None,
    *,
    says: str,
) -> HttpResponse:
    """Ask whether a closed school's history counts for another one; ``pk`` is the owner's row."""
    if not request.user.has_perm(MAY_DECIDE):
        raise PermissionDenied
    form = DecisionForm(posted(request), initial=_initial(decision))
    if form.is_valid() and _decide(request, closed, other, form):
        counts = "counts" if form.cleaned_data["counts"] else "does not count"
        words = f"Noted: the history of {closed} {counts}."
        return owner.done(request, words, to=owner.url("change", pk))
    return owner.form_page(
        request,
        title=f"{closed}: does its history count for {other}?",
        lead=f"{says} Nothing is moved: the records stay with the closed school, and count for "
        "the other one as well, or not.",
        form=form,
        button="Save the decision, no e-mail",
        back=owner.url("change", pk),
    )


def _decide(request: HttpRequest, closed: School, other: School, form: DecisionForm) -> bool:
    try:
        decide_succession(
            closed,
            other,
            counts=form.cleaned_data["counts"],
            reason=form.cleaned_data["reason"],
            by=account_of(request),
            now=timezone.now(),
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


@admin.register(SuccessionDecision)
class SuccessionDecisionAdmin(HubOwnedAdmin):
    """All decisions, also those of pairs that the register no longer names: they go on counting."""

    list_heading = "Decisions on mergers and splits"
    list_display = ("closed_school", "other_school", "its_history", "register_says", "decided")
    list_filter = (DoubtChips, CountsChips)
    search_fields = ("predecessor__name", "successor__name", "=predecessor__urn", "=successor__urn")
    search_help_text = "Name or URN of either school"
    ordering = ("-decided_at", "-pk")
    empty_words = (
        "What you decide on mergers and splits of schools will stand here, with what the register "
        "says of the two schools today. A decision goes on counting until you change or withdraw it."
    )
    change_form_template = "admin/enrolment/succession.html"
    fieldsets = ((None, {"fields": ()}),)  # two schools as list boxes would be the register, twice

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # it is decided on the page of the two schools

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # it is withdrawn, with words on what that does

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return decisions()

    # --- the list ---

    @admin.display(description="closed school")
    def closed_school(self, decision: Any) -> str:
        return decision.predecessor.name

    def row_note(self, request: HttpRequest, obj: Any) -> str:
        return f"URN {obj.predecessor.urn}"

    @admin.display(description="other school")
    def other_school(self, decision: Any) -> str:
        return decision.successor.name

    @admin.display(description="its history")
    def its_history(self, decision: Any) -> SafeString:
        return decision_tag(decision)

    @admin.display(description="the register today")
    def register_says(self, decision: Any) -> SafeString | str:
        words, doubt = _register_says(decision)
        return tag(words, "sun") if doubt else words

    @admin.display(description="decided", ordering="decided_at")
    def decided(self, decision: Any) -> str:
        day = timezone.localdate(decision.decided_at)
        return f"{day.day} {day:%B %Y}"

    # --- the page of a decision ---

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # nothing is typed on its page: it is decided anew, or withdrawn

    def object_title(self, obj: Any) -> str:
        return f"{obj.predecessor} and {obj.successor}"

    def facts(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        facts = [("In the register today", capfirst(_register_says(obj)[0]))]
        if obj.register_said:
            facts.append(("When it was decided", capfirst(obj.get_register_said_display())))
        return facts_of(request, obj.predecessor, obj.successor, obj) | {
            "facts": facts,
            "decision_tag": decision_tag(obj),
            "decide_url": self.url("decide", obj.pk),
            "history_url": self.url("history", obj.pk),
            "is_alone": True,
        }

    def own_urls(self) -> list:
        return [
            ("<int:pk>/decide/", self.decide, "decide"),
            ("<int:pk>/withdraw/", self.withdraw, "withdraw"),
        ]

    @with_lock(lock_past)
    def decide(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Anew, or once more as it was: then the register's change of mind has been seen."""
        row = self.row_or_404(request, pk)
        says = f"In the register today: {_register_says(row)[0]}."
        return decide_page(self, request, pk, row.predecessor, row.successor, row, says=says)

    def withdraw(self, request: HttpRequest, pk: int) -> HttpResponse:
        decision = self.row_or_404(request, pk)
        if not request.user.has_perm(MAY_DECIDE):
            raise PermissionDenied
        if request.method == "POST":
            withdraw_decision(decision, by=account_of(request), now=timezone.now())
            words = f"Withdrawn: the decision on {self.object_title(decision)}."
            return self.done(request, words, to=page_of(decision.predecessor))
        return self.form_page(
            request,
            title=f"Withdraw the decision on {self.object_title(decision)}?",
            lead=f"Decided because: {decision.reason}",
            will=_withdrawing_does(decision),
            button="Withdraw the decision, no e-mail",
            danger=True,
            back=self.url("change", pk),
        )


def facts_of(
    request: HttpRequest, closed: School, other: School, decision: SuccessionDecision | None
) -> dict[str, Any]:
    """What the page of two schools shows, be they linked in the register or by a decision alone."""
    participations = PastParticipation.objects.filter(school=closed)
    places = Place.objects.filter(school=closed)
    return {
        "closed": closed,
        "other": other,
        "schools": [_school_facts("The closed school", closed), _school_facts("The other", other)],
        "decision": decision,
        "doubt": _register_says(decision)[1] if decision else "",
        "may_decide": request.user.has_perm(MAY_DECIDE),
        "withdraw_url": reverse("admin:workgroups_successiondecision_withdraw", args=[decision.pk])
        if decision
        else "",
        "participations": participations.select_related("programme", "academic_year"),
        "places": [
            {"row": each, "url": page_of(each), "tag": place_tag(each)}
            for each in places.select_related(
                "work_group__offering__programme", "work_group__offering__academic_year"
            )
        ],
    }


def mergers_of(school: School) -> list[dict[str, Any]]:
    """The mergers and splits of one school as its page tells them, each with what was decided."""
    decided = {
        (each.predecessor_id, each.successor_id): each
        for each in decisions().filter(Q(predecessor=school) | Q(successor=school))
    }
    pairs: list[Any] = list(pairs_of(school))
    listed = {(pair.predecessor_id, pair.successor_id) for pair in pairs}
    # Those that the register has taken back stand by the decision alone.
    rows = [*pairs, *(row for key, row in decided.items() if key not in listed)]
    ids = {pk for row in rows for pk in (row.predecessor_id, row.successor_id)}
    schools = School.objects.in_bulk(ids - {school.pk})
    return [
        {
            "other": schools[row.successor_id if is_closed else row.predecessor_id],
            "is_closed": is_closed,
            "is_split": row.kind == SchoolLink.Kind.SPLIT,
            "counts": row.counts,
            "waits": row.counts is None and row.has_records,
            "tag": decision_tag(row),
            "url": page_of(row),
        }
        for row in rows
        for is_closed in [row.predecessor_id == school.pk]
    ]


def decision_tag(pair: Any) -> SafeString:
    if pair.counts is None:
        return tag("to be decided", "sun") if pair.has_records else tag("not decided", "plain")
    return tag("counts", "leaf") if pair.counts else tag("does not count", "plain")


def _register_says(decision: Any) -> tuple[str, str]:
    """What the register calls the pair today, and what of that is news since it was decided."""
    if decision.predecessor.status_code != CLOSED_STATUS:
        return "not closed any more", f"{decision.predecessor} is not closed any more."
    words = str(SchoolLink.Kind(decision.kind).label) if decision.kind else "not linked"
    if decision.kind == decision.register_said:
        return words, ""
    if decision.kind:
        return words, f"The register has changed its mind, and now calls this: {words}."
    return words, "The register no longer links these two schools."


def _withdrawing_does(decision: Any) -> list[str]:
    """What becomes of the closed school's history once only the register speaks."""
    closed, other = decision.predecessor, decision.successor
    ends = {other.pk, other.succeeded_by_id} - {None}
    follows = closed.succeeded_by_id in ends
    if follows and decision.counts:
        becomes = f"goes on counting for {other}: the register calls it a plain succession."
    elif follows:
        becomes = f"will count for {other}: the register calls it a plain succession."
    elif decision.counts:
        becomes = f"will no longer count for {other}, nor for a school that came after it."
    else:
        becomes = f"does not count for {other}, as before; the question is open again."
    return [
        f"What {closed} took part in {becomes}",
        "The records stay where they are, with the closed school.",
        "The decision stays in the history, with your name beside the withdrawal.",
    ]


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
