"""Which programme, and how much the school wants it."""

from functools import cached_property
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst

from enrolment.eligibility import Answer, Eligibility, Reason, check_eligibility
from enrolment.forms.fields import PlainText
from enrolment.forms.interest.page import Kept, Page, Part, Row
from enrolment.models import ExpressionOfInterest, InterestDraft
from enrolment.services.records import record_of, steps_of
from workgroups.models import Offering

Appetite = ExpressionOfInterest.Appetite


class ProgrammeChoice(forms.RadioSelect):
    """Programmes; ``hints`` stand under their names."""

    hints: dict[str, str] = {}


class ProgrammePage(Page):
    name = "programme"
    part = Part.SCHOOL
    title = "Which programme would suit your school?"
    template = "enrolment/interest/programme.html"

    offering = forms.ChoiceField(
        label="Programme",
        widget=ProgrammeChoice,
        error_messages={
            "required": "Choose the programme that your school is interested in.",
            "invalid_choice": "That programme takes no interest at the moment: choose another one.",
        },
    )

    def fill(self, draft: InterestDraft) -> None:
        field = self.fields["offering"]
        field.choices = [  # type: ignore[attr-defined]
            (str(offering.pk), f"{offering.programme} {offering.academic_year}")
            for offering in self.offerings.values()
        ]
        field.widget.hints = {
            str(pk): self._hint(pk, offering) for pk, offering in self.offerings.items()
        }
        if draft.offering_id and not self._has_a_better_one(draft.offering_id):
            self.initial["offering"] = str(draft.offering_id)

    @cached_property
    def offerings(self) -> dict[int, Offering]:
        """What can be asked for: what is open, and what the draft was begun with."""
        today = timezone.localdate()
        open_now = Offering.objects.open_to_interest(today)
        rows = (
            (open_now | Offering.objects.filter(pk=self.draft.offering_id))
            .select_related("programme", "academic_year")
            .in_order()
        )
        return {offering.pk: offering for offering in rows}

    @cached_property
    def eligibilities(self) -> dict[int, Eligibility]:
        """What the register and the hub's record say of the school, for each offering."""
        if self.draft.school is None:
            return {}
        steps = steps_of(self.offerings.values())
        # Whether the school has asked already is nobody else's business.
        record = record_of(self.draft.school, with_asked=False)
        return {
            pk: check_eligibility(self.draft.school, step, record) for pk, step in steps.items()
        }

    @property
    def chosen(self) -> Offering:
        """The offering of a valid page."""
        return self.offerings[int(self.cleaned_data["offering"])]

    def told(self) -> list[Row]:
        return [Row("Programme", f"{self.chosen.programme} {self.chosen.academic_year}")]

    @property
    def notes(self) -> list[str]:
        """What is to be said of the school whichever programme it chooses: its borough, say."""
        found = (note.sentence for each in self.eligibilities.values() for note in each.notes)
        return list(dict.fromkeys(found))

    def _has_a_better_one(self, offering: int) -> bool:
        """Whether that programme is not the school's and another one is: nothing is chosen then."""
        answers = {pk: each.answer for pk, each in self.eligibilities.items()}
        return answers.get(offering) is Answer.NOT_HERE and Answer.YES in answers.values()

    def _hint(self, pk: int, offering: Offering) -> str:
        """What it is, whether the school can take part, and why."""
        strapline = capfirst(offering.programme.strapline)
        eligibility = self.eligibilities.get(pk)
        if eligibility is None:
            return strapline
        return format_html(
            '{}<span class="verdict {}"><strong>{}</strong> {}</span>',
            strapline,
            eligibility.tone,
            eligibility.heading,
            " ".join(_why(eligibility)),
        )


def _why(eligibility: Eligibility) -> list[str]:
    """The reasons that are this programme's own, not where it is; else that it is a fit school."""
    own = [each for each in eligibility.findings if each.reason is not Reason.ELIGIBLE]
    return [finding.sentence for finding in own or eligibility.findings]


class AppetitePage(Page):
    name = "appetite"
    part = Part.SCHOOL

    appetite = forms.ChoiceField(
        label="Would your school take part?",
        widget=forms.RadioSelect,
        choices=[
            (Appetite.YES, "Yes"),
            (Appetite.MAYBE, "Maybe: we would like to talk first"),
            (Appetite.NOT_THIS_YEAR, "Not this year: please ask us again"),
        ],
        error_messages={
            "required": "Choose yes, maybe or not this year.",
            "invalid_choice": "Choose yes, maybe or not this year.",
        },
    )
    appetite_reason = PlainText(
        label="If not yes: what would have to change?",
        called="What would have to change",
        max_length=500,
        help_text="For example time, staff, or something that we could explain.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        """Who says yes is not asked what would have to change: what stood there before goes."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("appetite") == Appetite.YES:
            cleaned["appetite_reason"] = ""
        return cleaned

    def kept(self) -> Kept:
        kept = super().kept()
        if not self.cleaned_data["appetite_reason"]:
            kept["typed"].pop("appetite_reason", None)
        return kept

    @property
    def heading(self) -> str:
        assert self.draft.offering is not None
        offering = self.draft.offering
        return f"Would your school take part in {offering.programme} in {offering.academic_year}?"

    def told(self) -> list[Row]:
        rows = [Row("Would take part", self.in_words("appetite").partition(":")[0])]
        if self.cleaned_data["appetite_reason"]:
            rows.append(Row("What would have to change", self.cleaned_data["appetite_reason"]))
        return rows


def is_keen(draft: InterestDraft) -> bool:
    """Whether the school says yes, or has not said; the others are asked little more."""
    return draft.said(AppetitePage.name, "appetite") in ("", Appetite.YES)
