"""The forms of holds: why, and until when."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from mathshub.daytime import LONDON
from mathshub.outbox.holding import LONGEST
from mathshub.outbox.models import Hold, Message
from mathshub.scope_admin import SeenForm
from mathshub.scope_admin.widgets import DateInput

A_WEEK = timedelta(days=7)
LOOK_AGAIN = "Now it is until another day: what that means stands below. Press again to do it."


class HoldForm(SeenForm, forms.Form):
    """``shown_until`` is the day that the page's numbers were counted for."""

    reason = forms.CharField(
        max_length=200, help_text=Hold._meta.get_field("reason").help_text, label="Why"
    )
    until = forms.DateField(
        label="Held until the end of", widget=DateInput, help_text="It then goes by itself."
    )
    shown_until = forms.DateField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, today: date, hold: Hold) -> None:
        """``hold`` as it stands, or as it is proposed."""
        initial = {"reason": hold.reason, "until": hold.until}
        super().__init__(data and data.copy(), initial=initial)
        self._today = today

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if until < self._today:
            raise forms.ValidationError("Choose today or a later day.")
        if until > self._today + LONGEST:
            raise forms.ValidationError("Choose a day within a year: nobody should forget it.")
        return until

    @property
    def day(self) -> date:
        """The day that stands in the form, or the one it began with."""
        typed = self.cleaned_data.get("until") if self.is_bound and self.is_valid() else None
        day: date = typed or self.initial["until"]
        return day

    @property
    def is_seen(self) -> bool:
        """Whether the page had shown the numbers of the day that was typed."""
        return bool(self.cleaned_data["shown_until"] == self.cleaned_data["until"])

    def show(self, day: date) -> None:
        """Note on the page which day its numbers are for."""
        if self.is_bound:
            self.data["shown_until"] = day.isoformat()  # type: ignore[index]
        self.initial["shown_until"] = day


def proposed_end(message: Message | None, today: date) -> date:
    """A week on; of a single message a week from when it is due, but so that it can still go."""
    if message is None:
        return today + A_WEEK
    due_on = timezone.localdate(message.due_at, LONDON)
    expires_on = timezone.localdate(message.expires_at, LONDON)
    return max(today, min(max(due_on, today) + A_WEEK, expires_on - timedelta(days=1)))


class LiftForm(forms.Form):
    """What becomes of what should have gone meanwhile."""

    GO, DROP = "go", "drop"
    overdue = forms.ChoiceField(
        label="What should have gone by now", widget=forms.RadioSelect, choices=[]
    )

    def __init__(self, *args: Any, mails: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["overdue"].choices = [  # type: ignore[attr-defined]
            (self.GO, f"goes now: {mails}"),
            (self.DROP, "is dropped: no e-mail goes for it"),
        ]
