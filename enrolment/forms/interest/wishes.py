"""What suits the school, what stands in its way, and what else it wants to say."""

from typing import Any

from django import forms
from django.db.models import Prefetch

from enrolment.forms.fields import PlainText
from enrolment.forms.interest.page import Page, Part, Row
from enrolment.forms.interest.programme import is_keen
from enrolment.models import InterestDraft
from workgroups.models import LocalAuthority, WorkGroup

DAYS = [(day.lower(), day) for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")]
MODES = [
    ("twilight", "Twilight, after school"),
    ("virtual", "Virtual, live online"),
    ("face_to_face", "Face to face, a half or a full day"),
]
MOST_RANKED = 3
_RANKS = ("First", "Second", "Third")


class PreferencesPage(Page):
    name = "preferences"
    part = Part.WISHES
    title = "What would suit your school best?"
    template = "enrolment/interest/preferences.html"

    days = forms.MultipleChoiceField(
        label="Which days suit you?",
        required=False,
        choices=DAYS,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Which days suit you: choose from the list."},
    )
    modes = forms.MultipleChoiceField(
        label="Which kind of session suits you?",
        required=False,
        choices=MODES,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Which kind of session suits you: choose from the list."},
    )

    @classmethod
    def is_asked(cls, draft: InterestDraft) -> bool:
        return is_keen(draft)

    def fill(self, draft: InterestDraft) -> None:
        groups = _groups_on_show(draft)
        choices = [("", "No preference")] + [(str(pk), words) for pk, words in groups.items()]
        ranks = min(MOST_RANKED, len(groups)) if len(groups) > 1 else 0
        self.ranked = [f"group_{number}" for number in range(1, ranks + 1)]
        for number, name in enumerate(self.ranked):
            self.fields[name] = forms.ChoiceField(
                label=f"{_RANKS[number]} choice of Work Group",
                required=False,
                choices=choices,
                error_messages={
                    "invalid_choice": "That Work Group takes no schools any more: choose again."
                },
            )
        self.order_fields([*self.ranked, "days", "modes"])

    def clean(self) -> dict:
        cleaned = super().clean() or self.cleaned_data
        seen: set[str] = set()
        for name in self.ranked:
            group = cleaned.get(name)
            if group and group in seen:
                self.add_error(name, "Choose each Work Group once.")
            seen.add(group or "")
        return cleaned

    @property
    def group_fields(self) -> list:
        return [self[name] for name in self.ranked]

    @property
    def groups_in_order(self) -> list[str]:
        """The Work Groups that a valid page names, best first, in words."""
        words = dict(self.fields[self.ranked[0]].choices) if self.ranked else {}  # type: ignore[attr-defined]
        chosen = (self.cleaned_data[name] for name in self.ranked)
        return [words[group] for group in chosen if group]

    def meaning(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {"groups": self.groups_in_order, "days": given["days"], "modes": given["modes"]}

    def told(self) -> list[Row]:
        groups = [f"{number}. {words}" for number, words in enumerate(self.groups_in_order, 1)]
        rows = [Row("Work Groups", "\n".join(groups) or "No preference")] if self.ranked else []
        return [
            *rows,
            Row("Days that suit", self.in_words("days") or "No preference"),
            Row("Sessions that suit", self.in_words("modes") or "No preference"),
        ]


def _groups_on_show(draft: InterestDraft) -> dict[int, str]:
    """The Work Groups of the offering that take schools, with their boroughs."""
    boroughs = Prefetch("local_authorities", queryset=LocalAuthority.objects.order_by("name"))
    groups = WorkGroup.objects.filter(
        offering=draft.offering_id, state=WorkGroup.State.FORMING
    ).prefetch_related(boroughs)
    return {group.pk: _group_words(group) for group in groups.order_by("name")}


def _group_words(group: WorkGroup) -> str:
    boroughs = [each.name for each in group.local_authorities.all() if each.name not in group.name]
    return f"{group.name} ({', '.join(boroughs)})" if boroughs else group.name


class BarriersPage(Page):
    name = "barriers"
    part = Part.WISHES
    title = "What stands in your way at the moment?"

    barriers = PlainText(
        label="What stands in your way?",
        help_text="For example staff changes, or maths not yet being a priority of the school.",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    @classmethod
    def is_asked(cls, draft: InterestDraft) -> bool:
        assert draft.offering is not None
        return is_keen(draft) and draft.offering.programme.asks_for_barriers


class AnythingElsePage(Page):
    name = "anything-else"
    part = Part.WISHES
    title = "Is there anything else that we should know?"
    template = "enrolment/interest/anything_else.html"

    anything_else = PlainText(
        label="Anything else",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
