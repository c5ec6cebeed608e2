"""What staff say of a school on its page: the hub's own answer, and what the hub knows of it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format

from enrolment.admin.words import page_of
from enrolment.eligibility import EMPTY, HubAnswer, SchoolRecord, Step, check_eligibility
from enrolment.errors import Refusal
from enrolment.forms.fields import PlainText
from enrolment.models import EligibilityOverride, ExpressionOfInterest, KnownSchool
from enrolment.services.answers import (
    answer_for_school,
    leave_it_to_the_rules,
    note_about_school,
)
from enrolment.services.participation import lock_past
from enrolment.services.records import record_of, step_of, without
from mathshub.accounts.who import account_of
from mathshub.scope_admin import PortalAdmin, SeenForm, is_key, posted, with_lock
from mathshub.scope_admin.history import Change, Names, changes_told
from workgroups.models import Offering, School

BY_THE_RULES = "rules"
ANSWERS = [
    (EligibilityOverride.Answer.YES.value, "Yes: it can take part"),
    (EligibilityOverride.Answer.NOT_HERE.value, "Not here: it can’t take part"),
    (BY_THE_RULES, "As the rules say"),
]


class AnswerForm(SeenForm, forms.Form):
    answer = forms.ChoiceField(
        label="The hub’s answer",
        choices=ANSWERS,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the hub’s answer."},
    )
    reason = PlainText(
        label="Reason",
        max_length=300,
        missing="Give the reason: a colleague will want to know it.",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Needed unless the rules answer. For the hub’s record, with your name and the "
        "day. Nothing about persons.",
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("answer") == BY_THE_RULES and self.has_error("reason", "required"):
            del self.errors["reason"]
        return given


class KnownForm(SeenForm, forms.Form):
    has_mastery_specialist = forms.BooleanField(
        label="A Mastery Specialist works here",
        required=False,
        help_text="Then the school may take part in programmes that are open to such schools, "
        "without the ones before.",
    )
    note = PlainText(
        label="Note",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="For the hub only. Nothing about persons.",
    )


class SchoolAnswerPages(PortalAdmin):
    """The pages behind the school's own page on which staff decide or note something."""

    def answer_urls(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        return [
            ("<int:pk>/answer/<int:offering_id>/", self.answer, "answer"),
            ("<int:pk>/known/", self.known, "known"),
        ]

    @with_lock(lock_past)
    def answer(self, request: HttpRequest, pk: int, offering_id: int) -> HttpResponse:
        """Decide whether the school can take part, whatever the rules say, and why."""
        school = self._school(request, pk, needs="enrolment.add_eligibilityoverride")
        offering = _offering(offering_id)
        expression = self._expression_from(request, school)
        back = page_of(expression or school)
        stored = (
            EligibilityOverride.objects.filter(school=school, offering=offering)
            .select_related("decided_by")
            .first()
        )
        initial = {"answer": stored.answer, "reason": stored.reason} if stored else {}
        form = AnswerForm(posted(request), initial=initial)
        if form.is_valid():
            try:
                return self._answer(request, form, school, offering, back)
            except Refusal as refusal:
                form.add_error(None, str(refusal))
        step = step_of(offering)
        # The record without the hub's own answers.
        record = replace(record_of(school, with_asked=True), answers=EMPTY.answers)
        if expression is not None:
            record = without(record, expression)
        eligibility = check_eligibility(school, step, record)
        return self.form_page(
            request,
            title=f"Can {school} take part in {offering}?",
            template="admin/enrolment/school_answer.html",
            lead=f"By the rules: {' '.join(eligibility.staff_reasons)}{_decided(stored)}",
            will=_what_the_school_reads(school, step, record),
            form=form,
            button="Keep this answer, no e-mail",
            back=back,
            answers=answers_given(school, offering_id=offering.pk),
        )

    def _answer(
        self, request: HttpRequest, form: AnswerForm, school: School, offering: Offering, back: str
    ) -> HttpResponse:
        by, now = account_of(request), timezone.now()
        answer = form.cleaned_data["answer"]
        if answer == BY_THE_RULES:
            leave_it_to_the_rules(school, offering=offering, by=by, now=now)
            return self.done(request, f"{offering}: the rules answer for {school}.", to=back)
        own = EligibilityOverride.Answer(answer)
        reason = form.cleaned_data["reason"]
        answer_for_school(school, offering=offering, answer=own, reason=reason, by=by, now=now)
        words = f"{offering}: {school} {own.label}, as the hub has decided."
        return self.done(request, words, to=back)

    @with_lock(lock_past)
    def known(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What the hub knows of the school beyond the register."""
        school = self._school(request, pk, needs="enrolment.change_knownschool")
        stored = KnownSchool.objects.filter(school=school).first() or KnownSchool(school=school)
        back = self.url("change", pk)
        form = KnownForm(
            posted(request),
            initial={
                "has_mastery_specialist": stored.has_mastery_specialist,
                "note": stored.note,
            },
        )
        if form.is_valid():
            note_about_school(
                school, **form.cleaned_data, by=account_of(request), now=timezone.now()
            )
            return self.done(request, "Noted.", to=back)
        return self.form_page(
            request,
            title=f"What the hub knows of {school}",
            form=form,
            button="Keep this",
            back=back,
        )

    def _school(self, request: HttpRequest, pk: int, *, needs: str) -> School:
        school = self.row_or_404(request, pk)
        if not request.user.has_perm(needs):
            raise PermissionDenied
        return school

    def _expression_from(self, request: HttpRequest, school: School) -> ExpressionOfInterest | None:
        """The school's expression from which one came to decide."""
        number = request.GET.get("from", "")
        if not is_key(number):
            return None
        rows = ExpressionOfInterest.objects.filter(pk=number, school=school)
        found: ExpressionOfInterest | None = rows.select_related(
            "offering__programme", "offering__academic_year"
        ).first()
        return found


def answers_given(school: School, **of: Any) -> list[Change]:
    """The hub's own answers for the school, those too that were changed or taken back since."""
    return changes_told(EligibilityOverride, _answer_in_words, school_id=school.pk, **of)


def _answer_in_words(row: Any, names: Names) -> str:
    field: Any = EligibilityOverride._meta.get_field("offering")
    offering = names(field, row.offering_id)
    if row.history_type == "-":
        return f"Left to the rules: {offering}."
    return f"{dict(ANSWERS)[row.answer]} in {offering}. {row.reason}"


def _decided(stored: EligibilityOverride | None) -> str:
    """Who gave the hub's own answer that stands, and when."""
    if stored is None:
        return ""
    day = date_format(timezone.localdate(stored.decided_at), "j F Y")
    by = f" by {stored.decided_by}" if stored.decided_by else ""
    return f" The hub’s own answer, that it {stored.get_answer_display()}, was given on {day}{by}."


def _offering(pk: int) -> Offering:
    offering = Offering.objects.select_related("programme", "academic_year").filter(pk=pk).first()
    if offering is None:
        raise Http404
    return offering


def _what_the_school_reads(school: School, step: Step, record: SchoolRecord) -> list[str]:
    """Each answer in the words that pages show for it; none of them shows the reason."""

    def read(answer: HubAnswer | None) -> str:
        # Pages that anybody may open do not say whether the school has asked.
        answers = {step.offering_id: answer} if answer else EMPTY.answers
        given = replace(record, answers=answers, asked=EMPTY.asked)
        shown = check_eligibility(school, step, given)
        return f"“{shown.heading} {shown.words}”"

    return [
        f"With “Yes” the school reads: {read(HubAnswer(is_yes=True, reason=''))}",
        "With “Not here” it reads no refusal, for that is yours to tell, but: "
        f"{read(HubAnswer(is_yes=False, reason=''))}",
        f"As the rules say, it reads: {read(None)}",
        "This stands where a school asks: in the form of interest, and at “Which step is right for "
        "us?”. The reason stands nowhere but here. No e-mail is sent.",
    ]
