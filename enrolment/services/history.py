"""Every change of a service goes on the record: who did it, when, and in which words."""

from datetime import datetime
from typing import Any

from django.db import models

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
