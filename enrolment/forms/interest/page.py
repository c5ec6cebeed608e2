"""What all pages of the form of interest share: one question, kept as typed, told in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar

from django import forms
from django.forms.utils import ErrorDict
from django.utils.datastructures import MultiValueDict

from enrolment.models import InterestDraft

Kept = dict[str, Any]
LONGEST = 2_000  # characters of one field; what takes more has been refused


@dataclass(frozen=True)
class Row:
    """A question and its answer, as “check your answers” and the hub read them."""

    question: str
    answer: str


class Part(Enum):
    """The form's parts: the same for every school, whatever pages it is asked in each."""

    SCHOOL = "your school"
    PEOPLE = "people"
    WISHES = "what suits you"
    SENDING = "privacy and sending"

    @property
    def words(self) -> str:
        """“part 2 of 4: people”."""
        parts = list(Part)
        return f"part {parts.index(self) + 1} of {len(parts)}: {self.value}"


class Page(forms.Form):
    """One page of the form. A subclass says when it is asked, and what its answers mean.

    Once it is valid it is kept in the draft: what was typed, word for word, for the day when
    somebody comes back to it; what that meant; and how it is told, in the wording of that day.
    """

    name: ClassVar[str]
    """Its part of the address, and its key in the draft."""
    title: ClassVar[str]
    part: ClassVar[Part]
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
        """The page with what the draft holds of it; unbound where nothing has been typed."""
        kept = draft.answers.get(cls.name)
        page: Any = cls(MultiValueDict(kept["typed"]) if kept else None, draft=draft)
        if kept and "clean" not in kept:
            page._errors = ErrorDict()  # nobody has said that it is finished: nothing is wrong yet
        found: Page = page
        return found

    @property
    def heading(self) -> str:
        return self.title

    def kept(self) -> Kept:
        """What the draft keeps of a valid page."""
        return self.half_kept() | {
            "clean": self.meaning(),
            "told": [[row.question, row.answer] for row in self.told()],
        }

    def half_kept(self) -> Kept:
        """What the draft keeps of a page that was left before it was finished."""
        data = self.data
        assert isinstance(data, MultiValueDict)
        parts = tuple(f"{name}_" for name in self.fields)  # a date has three
        return {
            "typed": {
                name: [_storable(value) for value in data.getlist(name)]
                for name in data
                if name in self.fields or name.startswith(parts)
            }
        }

    def as_typed(self) -> list[Row]:
        """What stands in the fields of a page that was sent, valid or not, in words."""
        rows = (
            Row(self.label_of(name), _typed_words(field, self[name].value()))
            for name, field in self.fields.items()
        )
        return [row for row in rows if row.answer]

    def label_of(self, name: str) -> str:
        """What the field is called where it stands without its page."""
        field = self.fields[name]
        return str(getattr(field, "called", "") or field.label)

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
            return in_a_list([str(choices.get(each, each)) for each in value])
        if isinstance(value, bool):
            return "Yes" if value else "No"
        return str(choices.get(value, value or ""))


def _typed_words(field: forms.Field, value: Any) -> str:
    if isinstance(field, forms.BooleanField):
        return "Yes" if value else ""
    choices = {str(key): str(words) for key, words in getattr(field, "choices", ())}
    typed = value if isinstance(value, list) else [value or ""]
    return in_a_list([choices.get(str(each), _storable(str(each))) for each in typed if each])


def in_a_list(words: Sequence[str]) -> str:
    """“Monday, Friday”; one on each line where one of them holds a comma itself."""
    return ("\n" if any("," in each for each in words) else ", ").join(words)


def _storable(typed: str) -> str:
    """A box counts as ticked whatever is sent for it: PostgreSQL keeps no NUL, and we no novels."""
    return typed.replace("\x00", "")[:LONGEST]
