"""The migrations of the register, each taken back and done again over a portal full of data."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from mathshub.site.demo.load import load
from workgroups.models import School, TermDate

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]

NOVEMBER = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
# What stood before the register was built.
BEFORE = {
    "enrolment": "0002_lists_in_the_order_of_the_index",
    "workgroups": "0005_schools_by_alphabet_and_print",
}


@pytest.fixture
def demonstration(transactional_db: None) -> Iterator[None]:
    """Committed, as in life: what a migration meets is no open transaction."""
    with time_machine.travel(NOVEMBER):
        load(NOVEMBER, report=lambda words: None)
    yield
    call_command("migrate", verbosity=0)


def newest_first() -> list[tuple[str, str]]:
    """The migrations since, in an order in which each can be taken back."""
    graph = MigrationExecutor(connection).loader.graph
    everything = [
        key for leaf in graph.leaf_nodes() for key in graph.forwards_plan(leaf) if key[0] in BEFORE
    ]
    since = [key for key in dict.fromkeys(everything) if key[1] > BEFORE[key[0]]]
    return since[::-1]


def columns() -> dict[str, list[str]]:
    """Each table with its columns."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        return {
            table: sorted(
                column.name
                for column in connection.introspection.get_table_description(cursor, table)
            )
            for table in tables
        }


def kept() -> list[list[tuple]]:
    """Rows that stand in tables from before."""
    with connection.cursor() as cursor:
        found = []
        for table, names in (
            (School._meta.db_table, "urn, name"),
            (TermDate._meta.db_table, "id, starts_on, half_term_ends_on"),
        ):
            cursor.execute(f"SELECT {names} FROM {table} ORDER BY 1")
            found.append(cursor.fetchall())
    return found


@pytest.mark.usefixtures("demonstration")
def test_each_migration_of_the_register_can_be_taken_back_and_done_again() -> None:
    rows, whole = kept(), columns()
    assert all(rows)
    for app, name in newest_first():
        executor = MigrationExecutor(connection)
        [(parent_app, parent)] = [
            key.key
            for key in executor.loader.graph.node_map[app, name].parents
            if key.key[0] == app
        ]
        MigrationExecutor(connection).migrate([(parent_app, parent)])
        taken_back = columns()
        MigrationExecutor(connection).migrate([(app, name)])
        MigrationExecutor(connection).migrate([(parent_app, parent)])
        assert columns() == taken_back
        assert kept() == rows
    assert "workgroups_schoollink" not in columns()
    call_command("migrate", verbosity=0)
    assert (columns(), kept()) == (whole, rows)
