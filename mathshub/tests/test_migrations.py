"""Every migration of the portal can be taken back and done again."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from mathshub.processes import PROJECT_ROOT
from workgroups.models import School
from workgroups.tests.factories import make_school

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def whole_again(transactional_db: None) -> Iterator[None]:
    yield
    call_command("migrate", verbosity=0)


def own_apps() -> list[str]:
    """The apps of the portal itself that have migrations."""
    labels = MigrationExecutor(connection).loader.migrated_apps
    return [
        config.label
        for config in apps.get_app_configs()
        if config.label in labels
        and config.path.startswith(str(PROJECT_ROOT))
        # A virtual environment may lie within the project.
        and "site-packages" not in config.path
    ]


def schema() -> dict[str, tuple[list, list[str]]]:
    """Each table with its columns and constraints, its indexes among them, without their names.

    Those that the database makes up differ where a drill has taken one away and put it back.
    """
    with connection.cursor() as cursor:
        look = connection.introspection
        return {
            table: (
                sorted(column[:7] for column in look.get_table_description(cursor, table)),
                sorted(map(repr, look.get_constraints(cursor, table).values())),
            )
            for table in look.table_names(cursor)
        }


def test_all_of_them_can_be_taken_back_and_done_again() -> None:
    labels = own_apps()
    assert set(labels) == {"accounts", "enrolment", "outbox", "workgroup_sessions", "workgroups"}
    whole = schema()
    MigrationExecutor(connection).migrate([(label, None) for label in labels])
    left = {table for table in schema() if table.startswith(tuple(labels))}
    assert left == set()
    call_command("migrate", verbosity=0)
    assert schema() == whole


def test_the_indexes_of_the_search_go_and_come_while_the_schools_stay() -> None:
    school, whole = make_school(), schema()
    MigrationExecutor(connection).migrate([("workgroups", "0001_initial")])
    assert len(whole["workgroups_school"][1]) > len(schema()["workgroups_school"][1])
    assert School.objects.get() == school
    MigrationExecutor(connection).migrate([("workgroups", "0002_search_indexes")])
    assert (schema(), School.objects.get()) == (whole, school)
