"""Takes the demonstration away again; the register's schools and the academic years stay."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models, transaction

from mathshub.accounts.models import Account
from mathshub.scope import all_hubs, owned_models
from mathshub.site.demo.load import REGISTER
from mathshub.site.demo.staff import sign_ins
from workgroups.models import Hub, RegisterImport, School


def unload() -> None:
    """Delete the demonstration's hubs with all they own, its staff, its schools and its mail."""
    with transaction.atomic(), all_hubs("the demonstration is taken away"):
        hubs = Hub.objects.filter(is_demonstration=True)
        # Keys are checked at commit, so the order does not matter.
        for model in owned_models():
            _delete(model, hub__in=hubs)
        _delete(School, is_demonstration=True)
        _delete(RegisterImport, file_name__in=REGISTER)
        Account.objects.filter(email__in=[each.email for each in sign_ins()]).delete()
        _delete(Hub, is_demonstration=True)
    _delete_mail()


def _delete(model: type[models.Model], **which: Any) -> None:
    """The rows, their history and their links to many; no signals: nobody is to be told of it."""
    rows = model._default_manager.filter(**which)
    for field in model._meta.many_to_many:
        through: Any = field.remote_field.through
        key = f"{field.m2m_field_name()}__in"
        _raw_delete(through._base_manager.filter(**{key: rows}))
    if hasattr(model, "history"):
        _raw_delete(model.history.model._base_manager.filter(**which))
    _raw_delete(rows)


def _raw_delete(rows: models.QuerySet) -> None:
    rows._raw_delete(rows.db)


def _delete_mail() -> None:
    folder = getattr(settings, "EMAIL_FILE_PATH", None)
    if settings.DEMO and folder:
        for path in Path(folder).glob("*.log"):
            path.unlink(missing_ok=True)
