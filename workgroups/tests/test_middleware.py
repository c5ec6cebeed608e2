"""The first question of a request finds out whether the database connection still lives."""

import pytest
from django.db import OperationalError, connection
from django.test import Client

from workgroups.middleware import ask_first
from workgroups.tests.factories import make_hub

pytestmark = pytest.mark.django_db(transaction=True)
on_postgresql = pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="SQLite has no server that ends connections"
)


def end_connection_from_outside() -> None:
    """What a restart of the server, or an administrator, does to a connection."""
    other = connection.copy()
    with other.cursor() as cursor:
        pid = connection.connection.info.backend_pid
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    other.close()


@on_postgresql
def test_a_connection_that_died_is_made_anew_and_nobody_notices() -> None:
    make_hub(slug="lea-valley")
    end_connection_from_outside()
    assert Client().get("/robots.txt").status_code == 200


@on_postgresql
def test_what_is_not_asked_so_would_fail() -> None:
    make_hub(slug="lea-valley")
    end_connection_from_outside()
    connection.health_check_done = True  # as ask_first says of it
    with pytest.raises(OperationalError), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    connection.close()


def test_what_a_living_database_refuses_is_not_asked_again() -> None:
    asked = []

    def ask() -> None:
        asked.append(1)
        raise OperationalError("canceling statement due to statement timeout")

    connection.ensure_connection()
    with pytest.raises(OperationalError):
        ask_first(ask)
    assert len(asked) == 1
