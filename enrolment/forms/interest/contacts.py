"""Who sends the form, and whom the hub may write to: roles, so that they can be handed over."""

from typing import Any, ClassVar

from django import forms

from enrolment.forms.fields import Address, PersonName
from enrolment.forms.interest.page import Page, Part, Row
from enrolment.forms.interest.suggestions import meant_address
from enrolment.models import ExpressionOfInterest, InterestDraft

SenderRole = ExpressionOfInterest.SenderRole


class ContactPage(Page):
    """A page with an address in ``email``: a domain that looks mistyped is asked about once."""

    template = "enrolment/interest/contact.html"
    suggestion = ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        address = cleaned.get("email") or ""
        meant = meant_address(address)
        if meant and self.data.get("email_is_right") != address and not self._is_kept(address):
            self.suggestion = meant
            self.add_error(
                "email",
                f"Did you mean {meant}? Put it right, or go on with {address} if that is right.",
            )
        return cleaned

    def _is_kept(self, address: str) -> bool:
        """Whether the draft has it: it was asked about then."""
        return bool(self.draft.said(self.name, "email") == address)


class YouPage(ContactPage):
    name = "you"
    part = Part.PEOPLE
    title = "Who are you?"

    role = forms.ChoiceField(
        label="Your role",
        widget=forms.RadioSelect,
        choices=[
            (SenderRole.HEADTEACHER, "Headteacher"),
            (SenderRole.MATHS_LEAD, "Maths lead"),
            (SenderRole.OFFICE, "Somebody else at the school"),
        ],
        error_messages={
            "required": "Choose what you are at the school.",
            "invalid_choice": "Choose what you are at the school.",
        },
    )
    full_name = PersonName(
        label="Your name",
        missing="Type your name.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = Address(
        label="Your work e-mail address",
        missing="Type your e-mail address: the confirmation goes there.",
        help_text="The confirmation goes there, with a link to follow or change what you send.",
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )

    def told(self) -> list[Row]:
        given = self.cleaned_data
        return [
            Row("You", f"{given['full_name']}, {self.in_words('role').lower()}\n{given['email']}")
        ]


class ColleaguePage(ContactPage):
    """Somebody else of the school: not asked for where that is who fills the form in."""

    of_role: ClassVar[str]
    called: ClassVar[str]

    @classmethod
    def is_asked(cls, draft: InterestDraft) -> bool:
        return not is_sent_by(draft, cls.of_role)

    def told(self) -> list[Row]:
        given = self.cleaned_data
        words = "\n".join(filter(None, [given["full_name"], given["email"]]))
        return [Row(self.called, words or "Not said")]


class HeadteacherPage(ColleaguePage):
    name = "headteacher"
    part = Part.PEOPLE
    of_role = SenderRole.HEADTEACHER
    called = "Headteacher"
    title = "Who is your headteacher?"

    full_name = PersonName(
        label="Headteacher’s name",
        missing="Type the headteacher’s name.",
    )
    email = Address(
        label="Headteacher’s e-mail address",
        missing="Type the headteacher’s e-mail address: a place is offered there.",
        help_text="A place is offered there. The office’s address will do.",
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class MathsLeadPage(ColleaguePage):
    name = "maths-lead"
    part = Part.PEOPLE
    of_role = SenderRole.MATHS_LEAD
    called = "Maths lead"
    title = "Who leads mathematics at your school?"

    full_name = PersonName(
        label="Maths lead’s name",
    )
    email = Address(
        label="Maths lead’s e-mail address",
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("email") and "full_name" in cleaned and not cleaned["full_name"]:
            self.add_error("full_name", "Maths lead’s name: type it, or clear the e-mail address.")
        return cleaned


def is_sent_by(draft: InterestDraft, role: str) -> bool:
    """Whether the person who fills the form in has that role."""
    return bool(draft.said(YouPage.name, "role") == role)
