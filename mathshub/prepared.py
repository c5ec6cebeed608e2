"""Queries that are compiled once: Django makes the SQL of a queryset anew each time it is run.

That costs three to five times what the database takes to answer, and it is most of the work of a
page that asks three small questions. The queryset stays the one place where the question is put;
only its SQL is kept. For what is asked on nearly every request, and nowhere else.

    @prepared
    def _sessions(group: Any) -> QuerySet[Session]:
        return Session.objects.on_the_calendar().filter(work_group=group)

    sessions = _sessions(group=7)       # a list; ScopeError without a hub in scope

The function is called once, with a ``Bind`` for each argument, which stands where a value would. It
must not look at its arguments, nor read a clock. An argument may be a list of ids, in ``one_of``:
Django's own ``__in`` makes another statement for each length.

    @prepared
    def _places(schools: Any) -> QuerySet[Place]:
        return Place.objects.filter(one_of("school_id", schools))
"""

import json
from collections.abc import Callable
from copy import copy
from functools import update_wrapper
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import BooleanField, Expression, F, Func, Model, QuerySet, Value
from django_scopes import scope

from mathshub.scope import ScopeError, current_hub
from mathshub.statements import Given, Statement

Row = TypeVar("Row")
HUB = "hub"


class Bind(Expression):
    """Stands in a prepared query for the value that is given each time it is run."""

    # Lookups ask for the field that they compare with; the value is that field's.
    output_field: Any = None

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]

    def get_source_expressions(self) -> list[Any]:
        return []


def one_of(field: str, ids: Any) -> "OneOf":
    """The condition that the field holds one of the ids; ``ids`` is a ``Bind``, its value a list."""
    return OneOf(F(field), ids, output_field=BooleanField())


class OneOf(Func):
    """One parameter for any number of ids, so that one statement, and one plan, serves them all."""

    arity = 2
    arg_joiner = " = ANY("
    template = "%(expressions)s)"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        joiner = " IN (SELECT value FROM json_each("
        return self.as_sql(compiler, connection, template="%(expressions)s))", arg_joiner=joiner)


class Prepared(Generic[Row]):
    """A queryset whose SQL is made at its first run; call it for its rows."""

    def __init__(self, build: Callable[..., "QuerySet[Any, Row]"]) -> None:
        self._build = build
        self._plans: dict[str, _Plan] = {}
        update_wrapper(self, build)

    def __call__(self, **values: Any) -> list[Row]:
        """The rows for these values. Raises ``ScopeError`` where a hub is needed and none is set."""
        plan = self._plans.get(connection.vendor)
        if plan is None:
            plan = self._plans[connection.vendor] = self._prepare(list(values))
        return plan.run(values)

    def _prepare(self, names: list[str]) -> "_Plan":
        with scope(hub=Bind(HUB)):
            queryset = self._build(**{name: Bind(name) for name in names})
        return _Plan(queryset)


def prepared(build: "Callable[..., QuerySet[Any, Row]]") -> Prepared[Row]:
    """Make the function that builds a queryset into one that runs it; see above."""
    return Prepared(build)


class _Plan:
    """The compiled query: its SQL, and which value goes where."""

    def __init__(self, queryset: QuerySet) -> None:
        self._queryset = queryset
        self._compiler = queryset.query.get_compiler(queryset.db)
        # Compiling leaves on the compiler what the rows are made with: it is kept whole.
        sql, params = self._compiler.as_sql()
        self._names = list(dict.fromkeys(each.name for each in params if isinstance(each, Bind)))
        position = {name: Given(number) for number, name in enumerate(self._names)}
        self._statement = Statement(
            sql, tuple(position[each.name] if isinstance(each, Bind) else each for each in params)
        )
        columns = [column for column, *_ in self._compiler.select[: self._compiler.col_count]]
        self._converters = self._compiler.get_converters(columns)

    def run(self, values: dict[str, Any]) -> list[Any]:
        if any(map(_is_beyond_any_column, values.values())):
            return []
        bound = [_value(name, values) for name in self._names]
        compiler = copy(self._compiler)
        compiler.connection = connection  # this thread's
        compiler.as_sql = lambda: self._statement.to_run(bound)
        compiler.get_converters = lambda columns: self._converters
        rows: QuerySet = QuerySet(self._queryset.model)
        rows._query = _BoundQuery(self._queryset.query, compiler)  # type: ignore[attr-defined]
        rows._iterable_class = self._queryset._iterable_class
        rows._fields = self._queryset._fields  # type: ignore[attr-defined]
        rows._prefetch_related_lookups = (  # type: ignore[attr-defined]
            self._queryset._prefetch_related_lookups  # type: ignore[attr-defined]
        )
        return list(rows)


class _BoundQuery:
    """The query as iterating needs it, with a compiler that has done its work."""

    def __init__(self, query: Any, compiler: Any) -> None:
        self._query = query
        self._compiler = compiler

    def get_compiler(self, *args: Any, **options: Any) -> Any:
        return self._compiler

    def __getattr__(self, name: str) -> Any:
        return getattr(self._query, name)


def _is_beyond_any_column(value: Any) -> bool:
    """Addresses may hold any number of digits; Django finds no row by such a number either."""
    return isinstance(value, int) and not -(2**63) <= value < 2**63


def _value(name: str, values: dict[str, Any]) -> Any:
    value = _hub_in_scope() if name == HUB and HUB not in values else values[name]
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, int | str):
        return value
    if isinstance(value, list):
        return value if connection.vendor == "postgresql" else json.dumps(value)
    return _column_for(value).get_db_prep_value(value, connection)


def _column_for(value: Any) -> Any:
    """The field that Django keeps such a value in."""
    return Value(value).output_field


def _hub_in_scope() -> Any:
    hub = current_hub()
    if hub is None:
        raise ScopeError("This query is for one hub, and none is in scope.")
    return hub
