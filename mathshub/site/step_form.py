"""The four questions of “Which step is right for us?”; a GET form that refuses nothing."""

from collections.abc import Sequence
from enum import StrEnum
from typing import TypeVar

from django import forms
from django.http import QueryDict

from mathshub.site.journey import Stage
from mathshub.site.which_step import NONE_DONE, Answers, Ready, Specialist, Spread

Choice = TypeVar("Choice", bound=StrEnum)

UNSURE = "unsure"
QUESTIONS = ("furthest", "ready", "spread", "specialist")


class StepForm(forms.Form):
    """Shows what was answered; nothing is chosen beforehand, and nothing must be."""

    furthest = forms.ChoiceField(
        label="What is the last step that your school has done?", widget=forms.RadioSelect
    )
    ready = forms.ChoiceField(
        label="Could two of your teachers start next September?",
        widget=forms.RadioSelect,
        choices=[
            (Ready.YES, "Yes, nothing stands in the way"),
            (Ready.NO, "No, something stands in the way"),
            (Ready.UNSURE, "I am not sure"),
        ],
        help_text="In the way can be a new leadership team, many changes of staff, or mixed-age "
        "classes without a plan.",
    )
    spread = forms.ChoiceField(
        label="How many of your classes are taught for mastery?",
        widget=forms.RadioSelect,
        choices=[
            (Spread.FEW, "None, or a few"),
            (Spread.MOST, "Most of them"),
            (Spread.UNSURE, "I am not sure"),
        ],
    )
    specialist = forms.ChoiceField(
        label="Does a Mastery Specialist work at your school?",
        widget=forms.RadioSelect,
        choices=[
            (Specialist.YES, "Yes"),
            (Specialist.NO, "No"),
            (Specialist.UNSURE, "I am not sure"),
        ],
        help_text="A teacher whom the NCETM, the national centre for the teaching of mathematics, has "
        "trained to lead Work Groups.",
    )

    def __init__(self, stages: Sequence[Stage], answered: dict[str, str]) -> None:
        super().__init__(initial=answered)
        choices = [(stage.programme.slug, stage.programme.name) for stage in stages]
        self.fields["furthest"].choices = [  # type: ignore[attr-defined]
            (NONE_DONE, "None of them"),
            *choices,
            (UNSURE, "I am not sure"),
        ]


def answers_in(query: QueryDict) -> Answers:
    """What the address answers; what it leaves out, or can't be read, counts as not sure."""
    return Answers(
        furthest=query.get("furthest", ""),
        ready=_chosen(Ready, query, "ready") if query.get("ready") else Ready.UNSAID,
        spread=_chosen(Spread, query, "spread"),
        specialist=_chosen(Specialist, query, "specialist"),
    )


def answered_in(query: QueryDict) -> dict[str, str]:
    """What to show as chosen, by question: only what was sent."""
    return {name: str(query[name]) for name in QUESTIONS if query.get(name)}


def _chosen(choices: type[Choice], query: QueryDict, name: str) -> Choice:
    sent = query.get(name, "")
    return next((choice for choice in choices if choice == sent), choices(UNSURE))
