"""Beginning and ending the review: see which schools it concerns, and what it means for them."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from enrolment.admin.chosen import ChosenPages
from enrolment.admin.words import page_of, state_tag
from enrolment.errors import Refusal
from enrolment.models import ExpressionOfInterest
from enrolment.services.decisions import begin_review, end_review
from mathshub.accounts.who import account_of
from mathshub.scope_admin.cells import count

NO_EMAIL = "No e-mail is sent."


@dataclass(frozen=True)
class Turn:
    """Into the review, or out of it."""

    concerns: Callable[[ExpressionOfInterest], bool]
    act: Callable[..., list[ExpressionOfInterest]]
    begins: bool
    will: tuple[str, ...]

    @property
    def verb(self) -> str:
        return "Begin" if self.begins else "End"

    @property
    def done(self) -> str:
        return "begun" if self.begins else "ended"


BEGIN = Turn(
    lambda each: each.state == ExpressionOfInterest.State.RECEIVED and not each.is_in_review,
    begin_review,
    begins=True,
    will=(
        "From now on a school can’t change its answers by its link: the page there says that you "
        "have begun to look at them. A contact can still be handed over, the interest withdrawn.",
        "The list tags it “in review”. You can end the review again.",
        NO_EMAIL,
    ),
)
END = Turn(
    lambda each: each.is_in_review,
    end_review,
    begins=False,
    will=(
        "A school can change its answers by its link again, for as long as the window for interest "
        "is open.",
        NO_EMAIL,
    ),
)


class ReviewPages(ChosenPages):
    def review_urls(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        return [
            ("review/", self.review, "review"),
            ("review/end/", self.end_review, "end_review"),
        ]

    @admin.action(description="Begin the review …", permissions=["change"])
    def review_chosen(self, request: HttpRequest, chosen: QuerySet) -> HttpResponse:
        return self.to_page_for(chosen, "review")

    @admin.action(description="End the review …", permissions=["change"])
    def end_review_chosen(self, request: HttpRequest, chosen: QuerySet) -> HttpResponse:
        return self.to_page_for(chosen, "end_review")

    def review(self, request: HttpRequest) -> HttpResponse:
        return self._turn(request, BEGIN)

    def end_review(self, request: HttpRequest) -> HttpResponse:
        return self._turn(request, END)

    def _turn(self, request: HttpRequest, turn: Turn) -> HttpResponse:
        """Show whom it concerns (GET), or do it (POST). Nobody chosen means nobody."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        chosen = self.chosen(request)
        # From one expression's page back to it.
        back = page_of(chosen[0]) if len(chosen) == 1 else self.url("changelist")
        if not chosen:
            words = "Tick the expressions of interest first."
            return self.done(request, words, to=back, level=messages.WARNING)
        if request.method == "POST":
            return self._take_turn(request, turn, chosen, back)
        concerned = [each for each in chosen if turn.concerns(each)]
        schools = count(len(concerned), "school")
        return self.form_page(
            request,
            title=f"{turn.verb} the review of {schools}?" if concerned else _nothing(turn),
            template="admin/enrolment/review.html",
            will=turn.will if concerned else (),
            button=f"{turn.verb} the review of {schools}, no e-mail" if concerned else "",
            back=back,
            concerned=concerned,
            others=[(each, state_tag(each)) for each in chosen if each not in concerned],
        )

    def _take_turn(
        self, request: HttpRequest, turn: Turn, chosen: list[ExpressionOfInterest], back: str
    ) -> HttpResponse:
        try:
            turned = turn.act(chosen, by=account_of(request), now=timezone.now())
        except Refusal as refusal:
            return self.done(request, str(refusal), to=back, level=messages.ERROR)
        if not turned:  # a second click, or a colleague was quicker
            return self.done(request, f"{_nothing(turn)}.", to=back, level=messages.WARNING)
        words = f"The review of {count(len(turned), 'school')} has {turn.done}. No e-mail was sent."
        return self.done(request, words, to=back)


def _nothing(turn: Turn) -> str:
    return f"There is no review to {turn.verb.lower()} here"
