"""Where the link to a form that is not finished goes."""

from typing import Any

from django import forms

from enrolment.forms.fields import Address


class LaterForm(forms.Form):
    """The address to which the link is mailed."""

    email = Address(
        label="Your e-mail address",
        missing="Type the e-mail address that the link shall go to.",
        help_text="We send the link there, remind you once, and use the address for nothing else.",
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, address: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["email"] = address
