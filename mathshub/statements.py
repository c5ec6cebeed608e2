"""Statements that PostgreSQL plans once for a connection, not each time they are run.

Planning a join of four tables takes it longer than finding six rows. PREPARE and EXECUTE are plain
SQL; the driver knows nothing of them. A pool that gives every transaction another connection can't
keep them: DISABLE_SERVER_SIDE_CURSORS, which Django wants behind such a pool, turns them off.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection

# The names that each connection of the driver knows; they go when it goes.
_known: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Given:
    """Stands among a statement's parameters for a value that comes with each run."""

    position: int

    def __conform__(self, protocol: Any) -> "Given":
        """The driver asks whoever is a parameter how to write it into a statement."""
        return self

    def getquoted(self) -> bytes:
        return f"${self.position + 1}".encode()


@dataclass(frozen=True)
class Statement:
    """SQL with Django's placeholders; ``params`` hold a ``Given`` where a value is still to come.

    What does not change is written into the plan, so that partial indexes are seen to fit.
    """

    sql: str
    params: Sequence[Any]

    def to_run(self, values: Sequence[Any]) -> tuple[str, list[Any]]:
        """What a cursor should execute for these values, as the database keeps them."""
        if not can_plan_once():
            return self.sql, [
                values[p.position] if isinstance(p, Given) else p for p in self.params
            ]
        given = f" ({', '.join(['%s'] * len(values))})" if values else ""
        return f"EXECUTE {self._known_name()}{given}", list(values)

    def _known_name(self) -> str:
        """Its name on this thread's connection, which is told of it at the first run."""
        connection.ensure_connection()
        driver = connection.connection
        names = _known.setdefault(driver, set())
        name = self._name
        if name not in names:
            with connection.wrap_database_errors, driver.cursor() as cursor:
                cursor.execute(f"PREPARE {name} AS {self.sql}", tuple(self.params))
            names.add(name)
        return name

    @cached_property
    def _name(self) -> str:
        return f"portal_{sha256(repr((self.sql, self.params)).encode()).hexdigest()[:20]}"


def can_plan_once() -> bool:
    """Whether this thread's database keeps plans, and keeps them with the connection."""
    if connection.vendor != "postgresql":
        return False
    return not connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS")
