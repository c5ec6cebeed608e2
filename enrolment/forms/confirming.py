"""Confirming the address that a form came from."""

import re
from typing import Any, ClassVar

from django import forms


class CodeForm(forms.Form):
    """The six figures of the e-mail, however they were copied."""

    code = forms.CharField(
        label="The six figures in the e-mail",
        max_length=40,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "spellcheck": "false"}
        ),
        error_messages={"required": "Type the six figures that stand in the e-mail."},
    )

    def clean_code(self) -> str:
        code = re.sub(r"\D", "", self.cleaned_data["code"])
        if len(code) != 6:
            raise forms.ValidationError("The code has six figures: type it as it stands there.")
        return code


class ConfirmForm(forms.Form):
    """Yes or no, with no default: programs that scan mail send forms as they find them."""

    YES: ClassVar[str] = "yes"
    NO: ClassVar[str] = "no"

    answer = forms.ChoiceField(
        label="Did you send it?",
        widget=forms.RadioSelect,
        choices=[
            (YES, "Yes, I sent it"),
            (NO, "No: take it back, I know nothing of it"),
        ],
        error_messages={
            "required": "Choose yes or no.",
            "invalid_choice": "Choose yes or no.",
        },
    )


class TakeOverForm(ConfirmForm):
    """The same of a link that was sent to somebody new."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        answer: Any = self.fields["answer"]
        answer.label = "Is it yours to follow?"
        answer.choices = [
            (self.YES, "Yes, I follow it from now on"),
            (self.NO, "No: end the link, it is not for me"),
        ]
