"""Which programme, and how much the school wants it."""

from functools import cached_property

from django import forms
from django.utils import timezone

from enrolment.eligibility import Answer, Eligibility, check_eligibility
from enrolment.forms.fields import PlainText
from enrolment.forms.interest.page import Page, Row
from enrolment.models import ExpressionOfInterest, InterestDraft
from enrolment.services.records import record_of, steps_of
from workgroups.models import Offering

Appetite = ExpressionOfInterest.Appetite


class ProgrammeChoice(forms.RadioSelect):
    """Programmes; ``hints`` stand under their names."""

    hints: dict[str, str] = {}


class ProgrammePage(Page):
    name = "programme"
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
            str(pk): " ".join(filter(None, [_strapline(offering), self._answer_for(pk)]))
            for pk, offering in self.offerings.items()
        }
        if draft.offering_id:
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

    def _answer_for(self, offering: int) -> str:
        eligibility = self.eligibilities.get(offering)
        if eligibility is None:
            return ""
        if eligibility.answer is Answer.YES:
            return eligibility.heading
        return f"{eligibility.heading} {eligibility.words}"


def _strapline(offering: Offering) -> str:
    words = offering.programme.strapline
    return f"{words[:1].upper()}{words[1:]}." if words else ""


class AppetitePage(Page):
    name = "appetite"

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
