"""Choosing an academic year in a form: whichever is near, also one that no row stands for yet."""

from typing import Any

from django import forms
from django.db import models
from django.utils import timezone

from workgroups.models import AcademicYear
from workgroups.models.years import school_year_of

EARLIER, LATER = 2, 3  # how many years before and after this one can be chosen


class YearField(forms.TypedChoiceField):
    """An academic year by the year in which it begins; its row is made when it is first chosen."""

    def __init__(self, *, label: str) -> None:
        this_year = school_year_of(timezone.localdate())
        years = range(this_year - EARLIER, this_year + LATER + 1)
        super().__init__(
            label=label,
            choices=[(str(year), str(AcademicYear(start_year=year))) for year in years],
            initial=str(this_year),
            coerce=int,
        )

    def prepare_value(self, value: Any) -> Any:
        """What the row holds is the id of the year's row; what is chosen is its first year."""
        if not isinstance(value, int):
            return value
        year = AcademicYear.objects.filter(pk=value).first()
        if year and str(year.start_year) not in dict(self.choices):  # type: ignore[arg-type]
            self.choices = [(str(year.start_year), str(year)), *self.choices]  # type: ignore[misc]
        return str(year.start_year) if year else None

    def valid_value(self, value: Any) -> bool:
        """The years on offer, and any that a row has already."""
        if super().valid_value(value):
            return True
        return str(value).isdecimal() and AcademicYear.objects.filter(start_year=value).exists()

    def clean(self, value: Any) -> Any:
        start_year = super().clean(value)
        return AcademicYear.objects.get_or_create(start_year=start_year)[0]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class ChoosesYear:
    """For admins of rows with an academic year."""

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey, *args: Any, **kwargs: Any
    ) -> Any:
        if db_field.remote_field.model is AcademicYear:
            return YearField(label=str(db_field.verbose_name))
        return super().formfield_for_foreignkey(db_field, *args, **kwargs)  # type: ignore[misc]
