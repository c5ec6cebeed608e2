"""A page as it would be, with what keeps it from being saved."""

from collections.abc import Iterator
from dataclasses import dataclass

from django import forms


@dataclass(frozen=True)
class Preview:
    """What stands above a page that is not saved; ``problems`` keep it from being saved."""

    problems: list[str]


def sentences(form: forms.BaseForm) -> Iterator[str]:
    """What is wrong with the form, each with the label of its field."""
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        for error in errors:
            yield f"{label}: {error}" if label else str(error)
