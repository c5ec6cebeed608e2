"""What was changed on a row, by whom and when, read from its history table."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db import models
from django.utils import formats, timezone
from django.utils.text import capfirst

from mathshub.scope_admin.names import with_names

SHOWN_AT_MOST = 100

NOTHING = "nothing"
Parts = Mapping[str, Callable[[Any], list[tuple[str, str]]]]

_DONE = {"+": "added", "~": "changed", "-": "removed"}


@dataclass(frozen=True)
class Change:
    """One saving of a row. ``fields`` holds (name, before, after) of what differs."""

    at: datetime
    by: str
    done: str
    why: str
    fields: list[tuple[str, str, str]]


def changes_of(obj: models.Model, *, parts: Parts | None = None) -> list[Change]:
    """The latest changes of ``obj``, newest first; an empty list where no history is kept.

    ``parts`` says of fields that hold many things, by the field's name, what each of these is
    called and how it reads: only those that differ are told.
    """
    if not hasattr(obj, "history"):
        return []
    return changes_among(type(obj), parts=parts, **{obj._meta.pk.attname: obj.pk})


def changes_among(model: Any, *, parts: Parts | None = None, **fields: Any) -> list[Change]:
    """The latest changes of what was one row by these fields, newest first, removals included."""
    rows, names = _latest(model, fields)
    changes = [_change(new, old, names, parts or {}) for new, old in pairwise(rows)]
    if rows and len(rows) <= SHOWN_AT_MOST:
        changes.append(_change(rows[-1], None, names))
    return [change for change in changes if change.fields or change.why or change.done != "changed"]


def changes_told(model: Any, words: "Callable[[Any, Names], str]", **fields: Any) -> list[Change]:
    """The same, each saving told as a whole by ``words`` instead of by what differs in it."""
    rows, names = _latest(model, fields)
    told = (replace(_change(row, None, names), why=words(row, names)) for row in rows)
    return list(told)[:SHOWN_AT_MOST]


def _latest(model: Any, fields: dict[str, Any]) -> "tuple[list[Any], Names]":
    """History rows, newest first, one more than is shown; and the names they may need."""
    rows = list(
        model.history.model.objects.filter(**fields)
        .select_related("history_user")
        .order_by("-history_date", "-history_id")[: SHOWN_AT_MOST + 1]
    )
    names = Names()
    for row in rows:
        names.note(row)
    return rows, names


class Names:
    """The names of the rows that history rows point at: one query for each of their tables."""

    def __init__(self) -> None:
        self._wanted: dict[type[models.Model], set[Any]] = {}
        self._known: dict[type[models.Model], dict[Any, str]] = {}

    def note(self, row: Any) -> None:
        """What ``row`` points at may be asked for."""
        for field in row.tracked_fields:
            if isinstance(field, models.ForeignKey) and field.editable:
                wanted = self._wanted.setdefault(field.remote_field.model, set())
                wanted.add(getattr(row, field.attname))

    def __call__(self, field: models.ForeignKey, pk: Any) -> str:
        """The linked row by its name; one that is gone, or out of scope, by nothing but that."""
        model = field.remote_field.model
        if model not in self._known:
            rows = with_names(model._default_manager.filter(pk__in=self._wanted[model] - {None}))
            self._known[model] = {row.pk: str(row) for row in rows}
        return self._known[model].get(pk, "a row that is no longer here")


def _change(new: Any, old: Any, names: Names, parts: Parts | None = None) -> Change:
    return Change(
        at=new.history_date,
        by=str(new.history_user) if new.history_user else "the portal",
        done=_DONE[new.history_type],
        why=new.history_change_reason or "",
        fields=[] if old is None else list(_differences(new, old, names, parts or {})),
    )


def _differences(new: Any, old: Any, names: Names, parts: Parts) -> Iterator[tuple[str, str, str]]:
    for field in new.tracked_fields:
        was, is_now = getattr(old, field.attname), getattr(new, field.attname)
        if not field.editable or was == is_now:
            continue
        if field.name in parts:
            yield from _parts_that_differ(parts[field.name], was, is_now)
        else:
            name = capfirst(str(field.verbose_name))
            yield name, _words(old, field, names), _words(new, field, names)


def _parts_that_differ(
    words: Callable[[Any], list[tuple[str, str]]], was: Any, is_now: Any
) -> Iterator[tuple[str, str, str]]:
    before, after = dict(words(was)), dict(words(is_now))
    for name in before | after:
        if before.get(name) != after.get(name):
            yield name, before.get(name) or NOTHING, after.get(name) or NOTHING


def _words(row: Any, field: models.Field, names: Names) -> str:
    value = getattr(row, field.attname)
    if value in (None, "", [], {}):
        return NOTHING
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    if isinstance(field, models.ForeignKey):
        return names(field, value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return formats.date_format(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return formats.localize(value)
