"""Form fields for what the register holds."""

from typing import Any

from django import forms

from workgroups.models import School
from workgroups.search import Found, what_it_is


class SchoolChoice(forms.RadioSelect):
    """The schools found; ``hints`` stand under their names."""

    hints: dict[str, str] = {}


class SchoolChoiceForm(forms.Form):
    """Which of the schools found it is."""

    urn = forms.ChoiceField(label="Which of these is it?", widget=SchoolChoice)

    def __init__(self, found: Found) -> None:
        super().__init__()
        field: Any = self.fields["urn"]
        field.choices = [(school.urn, school.name) for school in found.choices]
        field.widget.hints = {
            school.urn: choice_hint(school, former) for school, former in found.choices.items()
        }


def choice_hint(school: School, former: str) -> str:
    """Where it is, what it is if few look for such a one, and what it was called before."""
    what = what_it_is(school)
    return " ".join(filter(None, [f"{school.whereabouts}.", what and f"{what}.", former]))
