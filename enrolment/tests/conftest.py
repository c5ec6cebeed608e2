"""Fixtures of this app's tests."""

from collections.abc import Iterator

import pytest
import time_machine
from django.db import connection

from enrolment.tests.factories import NOW
from mathshub.scope import hub_scope
from workgroups.models import Hub
from workgroups.tests.factories import make_hub


@pytest.fixture
def hub(db: None) -> Iterator[Hub]:
    """A hub, in scope; ``testserver`` shows its pages."""
    hub = make_hub(slug="lea-valley", name="Lea Valley Maths Hub")
    with hub_scope(hub):
        yield hub


@pytest.fixture
def on_postgresql(db: None) -> None:
    """SQLite lets one writer in at a time: there is no row lock to turn off or to wait for."""
    if connection.vendor != "postgresql":
        pytest.skip("of PostgreSQL's row locks")


@pytest.fixture
def on_the_day() -> Iterator[None]:
    """It is NOW: the factories' windows are open whenever the tests run."""
    with time_machine.travel(NOW, tick=False):
        yield
