"""The hub's own questions; answers keep the wording that they were given to."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateformat import format as format_date

from enrolment.forms.fields import PlainText
from enrolment.forms.interest.page import Page, Part, Row
from enrolment.forms.interest.programme import is_keen
from enrolment.models import InterestDraft, Question

Kind = Question.Kind
LONGEST_ANSWER = 1000  # characters
LARGEST = 1_000_000
YES_NO = [("yes", "Yes"), ("no", "No")]


class QuestionsPage(Page):
    name = "questions"
    part = Part.WISHES
    title = "A few questions of our own"

    def fill(self, draft: InterestDraft) -> None:
        self.questions = {f"question_{each.pk}": each for each in questions_for(draft)}
        for name, question in self.questions.items():
            self.fields[name] = _FIELDS[Kind(question.kind)](question)

    @classmethod
    def is_asked(cls, draft: InterestDraft) -> bool:
        return is_keen(draft) and (cls.name in draft.answers or cls._has_any(draft))

    @staticmethod
    def _has_any(draft: InterestDraft) -> bool:
        """As the draft was read with, or else looked up."""
        known: bool | None = getattr(draft, "has_questions", None)
        return bool(questions_for(draft)) if known is None else known

    def meaning(self) -> dict[str, Any]:
        """The wording that was answered stays with the answer, whatever the hub asks later."""
        asked = ((each.wording, self.in_words(name)) for name, each in self.questions.items())
        return {
            "questions": [
                {"question": words, "answer": answer} for words, answer in asked if answer
            ]
        }

    def told(self) -> list[Row]:
        return [
            Row(question.wording, self.in_words(name) or "–")
            for name, question in self.questions.items()
        ]

    def in_words(self, name: str) -> str:
        value = self.cleaned_data.get(name)
        if self.questions[name].kind == Kind.DATE and value:
            return format_date(value, "j F Y")
        return super().in_words(name)


def questions_for(draft: InterestDraft) -> list[Question]:
    """Those asked for the draft's programme and for every programme, looked up once a draft."""
    if not hasattr(draft, "questions"):
        assert draft.offering is not None
        draft.questions = list(asked_of(draft.offering.programme_id))  # type: ignore[attr-defined]
    found: list[Question] = draft.questions  # type: ignore[attr-defined]
    return found


def asked_of(programme: Any) -> QuerySet[Question]:
    """What the hub asks for that programme, and for every one."""
    whose = Q(programme=None) | Q(programme=programme)
    asked: QuerySet[Question] = Question.objects.filter(whose, is_asked=True)
    return asked


def _text(question: Question) -> forms.Field:
    return PlainText(
        max_length=LONGEST_ANSWER,
        missing=_missing(question) if question.is_required else "",
        widget=forms.Textarea(attrs={"rows": 3}),
        **_words(question),
    )


def _choice(question: Question) -> forms.Field:
    return _radios(question, [(each, each) for each in question.choice_list])


def _yes_no(question: Question) -> forms.Field:
    return _radios(question, YES_NO)


def _radios(question: Question, choices: list[tuple[str, str]]) -> forms.Field:
    return forms.ChoiceField(
        required=question.is_required,
        widget=forms.RadioSelect,
        choices=choices,
        error_messages={
            "required": _missing(question),
            "invalid_choice": f"{question.wording}: choose one of the answers.",
        },
        **_words(question),
    )


def _number(question: Question) -> forms.Field:
    wrong = f"{question.wording}: type a whole number in figures, such as 12."
    return forms.IntegerField(
        required=question.is_required,
        min_value=0,
        max_value=LARGEST,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "required": _missing(question),
            **dict.fromkeys(("invalid", "min_value", "max_value"), wrong),
        },
        **_words(question),
    )


def _date(question: Question) -> forms.Field:
    this_year = timezone.localdate().year
    return forms.DateField(
        required=question.is_required,
        widget=forms.SelectDateWidget(years=range(this_year - 30, this_year + 11)),
        error_messages={
            "required": _missing(question),
            "invalid": f"{question.wording}: type a day, a month and a year, such as 9 1 2027.",
        },
        **_words(question),
    )


def _words(question: Question) -> dict[str, Any]:
    return {"label": question.wording, "help_text": question.hint}


def _missing(question: Question) -> str:
    return f"{question.wording}: please answer this one."


_FIELDS: dict[Kind, Callable[[Question], forms.Field]] = {
    Kind.TEXT: _text,
    Kind.CHOICE: _choice,
    Kind.NUMBER: _number,
    Kind.DATE: _date,
    Kind.YES_NO: _yes_no,
}
