"""Which school it is: found in the register, or typed where it is not listed."""

import re
from collections.abc import Mapping
from copy import copy
from typing import Any

from django import forms
from django.db.models import QuerySet

from enrolment.forms.fields import PlainText
from enrolment.forms.interest.page import Page, Row
from enrolment.models import InterestDraft
from mathshub.prepared import prepared
from workgroups.forms import SchoolChoice, choice_hint
from workgroups.models import School
from workgroups.search import Found, fold, search_schools, sort_found

NOT_LISTED = "not-listed"
LONGEST_SCHOOL = 200  # characters of what is typed for a school
SHOWN = 10
_URN = re.compile(r"[0-9]{6}")


class SchoolPage(Page):
    name = "school"
    title = "Which school are you from?"
    template = "enrolment/interest/school.html"

    school_typed = PlainText(
        label="School name, town or postcode",
        called="Your school",
        max_length=LONGEST_SCHOOL,
        takes_links=False,
        help_text="The URN works too.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    # Whatever was sent: what it stands for is looked up.
    urn = forms.Field(required=False, widget=SchoolChoice, label="Which of these is it?")

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        draft: InterestDraft,
        school: School | None = None,
        typed: str = "",
    ) -> None:
        """``school`` or what was ``typed`` is known before anything was sent."""
        self.chosen_school = school or draft.school
        self.found = Found()
        super().__init__(data, draft=draft)
        if self.chosen_school:
            chosen = {"school_typed": self.chosen_school.name, "urn": self.chosen_school.urn}
            self.initial.update(chosen)
        elif typed or draft.school_as_typed:
            self.initial.update(school_typed=typed or draft.school_as_typed, urn=NOT_LISTED)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "school_typed" not in self.errors:
            self._choose_school()
        return cleaned

    @property
    def typed_school(self) -> str:
        return (self["school_typed"].value() or "").strip()

    @property
    def school_as_typed(self) -> str:
        """What a valid page says where the school is not listed; else nothing."""
        return "" if self.chosen_school else str(self.cleaned_data["school_typed"])

    def look_for(self, typed: str, *, is_not_listed: bool) -> None:
        """Show the schools that fit what was typed, before the page is checked."""
        self.is_bound = False
        self.initial = {"school_typed": typed, "urn": NOT_LISTED if is_not_listed else ""}
        self.show_schools()

    def show_schools(self) -> None:
        """Offer the schools that match what was typed, and the one chosen before, as a choice."""
        if self.fields["urn"].required:
            return  # they are shown already
        self.found = sort_found(search_schools(self.typed_school, limit=SHOWN))
        if self.chosen_school and self.chosen_school not in self.found.choices:
            self.found.choices = {self.chosen_school: "", **self.found.choices}
        choices = self.found.choices
        widget: Any = self.fields["urn"].widget
        widget.choices = [(school.urn, school.name) for school in choices] + [
            (NOT_LISTED, "My school is not listed: use what I typed")
        ]
        widget.hints = {school.urn: choice_hint(school, was) for school, was in choices.items()}
        self.fields["urn"].required = True  # now there is something to choose from

    def told(self) -> list[Row]:
        school = self.chosen_school
        if school is None:
            return [Row("School", f"{self.school_as_typed} (not found in the register)")]
        return [Row("School", f"{school.name}\n{school.whereabouts}")]

    def _choose_school(self) -> None:
        typed, urn = self.cleaned_data["school_typed"], self.cleaned_data["urn"] or ""
        self.chosen_school = None
        if urn == NOT_LISTED and typed:
            return
        self.chosen_school = pickable_school(urn if urn else typed)
        if self.chosen_school is None and not typed:
            self.add_error("school_typed", "Your school: type its name, town or postcode.")
        elif self.chosen_school is None:
            self._ask_to_choose(typed)
        elif not self._is_what_was_typed(self.chosen_school):
            name = self.chosen_school.name
            self._forget_choice()
            self.add_error("urn", f"You chose {name}, then typed something else: choose once more.")

    def _ask_to_choose(self, typed: str) -> None:
        if sort_found(search_schools(typed, limit=SHOWN)).choices:
            words = "Choose your school from those we found, or say that it is not listed."
        else:
            words = (
                "We found no school by what you typed: try part of its name, its town or its "
                "postcode, or say that it is not listed."
            )
        self.add_error("urn", words)

    def _is_what_was_typed(self, school: School) -> bool:
        """Whether the choice still stands: not when another name was typed after it."""
        typed = self.cleaned_data["school_typed"]
        if typed in ("", school.urn, str(self.data.get("searched_for", "")).strip()):
            return True
        if fold(typed) == fold(school.name):
            return True
        found = search_schools(typed, limit=SHOWN, is_strict=True)
        return school in sort_found(found).choices

    def _forget_choice(self) -> None:
        """So that the page comes back with no school chosen."""
        self.chosen_school = None
        data: Any = copy(self.data)  # what was sent can't be changed
        data["urn"] = ""
        self.data = data


def pickable_school(urn: str) -> School | None:
    """The open school of that URN, or None; anything may have been sent as ``urn``."""
    schools = _pickable_schools(urn=urn) if _URN.fullmatch(urn) else []
    return schools[0] if schools else None


@prepared
def _pickable_schools(urn: Any) -> QuerySet[School]:
    return School.objects.pickable().select_related("local_authority").filter(urn=urn)
