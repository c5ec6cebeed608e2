"""Booking a seat at a briefing, and what the holder of a booking may say of it later."""

from typing import Any

from django import forms

from enrolment.forms.fields import Address, PersonName
from enrolment.forms.school_question import SchoolQuestion
from enrolment.models import BriefingBooking
from enrolment.services.briefings import Person

CANCEL, KEEP, TAKE = "cancel", "keep", "take"
ROLES = [(role, words.capitalize()) for role, words in BriefingBooking.Role.choices]


class BookingForm(SchoolQuestion):
    """Who comes, and from which school."""

    field_order = ("name", "role", "email", "school_typed", "urn")

    name = PersonName(
        label="Your name",
        missing="Type your name.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    role = forms.ChoiceField(
        label="Your role",
        choices=ROLES,
        initial=BriefingBooking.Role.HEADTEACHER,
        error_messages={"invalid_choice": "Your role: choose one of the list."},
    )
    email = Address(
        label="Your e-mail address",
        missing="Type your e-mail address: the confirmation goes there.",
        help_text="The confirmation goes there, with a file for your calendar.",
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.data.get("leave_empty"):
            self.add_error(
                None,
                "A field that must stay empty was filled in, perhaps by your browser. "
                "We have emptied it: please send the form again.",
            )
        return cleaned

    def promise_news_of_a_free_seat(self) -> None:
        """Where no seat is left: what comes by e-mail is another thing."""
        self["email"].help_text = "We write there when a seat comes free."

    def person(self) -> Person:
        """Whom a valid form names."""
        return Person(
            name=self.cleaned_data["name"],
            email=self.cleaned_data["email"],
            role=self.cleaned_data["role"],
            school=self.chosen_school,
            school_as_typed=self.school_as_typed,
        )


class AnswerForm(forms.Form):
    """What becomes of a booking, with no default: programs that scan mail send forms as they are."""

    answer = forms.ChoiceField(
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose one of the answers.",
            "invalid_choice": "Choose one of the answers.",
        },
    )

    def __init__(
        self, *args: Any, booking: BriefingBooking, is_seat_free: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        answer: Any = self.fields["answer"]
        if booking.is_booked:
            answer.label = "Do you give your seat up?"
            answer.choices = [(CANCEL, "Yes, somebody else can come"), (KEEP, "No, I am coming")]
            return
        answer.label = "A seat is free: do you take it?" if is_seat_free else "Do you still wait?"
        take = [(TAKE, "Yes, I take the seat")] if is_seat_free else []
        answer.choices = [
            *take,
            (KEEP, "Keep me on the list"),
            (CANCEL, "Take me off the list"),
        ]

    @property
    def given(self) -> str:
        """What the valid form says."""
        return str(self.cleaned_data["answer"])
