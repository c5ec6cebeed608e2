"""What participants may type: the address for a lost link, and an apology."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms

from enrolment.forms.fields import Address, PlainText
from sessions.models import Session
from sessions.words import day_words


class LinkRequestForm(forms.Form):
    """Where to send the link to the own page."""

    email = Address(
        label="Your work e-mail address",
        missing="Type the e-mail address to which we write to you.",
        help_text="The one to which we send your reminders.",
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.add_input(Submit("", "Send me my link"))


class ApologyForm(forms.Form):
    """Whether the participant comes to a session; nothing is chosen beforehand."""

    SORRY, COMING = "sorry", "coming"

    answer = forms.ChoiceField(
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose whether you can come.",
            "invalid_choice": "Choose whether you can come.",
        },
    )
    reason = PlainText(
        label="Why can’t you come?",
        help_text="Only if you can’t come, and only as much as you like: your Work Group Lead reads "
        "it. Please leave out anything about health.",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, session: Session, has_apology: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        assert session.starts_at is not None
        answer = self.fields["answer"]
        answer.label = f"Can you come on {day_words(session.starts_at)}?"
        sorry = "No, I still can’t come" if has_apology else "No, I can’t come"
        coming = "Yes, I can come after all" if has_apology else "Yes, I am coming"
        answer.choices = [(self.SORRY, sorry), (self.COMING, coming)]  # type: ignore[attr-defined]
        self.helper = FormHelper()
        self.helper.add_input(Submit("", "Send my answer"))

    @property
    def is_apology(self) -> bool:
        """Whether the valid form says that the participant can't come."""
        return self.cleaned_data["answer"] == self.SORRY
