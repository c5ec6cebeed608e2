"""Deciding on one expression: match its school, set it aside, withdraw it, renew its links."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.text import get_text_list

from enrolment.admin.words import eligibility_of
from enrolment.errors import Refusal
from enrolment.forms.school_question import pickable_school
from enrolment.models import ExpressionOfInterest
from enrolment.services.decisions import match_school, set_aside, take_up_again
from enrolment.services.interest import letters_of_withdrawal, withdraw_expression
from enrolment.services.links import renew_school_links
from mathshub.accounts.who import account_of
from mathshub.scope_admin.cells import count
from workgroups.admin.acting import ActPages
from workgroups.search import likely_schools, search_schools, sort_found

Page = tuple[str, Callable[..., HttpResponse], str]


class DecidePages(ActPages):
    def decide_urls(self) -> list[Page]:
        return [
            ("<int:pk>/match/", self.match, "match"),
            ("<int:pk>/set-aside/", self.set_aside, "set_aside"),
            ("<int:pk>/take-up/", self.take_up, "take_up"),
            ("<int:pk>/withdraw/", self.withdraw, "withdraw"),
            ("<int:pk>/new-links/", self.new_links, "new_links"),
        ]

    def match(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Find the school in the register; the button of a row says which one it was."""
        expression = self.row_or_404(request, pk, change=True)
        back = self.url("change", pk)
        if request.method == "POST":
            school = pickable_school(request.POST.get("urn", ""))
            if school is None:
                return self.done(
                    request,
                    "Choose an open school.",
                    to=request.get_full_path(),
                    level=messages.WARNING,
                )
            expression.school = school  # as the words have it; the service reads its own
            try:
                match_school(expression, school=school, **self._by_and_now(request))
            except Refusal as refusal:
                return self.done(request, str(refusal), to=back, level=messages.ERROR)
            words = f"Matched with {school} (URN {school.urn}). {_eligibility_words(expression)}"
            return self.done(request, words, to=back)
        query = request.GET.get("q")
        typed = expression.school_as_typed or expression.school_name
        schools = likely_schools(typed) if query is None else search_schools(query)
        return self.page(
            request,
            "admin/enrolment/match_school.html",
            title=f"Which school is “{expression.school_name}”?",
            expression=expression,
            query=typed if query is None else query,
            is_likely=query is None,
            found=sort_found(schools),
            back=back,
        )

    def set_aside(self, request: HttpRequest, pk: int) -> HttpResponse:
        expression = self.row_or_404(request, pk, change=True)
        return self.act_page(
            request,
            back=self.url("change", pk),
            title=f"Not this year for {expression.school_name}?",
            will=["It waits no longer. No e-mail is sent: tell the school yourself."],
            button="Not this year, no e-mail",
            act=lambda: set_aside(expression, **self._by_and_now(request)),
            words="Set aside for this year. No e-mail was sent.",
        )

    def take_up(self, request: HttpRequest, pk: int) -> HttpResponse:
        expression = self.row_or_404(request, pk, change=True)
        return self.act_page(
            request,
            back=self.url("change", pk),
            title=f"Take the interest of {expression.school_name} up again?",
            will=["It waits for a decision again. No e-mail is sent."],
            button="Take it up again, no e-mail",
            act=lambda: take_up_again(expression, **self._by_and_now(request)),
            words="It waits for a decision again.",
        )

    def withdraw(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Those who know of it are told; the page says how many."""
        expression = self.row_or_404(request, pk, change=True)
        letters = letters_of_withdrawal(expression, **self._by_and_now(request))
        mails = count(len(letters), "e-mail") if letters else "no e-mail"
        tells = "No e-mail is sent."
        if letters:
            tells = f"{mails} to {get_text_list([each.recipient for each in letters], 'and')}."
        return self.act_page(
            request,
            back=self.url("change", pk),
            title=f"Does {expression.school_name} withdraw its interest?",
            will=[f"Its interest ends, and the place if one is on offer. {tells}"],
            button=f"Withdraw it, {mails}",
            act=lambda: withdraw_expression(expression, **self._by_and_now(request)),
            words=f"The interest was withdrawn. {tells}",
            silent_button="Withdraw it, no e-mail" if letters else "",
            silent_words="The interest was withdrawn. No e-mail was sent.",
        )

    def new_links(self, request: HttpRequest, pk: int) -> HttpResponse:
        """For a link that has come into the wrong hands."""
        expression = self.row_or_404(request, pk, change=True)
        return self.act_page(
            request,
            back=self.url("change", pk),
            title=f"End the links that {expression.school_name} has had?",
            will=[
                "The links to follow this interest and to answer its place stop working at once. "
                f"New ones go by e-mail to {expression.contact_email}, and for a place on offer to "
                "its contact; to nobody if the interest was withdrawn."
            ],
            button="End the links, send new ones",
            act=lambda: renew_school_links(expression, **self._by_and_now(request)),
            words="The old links have stopped working.",
            silent_button="End the links, no e-mail",
            silent_words="The old links have stopped working. No e-mail was sent.",
        )

    def _by_and_now(self, request: HttpRequest) -> dict:
        return {"by": account_of(request), "now": timezone.now()}


def _eligibility_words(expression: ExpressionOfInterest) -> str:
    """Whether the school that was found can take part, and why."""
    eligibility = eligibility_of(expression)
    return " ".join(eligibility.staff_reasons) if eligibility else ""
