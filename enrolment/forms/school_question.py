"""The question which school somebody is from: found in the register, or typed where it is not."""

import re
from copy import copy
from typing import Any, Self

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from enrolment.forms.fields import PlainText
from mathshub.prepared import prepared
from workgroups.forms import SchoolChoice, choice_hint
from workgroups.models import School
from workgroups.search import Found, fold, search_schools, sort_found

NOT_LISTED = "not-listed"
LONGEST_SCHOOL = 200  # characters of what is typed for a school
SHOWN = 10
_URN = re.compile(r"[0-9]{6}")


class SchoolQuestion(forms.Form):
    """A form that asks for a school (templates/enrolment/_school.html), besides what else it asks."""

    school_typed = PlainText(
        label="School name, town or postcode",
        called="Your school",
        max_length=LONGEST_SCHOOL,
        takes_links=False,
        help_text="Or its URN, the register’s six-figure number.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    # Whatever was sent: what it stands for is looked up.
    urn = forms.Field(required=False, widget=SchoolChoice, label="Which of these is it?")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.chosen_school: School | None = None
        self.found = Found()

    @classmethod
    def for_school(cls, urn: str) -> Self:
        """The blank form, with the school of that URN where there is one."""
        school = pickable_school(urn)
        if school is None:
            return cls()
        form = cls(initial={"school_typed": school.name, "urn": school.urn})
        form.chosen_school = school
        return form

    @classmethod
    def as_typed_so_far(cls, data: QueryDict) -> Self:
        """The form with what was typed, not yet checked."""
        typed = {
            name: field.widget.value_from_datadict(data, {}, name)
            for name, field in cls().fields.items()
        }
        if data.get("find") == NOT_LISTED:
            typed["urn"] = NOT_LISTED
        return cls(initial=typed)

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
        """What a valid form says where the school is not listed; else nothing."""
        return "" if self.chosen_school else str(self.cleaned_data["school_typed"])

    def show_schools(self) -> None:
        """Offer the schools that match what was typed, and the one chosen before, as a choice."""
        if self.fields["urn"].required:
            return  # they are shown already
        if self.chosen_school is None:
            self.chosen_school = pickable_school(self["urn"].value() or "")
        self.found = sort_found(search_schools(self.typed_school, limit=SHOWN))
        if self.chosen_school and self.chosen_school not in self.found.choices:
            self.found.choices = {self.chosen_school: "", **self.found.choices}
        widget: Any = self.fields["urn"].widget
        widget.choices = [(school.urn, school.name) for school in self.found.choices] + [
            (NOT_LISTED, "My school is not listed: use what I typed")
        ]
        widget.hints = {
            school.urn: choice_hint(school, was) for school, was in self.found.choices.items()
        }
        self.fields["urn"].required = True  # now there is something to choose from

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


def school_meant(typed: str) -> School | None:
    """The one open school that staff mean by a URN, or by a name written out; else None."""
    if school := pickable_school(typed):
        return school
    found = sort_found(search_schools(typed, limit=SHOWN, is_strict=True)).choices
    named = [school for school in found if fold(school.name) == fold(typed)]
    return named[0] if len(named) == 1 else None
