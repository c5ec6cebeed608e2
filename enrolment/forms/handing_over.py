"""Handing a contact's role in an expression of interest to somebody else."""

from typing import Any

from django import forms

from enrolment.forms.fields import Address, PersonName
from enrolment.models import ExpressionOfInterest

ROLES = {
    "sender": "Follows this expression of interest",
    "headteacher": "Headteacher",
    "maths_lead": "Maths lead",
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
            (role, f"{words}: {getattr(expression, f'{role}_name') or 'nobody named'}")
            for role, words in ROLES.items()
            if role != "sender" or expression.sender_name
        ]
