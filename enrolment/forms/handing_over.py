"""Handing a contact's role in an expression of interest to somebody else."""

from typing import Any

from django import forms
from django.utils.text import get_text_list

from enrolment.forms.fields import Address, PersonName
from enrolment.models import ExpressionOfInterest
from enrolment.services.changing import parts_of

WORDS = {
    "sender": "who follows this expression of interest",
    "headteacher": "headteacher",
    "maths_lead": "maths lead",
}


class HandOverForm(forms.Form):
    """Which role, and who has it from now on."""

    role = forms.ChoiceField(
        label="Which part is handed over?",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose which part is handed over.",
            "invalid_choice": "Choose which part is handed over.",
        },
    )
    name = PersonName(
        label="Who has it from now on?",
        missing="Type the name of who has it from now on.",
    )
    email = Address(
        label="Their work e-mail address",
        missing="Type their e-mail address: the new link goes there.",
        help_text="The new link goes to who follows this; the links sent so far stop working.",
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, expression: ExpressionOfInterest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["role"]
        field.choices = [
            (role, f"{getattr(expression, f'{role}_name') or 'Nobody yet'}: {_in_words(parts)}")
            for role, parts in parts_of(expression).items()
        ]


def _in_words(parts: list[str]) -> str:
    return get_text_list([WORDS[part] for part in parts], "and")
