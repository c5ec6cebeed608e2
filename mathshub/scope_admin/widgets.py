"""Controls of the admin's forms: the browser's own, which need no script."""

from typing import Any

from django import forms
from django.db import models


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


class DateAndTime(forms.SplitDateTimeWidget):
    """A day and a time of day in London, each with its own control."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        forms.MultiWidget.__init__(self, [DateInput(), TimeInput()], attrs)

    def name_controls(self, label: str) -> None:
        """Tell screen readers which of the two each control is."""
        for widget, part in zip(self.widgets, ("day", "time"), strict=True):
            widget.attrs["aria-label"] = f"{label}: {part}"


class GroupedCheckboxes(forms.CheckboxSelectMultiple):
    """Boxes in groups, of which the first is open and the others unfold; for more than one reads.

    ``hints`` says what stands under a choice, by its value.
    """

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.hints: dict[Any, str] = {}


FORM_FIELDS: dict[type[models.Field], dict[str, Any]] = {
    models.DateTimeField: {"form_class": forms.SplitDateTimeField, "widget": DateAndTime},
    models.DateField: {"widget": DateInput},
    models.TimeField: {"widget": TimeInput},
    models.TextField: {"widget": forms.Textarea(attrs={"rows": 4})},
    models.CharField: {"widget": forms.TextInput},
    models.EmailField: {"widget": forms.EmailInput},
    models.URLField: {"widget": forms.URLInput, "assume_scheme": "https"},
    models.SlugField: {"widget": forms.TextInput},
    models.IntegerField: {"widget": forms.NumberInput},
    models.PositiveSmallIntegerField: {"widget": forms.NumberInput},
    models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple},
}
