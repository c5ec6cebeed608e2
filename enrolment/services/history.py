"""Every change of a service goes on the record: who did it, when, and in which words."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import models
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from mathshub.accounts.models import Account


def save_as(instance: models.Model, *, by: Account | None, now: datetime, why: str) -> None:
    """Save the row, and in its history who did it (None: the holder of a signed link) and why."""
    _sign(instance, by=by, now=now, why=why)
    instance.save()


def delete_as(instance: models.Model, *, by: Account | None, now: datetime, why: str) -> None:
    """Delete the row; its history stays, and ends with who did it and why."""
    _sign(instance, by=by, now=now, why=why)
    instance.delete()


def _sign(instance: models.Model, *, by: Account | None, now: datetime, why: str) -> None:
    record: Any = instance  # simple-history reads these from the instance
    record._history_user = by
    record._history_date = now
    record._change_reason = why[:100]


def create_all_as(
    rows: Sequence[models.Model], *, by: Account | None, now: datetime, why: str
) -> None:
    """Create rows of one model, however many, and note it in the history of each."""
    if rows:
        bulk_create_with_history(
            rows, type(rows[0]), default_user=by, default_date=now, default_change_reason=why[:100]
        )


def update_all_as(
    rows: Sequence[models.Model],
    fields: Sequence[str],
    *,
    by: Account | None,
    now: datetime,
    why: str,
) -> None:
    """Save these fields of rows of one model, and note it in the history of each."""
    if rows:
        bulk_update_with_history(
            rows,
            type(rows[0]),
            fields,
            default_user=by,
            default_date=now,
            default_change_reason=why[:100],
        )


def remove_all_as(
    rows: Sequence[models.Model], *, by: Account | None, now: datetime, why: str
) -> None:
    """Delete rows of one model, and note it in the history of each: simple-history has no such."""
    if not rows:
        return
    model: Any = type(rows[0])
    records = [
        model.history.model(
            history_date=now,
            history_user=by,
            history_change_reason=why[:100],
            history_type="-",
            **{
                field.attname: getattr(row, field.attname)
                for field in model.history.model.tracked_fields
            },
        )
        for row in rows
    ]
    model.history.model.objects.bulk_create(records)
    found = model._default_manager.filter(pk__in=[row.pk for row in rows])
    found._raw_delete(found.db)
