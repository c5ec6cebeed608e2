"""When a programme reminds of its sessions, by how they are held: numbers of days and a tick."""

from typing import Any

from django import forms

from sessions.models import Session
from sessions.reminders import LONGEST_LEAD
from workgroups.lead_times import MORNING
from workgroups.models import Programme

PARTS = ("first", "second", "morning")
REMINDER_RULE = (
    "Days before a session; leave one empty to send one fewer. Reminders leave by day, on the school "
    "day before where the day has no school, and on the morning at eight o’clock."
)


class Days(forms.IntegerField):
    def __init__(self, label: str) -> None:
        super().__init__(
            label=label,
            required=False,
            min_value=1,
            max_value=LONGEST_LEAD,
            widget=forms.NumberInput(attrs={"class": "govuk-input--width-3"}),
            error_messages=dict.fromkeys(
                ("invalid", "min_value", "max_value"),
                f"Give a number of days from 1 to {LONGEST_LEAD}, or leave it empty.",
            ),
        )


class Morning(forms.BooleanField):
    def __init__(self, label: str) -> None:
        super().__init__(label=label, required=False)


class ReminderTimes(forms.ModelForm):
    """Three controls for each mode, instead of the column that they are kept in."""

    reminder_twilight_first = Days("Twilight: first reminder, days before")
    reminder_twilight_second = Days("Twilight: second reminder, days before")
    reminder_twilight_morning = Morning("Twilight: also on the morning of the day")
    reminder_virtual_first = Days("Virtual: first reminder, days before")
    reminder_virtual_second = Days("Virtual: second reminder, days before")
    reminder_virtual_morning = Morning("Virtual: also on the morning of the day")
    reminder_face_to_face_first = Days("Face to face: first reminder, days before")
    reminder_face_to_face_second = Days("Face to face: second reminder, days before")
    reminder_face_to_face_morning = Morning("Face to face: also on the morning of the day")

    class Meta:
        model = Programme
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for mode in Session.Mode:
            days = self.instance.reminder_days_for(mode)
            before = [*sorted((each for each in days if each != MORNING), reverse=True), None, None]
            for name, value in zip(names_of(mode), [*before[:2], MORNING in days], strict=True):
                self.initial.setdefault(name, value)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        self.instance.reminder_days = {mode.value: self._days_of(mode) for mode in Session.Mode}
        return given

    def _days_of(self, mode: Session.Mode) -> list[int]:
        first, second, morning = (self.cleaned_data.get(name) for name in names_of(mode))
        days = {each for each in (first, second) if each} | ({MORNING} if morning else set())
        return sorted(days, reverse=True)


def names_of(mode: Session.Mode) -> tuple[str, ...]:
    """The form's fields for that mode, in the order of ``PARTS``."""
    return tuple(f"reminder_{mode.value}_{part}" for part in PARTS)


REMINDER_FIELDS = tuple(name for mode in Session.Mode for name in names_of(mode))
