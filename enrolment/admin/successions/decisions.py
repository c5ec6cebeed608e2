"""The hub's decisions on mergers and splits, also on pairs that the register no longer names."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from enrolment.admin.successions.deciding import decide_page
from enrolment.admin.successions.two_schools import (
    MAY_DECIDE,
    decision_tag,
    facts_of,
    register_says,
)
from enrolment.admin.words import page_of
from enrolment.services.participation import lock_past
from enrolment.services.successions import TO_LOOK_AT_AGAIN, decisions
from mathshub.accounts.who import account_of
from mathshub.scope_admin import Chip, ChipFilter, HubOwnedAdmin, with_lock
from mathshub.scope_admin.cells import tag
from workgroups.models import SuccessionDecision
from workgroups.services.succession import withdraw_decision


class CountsChips(ChipFilter):
    title = "decision"
    parameter_name = "decision"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        return [
            Chip("counts", "its history counts", Q(counts=True)),
            Chip("not", "does not count", Q(counts=False)),
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
        words, doubt = register_says(decision)
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
        facts = [("In the register today", capfirst(register_says(obj)[0]))]
        if obj.register_said:
            facts.append(("When it was decided", capfirst(obj.get_register_said_display())))
        return facts_of(request, obj.predecessor, obj.successor, obj) | {
            "facts": facts,
            "decision_tag": decision_tag(obj),
            "decide_url": self.url("decide", obj.pk),
            "history_url": self.url("history", obj.pk),
            "was_decided": True,
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
        says = f"In the register today: {register_says(row)[0]}."
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
