"""The hub scope: every owned row carries its hub, and no query runs without one.

The scope is a context variable (django-scopes). Unset, the default manager of an owned model
raises ``ScopeError``; set, it filters; all hubs are seen only inside ``all_hubs(reason)``.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.db import DEFAULT_DB_ALIAS, models
from django.db.models.constraints import BaseConstraint
from django_scopes import ScopedManager, get_scope, scope, scopes_disabled
from django_scopes.exceptions import ScopeError
from simple_history.models import HistoricalRecords

log = logging.getLogger(__name__)

__all__ = [
    "HubOwned",
    "SameHub",
    "ScopeError",
    "all_hubs",
    "current_hub",
    "hub_history",
    "hub_key",
    "hub_manager",
    "hub_scope",
    "owned_models",
]


def hub_manager(queryset_class: type[models.QuerySet] = models.QuerySet) -> Any:
    """The default manager of an owned model: ``queryset_class``'s methods, within the scope only."""
    return ScopedManager(_manager_class=models.Manager.from_queryset(queryset_class), hub="hub")


@contextmanager
def hub_scope(hub: models.Model) -> Iterator[None]:
    """See and write the rows of ``hub`` and of no other."""
    with scope(hub=hub):
        yield


@contextmanager
def all_hubs(reason: str) -> Iterator[None]:
    """See the rows of every hub; ``reason`` goes to the log. For commands and the outbox only."""
    log.debug("scope widened to all hubs: %s", reason)
    with scopes_disabled():
        yield


def current_hub() -> Any:
    """The hub in scope, or None where none is set or all are."""
    state = get_scope()
    return state.get("hub") if state.get("_enabled", True) else None


def _current_hub_id() -> int | None:
    hub = current_hub()
    return hub.pk if hub is not None else None


class HubOwned(models.Model):
    """A row that belongs to one hub; a new one takes the hub in scope."""

    hub = models.ForeignKey(
        "workgroups.Hub",
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        default=_current_hub_id,
    )

    objects: ClassVar[Any] = hub_manager()

    class Meta:
        abstract = True


class HubHistory(models.Model):
    """What the history table of an owned model inherits: the same scope."""

    objects: ClassVar[Any] = hub_manager()

    class Meta:
        abstract = True


def hub_history(**options: Any) -> HistoricalRecords:
    """The history of an owned model: who changed what, when, seen by its own hub only."""
    return HistoricalRecords(bases=[HubHistory], **options)


def owned_models() -> list[type[HubOwned]]:
    """Every concrete model that belongs to a hub."""
    from django.apps import apps  # the registry is complete only once Django runs

    return [model for model in apps.get_models() if issubclass(model, HubOwned)]


def hub_key() -> models.UniqueConstraint:
    """What a model needs in ``Meta.constraints`` so that ``SameHub`` keys may point at it."""
    return models.UniqueConstraint(fields=["id", "hub"], name="%(app_label)s_%(class)s_hub_key")


class SameHub(BaseConstraint):
    """A composite foreign key (``field``, hub): the database refuses a link across hubs.

    The model that ``field`` points at must have ``hub_key()`` among its constraints. Checked
    when the transaction commits, on PostgreSQL and on SQLite.
    """

    def __init__(self, field: str, *, name: str) -> None:
        self.field = field
        super().__init__(
            name=name,
            violation_error_message="This belongs to another hub.",
        )

    def constraint_sql(self, model: Any, schema_editor: Any) -> str:
        quote = schema_editor.quote_name
        column = model._meta.get_field(self.field)
        target = column.remote_field.model._meta.db_table
        return (
            f"CONSTRAINT {quote(self.name)} FOREIGN KEY ({quote(column.column)}, {quote('hub_id')}) "
            f"REFERENCES {quote(target)} ({quote('id')}, {quote('hub_id')}) "
            "DEFERRABLE INITIALLY DEFERRED"
        )

    def create_sql(self, model: Any, schema_editor: Any) -> str:
        table = schema_editor.quote_name(model._meta.db_table)
        return f"ALTER TABLE {table} ADD {self.constraint_sql(model, schema_editor)}"

    def remove_sql(self, model: Any, schema_editor: Any) -> str:
        quote = schema_editor.quote_name
        return f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self.name)}"

    def validate(
        self,
        model: type[models.Model],
        instance: models.Model,
        exclude: Any = None,
        using: str = DEFAULT_DB_ALIAS,
    ) -> None:
        """The database is the judge; forms offer only rows in scope."""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SameHub):
            return NotImplemented
        return (self.name, self.field) == (other.name, other.field)

    def __hash__(self) -> int:
        return hash((self.name, self.field))

    def deconstruct(self) -> tuple[str, tuple, dict[str, Any]]:
        return "mathshub.scope.SameHub", (self.field,), {"name": self.name}
