"""The choice of a row in each line of an inline: its rows are read once for all lines."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.models import ModelChoiceIterator


class _ReadOnce(ModelChoiceIterator):
    field: "SharedChoice"

    def __iter__(self) -> Iterator[tuple[Any, str]]:
        if self.field.empty_label is not None:
            yield ("", str(self.field.empty_label))
        yield from map(self.choice, self.field.rows.values())


class SharedChoice(forms.ModelChoiceField):
    """Its copies, one in each line, offer and judge by the rows that the first of them has read.

    For one request's form: what is chosen from must not be kept any longer.
    """

    iterator = _ReadOnce

    def __init__(self, queryset: models.QuerySet, **options: Any) -> None:
        self._read: dict[str, models.Model] = {}
        super().__init__(queryset, **options)

    def __deepcopy__(self, memo: dict[int, Any]) -> "SharedChoice":
        copy = super().__deepcopy__(memo)
        copy._read = self._read
        return copy

    @property
    def rows(self) -> dict[str, models.Model]:
        """By the value that is sent."""
        if not self._read and self.queryset is not None:
            self._read.update({str(row.pk): row for row in self.queryset.all()})
        return self._read

    def to_python(self, value: Any) -> models.Model | None:
        if value in self.empty_values:
            return None
        key = str(value.pk if isinstance(value, models.Model) else value)
        if key not in self.rows:
            message = self.error_messages["invalid_choice"]
            raise ValidationError(message, code="invalid_choice", params={"value": value})
        return self.rows[key]
