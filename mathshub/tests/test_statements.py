"""Statements are planned once for a connection, and run as if they were planned each time."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mathshub.statements import Given, Statement

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'", reason="SQLite keeps its plans in the driver"
    ),
]
DIVIDED = Statement("SELECT %s / %s::int, %s::text, 100 %% 7", (Given(1), Given(0), "50% off"))


def run(statement: Statement, *values: object) -> tuple:
    with connection.cursor() as cursor:
        cursor.execute(*statement.to_run(list(values)))
        return cursor.fetchone()


def known_statements() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE name LIKE 'portal_%'")
        return [text for (text,) in cursor.fetchall()]


@pytest.fixture(autouse=True)
def _a_connection_of_its_own(transactional_db: None) -> None:
    connection.close()


def test_values_go_where_they_belong_and_constants_stay() -> None:
    assert run(DIVIDED, 5, 40) == (8, "50% off", 2)
    assert run(DIVIDED, 2, 40) == (20, "50% off", 2)


def test_a_statement_may_want_no_value() -> None:
    assert run(Statement("SELECT 100 %% 7", ())) == (2,)


def test_it_is_planned_once() -> None:
    run(DIVIDED, 5, 40)
    run(DIVIDED, 2, 40)
    (known,) = known_statements()
    assert "$2 / $1::int" in known
    assert "'50% off'::text" in known


def test_what_is_sent_then_is_its_name_and_the_values() -> None:
    run(DIVIDED, 5, 40)
    with CaptureQueriesContext(connection) as captured:
        run(DIVIDED, 4, 40)
    (query,) = captured
    assert query["sql"].startswith("EXECUTE portal_")
    assert query["sql"].endswith(" (4, 40)")


def test_a_new_connection_is_told_anew() -> None:
    run(DIVIDED, 5, 40)
    connection.close()
    assert run(DIVIDED, 5, 40) == (8, "50% off", 2)
    assert len(known_statements()) == 1


def test_behind_a_pool_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    assert run(DIVIDED, 5, 40) == (8, "50% off", 2)
    assert known_statements() == []
