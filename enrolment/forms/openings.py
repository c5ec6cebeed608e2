"""The address to tell when a window opens, and the answer of somebody who no longer wants that."""

from django import forms

from enrolment.forms.fields import Address


class OpeningForm(forms.Form):
    """An address and nothing else: what a person could type besides would reach nobody."""

    email = Address(
        label="Your work e-mail address",
        missing="Type the e-mail address to which we write when it opens.",
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )
    # People don't see it; programs that fill in every field do.
    website = forms.CharField(
        label="Leave this empty",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    @property
    def was_filled_by_a_program(self) -> bool:
        return bool(self.cleaned_data["website"])


class StopForm(forms.Form):
    """Stop or keep, with no default: programs that scan mail send forms as they find them."""

    STOP, KEEP = "stop", "keep"

    answer = forms.ChoiceField(
        label="Shall we delete your address?",
        widget=forms.RadioSelect,
        choices=[(STOP, "Yes, delete it"), (KEEP, "No, tell me once when it opens")],
        error_messages={
            "required": "Choose whether we delete your address.",
            "invalid_choice": "Choose whether we delete your address.",
        },
    )

    @property
    def stops(self) -> bool:
        """Whether the valid form says that the address goes."""
        return self.cleaned_data["answer"] == self.STOP
