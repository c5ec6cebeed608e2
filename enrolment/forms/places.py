"""The headteacher's answer to an offered place, and the names that follow later."""

from typing import Any

from django import forms

from enrolment.forms.people import PeopleForm

ACCEPT, DECLINE = "accept", "decline"


class AnswerForm(PeopleForm):
    """Accept or decline, with no default; who sits in the seats may follow."""

    answer = forms.ChoiceField(
        label="Will your school take this place?",
        widget=forms.RadioSelect,
        choices=[
            (ACCEPT, "Yes, we accept the place"),
            (DECLINE, "No, we decline it"),
        ],
        error_messages={
            "required": "Choose whether your school takes the place.",
            "invalid_choice": "Choose whether your school takes the place.",
        },
    )

    @property
    def accepts(self) -> bool:
        return self.cleaned_data.get("answer") == ACCEPT

    @property
    def declines(self) -> bool:
        """Whether the place is declined; the names, right or wrong, do not matter then."""
        return self.is_bound and self.cleaned_data.get("answer") == DECLINE


class SeatsForm(PeopleForm):
    """The people for the seats that are still free."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.row_count:
            name = self.fields["person_1_name"]
            name.required = True
            name.error_messages["required"] = f"{self.who(1)}’s name: type it."
