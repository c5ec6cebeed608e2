"""Rows in which a school names the people it means to send: name, address, role."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from enrolment.forms.fields import Address, PersonName
from enrolment.models import IntendedParticipant, Participant
from enrolment.services.seats import NamedSeat

MOST_ROWS = 12
_ORDINALS = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth")


@dataclass(frozen=True)
class Row:
    """The fields of one person, as the template draws them."""

    legend: str
    name: BoundField
    email: BoundField
    role: BoundField
    year_group: BoundField | None = None


class PeopleForm(forms.Form):
    """A form with ``rows`` rows for people, each of which may stay blank."""

    def __init__(
        self,
        *args: Any,
        rows: int,
        known: Sequence[NamedSeat] = (),
        beside: int = 0,
        with_year_groups: bool = False,
        **kwargs: Any,
    ) -> None:
        """``known`` people stand in the rows until others are typed; ``beside`` are seated before.

        ``with_year_groups`` asks which one each teaches; a person may then stay without a name.
        The fields count from one, the words on the page go on after those who are seated.
        """
        super().__init__(*args, **kwargs)
        self.beside = beside
        self.has_year_groups = with_year_groups
        self.row_count = min(rows, MOST_ROWS)
        for number in range(1, self.row_count + 1):
            self._add_row(number)
        for number, person in enumerate(known[: self.row_count], start=1):
            for part in ("name", "email", "role"):
                self.initial.setdefault(f"person_{number}_{part}", getattr(person, part))

    @property
    def rows(self) -> list[Row]:
        return [
            Row(
                legend=self.who(number),
                name=self[f"person_{number}_name"],
                email=self[f"person_{number}_email"],
                role=self[f"person_{number}_role"],
                year_group=self[f"person_{number}_year_group"] if self.has_year_groups else None,
            )
            for number in range(1, self.row_count + 1)
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        seen: set[tuple[str, str]] = set()
        for number, person in self._typed(cleaned):
            identity = (person.name.casefold(), person.email.casefold())
            if person.email and not person.name and f"person_{number}_name" not in self.errors:
                self.add_error(
                    f"person_{number}_name",
                    f"{self.who(number)}’s name: type it, or clear the e-mail address.",
                )
            elif person.name and identity in seen:
                self.add_error(
                    f"person_{number}_name",
                    f"{self.who(number)}: is named twice. Leave the row blank if you don’t "
                    "know yet who comes.",
                )
            seen.add(identity)
        return cleaned

    def named_people(self) -> list[NamedSeat]:
        """The people typed into a valid form, in order."""
        return [
            person
            for _, person in self._typed(self.cleaned_data)
            if person.name or person.year_group
        ]

    def who(self, number: int) -> str:
        """The words for the person in a row: “First person”, “Second person”, …, “Person 7”."""
        place = number + self.beside
        return f"{_ORDINALS[place - 1]} person" if place <= len(_ORDINALS) else f"Person {place}"

    def _add_row(self, number: int) -> None:
        who = self.who(number)
        self.fields[f"person_{number}_name"] = PersonName(
            label="Name",
            called=f"{who}’s name",
        )
        self.fields[f"person_{number}_email"] = Address(
            label="Work e-mail address",
            called=f"{who}’s e-mail address",
            widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        )
        leads = number + self.beside == 1
        self.fields[f"person_{number}_role"] = forms.ChoiceField(
            label="Role",
            required=False,
            choices=[(role, words.capitalize()) for role, words in Participant.Role.choices],
            initial=Participant.Role.MATHS_LEAD if leads else Participant.Role.TEACHER,
            error_messages={"invalid_choice": f"{who}’s role: choose one of the list."},
        )
        if self.has_year_groups:
            self.fields[f"person_{number}_year_group"] = forms.ChoiceField(
                label="Year group",
                required=False,
                choices=[("", "Not known yet"), *IntendedParticipant.YearGroup.choices],
                error_messages={"invalid_choice": f"{who}’s year group: choose one of the list."},
            )

    def _typed(self, cleaned: dict[str, Any]) -> Iterator[tuple[int, NamedSeat]]:
        """Each row in which a name or an address was typed, with its number."""
        for number in range(1, self.row_count + 1):
            name = cleaned.get(f"person_{number}_name") or ""
            email = cleaned.get(f"person_{number}_email") or ""
            role = cleaned.get(f"person_{number}_role") or Participant.Role.TEACHER
            year_group = cleaned.get(f"person_{number}_year_group") or ""
            if name or email or year_group:
                yield number, NamedSeat(name=name, email=email, role=role, year_group=year_group)
