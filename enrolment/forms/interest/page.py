"""What all pages of the form of interest share: one question, kept as typed, told in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.utils.datastructures import MultiValueDict

from enrolment.models import InterestDraft

Kept = dict[str, Any]
LONGEST = 2_000  # characters of one field; what takes more has been refused


@dataclass(frozen=True)
class Row:
    """A question and its answer, as “check your answers” and the hub read them."""

    question: str
    answer: str


class Page(forms.Form):
    """One page of the form. A subclass says when it is asked, and what its answers mean.

    Once it is valid it is kept in the draft: what was typed, word for word, for the day when
    somebody comes back to it; what that meant; and how it is told, in the wording of that day.
    """

    name: ClassVar[str]
    """Its part of the address, and its key in the draft."""
    title: ClassVar[str]
    template: ClassVar[str] = "enrolment/interest/page.html"

    def __init__(self, data: Mapping[str, Any] | None = None, *, draft: InterestDraft) -> None:
        self.draft = draft
        super().__init__(data)
        self.fill(draft)

    def fill(self, draft: InterestDraft) -> None:
        """Fit fields and words to the draft."""

    @classmethod
    def is_asked(cls, draft: InterestDraft) -> bool:
        """Whether the page belongs to this draft's way through."""
        return True

    @classmethod
    def of(cls, draft: InterestDraft) -> "Page":
        """The page with what the draft holds of it; unbound where it has not been answered."""
        kept = draft.answers.get(cls.name)
        return cls(MultiValueDict(kept["typed"]) if kept else None, draft=draft)

    @property
    def heading(self) -> str:
        return self.title

    def kept(self) -> Kept:
        """What the draft keeps of a valid page."""
        data = self.data
        assert isinstance(data, MultiValueDict)
        parts = tuple(f"{name}_" for name in self.fields)  # a date has three
        return {
            "typed": {
                name: [_storable(value) for value in data.getlist(name)]
                for name in data
                if name in self.fields or name.startswith(parts)
            },
            "clean": self.meaning(),
            "told": [[row.question, row.answer] for row in self.told()],
        }

    def meaning(self) -> dict[str, Any]:
        """What a valid page says, as JSON."""
        return {name: self.cleaned_data[name] for name in self.fields}

    def told(self) -> list[Row]:
        """The answers of a valid page, in words."""
        return [
            Row(str(field.label), self.in_words(name) or "–") for name, field in self.fields.items()
        ]

    def in_words(self, name: str) -> str:
        """The answer to one field of a valid page, in words."""
        value = self.cleaned_data.get(name)
        choices = dict(getattr(self.fields[name], "choices", ()))
        if isinstance(value, list):
            return ", ".join(str(choices.get(each, each)) for each in value)
        if isinstance(value, bool):
            return "Yes" if value else "No"
        return str(choices.get(value, value or ""))


def _storable(typed: str) -> str:
    """A box counts as ticked whatever is sent for it: PostgreSQL keeps no NUL, and we no novels."""
    return typed.replace("\x00", "")[:LONGEST]
