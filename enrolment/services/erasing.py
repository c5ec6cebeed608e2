"""Deleting for good: the rows and what their history remembers, a batch to a transaction."""

from collections.abc import Callable
from typing import Any

from django.db import models

from enrolment.services.transactions import one_transaction

AT_ONCE = 500  # rows of one transaction, so that none holds locks for long
Change = Callable[[list[int]], None]


def in_batches(rows: models.QuerySet, change: Change) -> int:
    """Change the rows by their keys, in the order of these; returns how many there were.

    Each batch is a transaction of its own, so what is done stays done. Raises
    ``SomeoneElseIsChanging``.
    """
    changed = last = 0
    while keys := _change_next(rows.filter(pk__gt=last), change):
        changed += len(keys)
        last = keys[-1]
    return changed


@one_transaction
def _change_next(rows: models.QuerySet, change: Change) -> list[int]:
    """Lock the next rows, look again whether they are still meant, and change them."""
    keys = list(rows.select_for_update().order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    if keys:
        change(keys)
    return keys


def erase(model: type[models.Model], **which: Any) -> None:
    """Delete rows and their history. Without signals: a deletion would go on the record too.

    ``which`` selects in both tables, so it says ``id``, not ``pk``.
    """
    if hasattr(model, "history"):
        erase_history(model, **which)
    _delete(model._default_manager.filter(**which))


def erase_history(model: type[models.Model], **which: Any) -> None:
    """Delete what was remembered of rows, also of those that are gone already."""
    record: Any = model  # simple-history adds its manager at run time
    _delete(record.history.model.objects.filter(**which))


def _delete(rows: models.QuerySet) -> None:
    rows._raw_delete(rows.db)
