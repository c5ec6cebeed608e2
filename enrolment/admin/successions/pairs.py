"""The register's pairs of schools that merged or split, each with what the hub decided on it."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from enrolment.admin.chips import ChoiceChips
from enrolment.admin.successions.deciding import decide_page
from enrolment.admin.successions.decisions import CountsChips
from enrolment.admin.successions.two_schools import MAY_SEE, decision_tag, facts_of
from enrolment.admin.words import page_of
from enrolment.services.participation import lock_past
from enrolment.services.successions import (
    MOST_URGENT_FIRST,
    decisions,
    mergers_and_splits,
    pairs_of,
)
from mathshub.scope_admin import Chip, ChipFilter, RegisterAdmin, with_lock
from mathshub.scope_admin.cells import tag
from mathshub.scope_admin.history import changes_among
from workgroups.models import School, SchoolLink, SuccessionDecision

# Where the hub has no records of the closed school, nothing hangs on a decision yet.
TO_DECIDE = Q(counts__isnull=True, has_records=True)


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
            "was_decided": _decided_among(obj).exists(),
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


def _decided_among(pair: Any) -> QuerySet:
    """What was ever decided on the two, withdrawn or not."""
    kept: QuerySet = SuccessionDecision.history.filter(
        predecessor_id=pair.predecessor_id, successor_id=pair.successor_id
    )
    return kept


def _both_of(pair: Any) -> tuple[School, School]:
    ids = [pair.predecessor_id, pair.successor_id]
    schools = School.objects.select_related("local_authority").in_bulk(ids)
    return schools[ids[0]], schools[ids[1]]


def _closed(pair: Any) -> list[str]:
    day = pair.predecessor_closed_on
    return [f"closed {day.day} {day:%B %Y}"] if day else []


def _pair_facts(pair: Any) -> list[tuple[str, Any]]:
    return [
        ("What happened", capfirst(pair.get_kind_display())),
        ("In the register since", pair.established_on or "not known"),
    ]


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
