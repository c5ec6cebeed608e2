"""Fixtures of the outbox's tests: a hub in scope, a clock, kinds of message made for the test."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from mathshub.outbox import kinds
from mathshub.outbox.kinds import Kind
from mathshub.outbox.tests.factories import Clock, make_kind
from mathshub.scope import hub_scope
from workgroups.models import Hub
from workgroups.tests.factories import make_hub

TEMPLATES = Path(__file__).parent / "templates"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def register_kind(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Kind]:
    """Make a kind and register it until the test ends."""

    def register(**fields: Any) -> Kind:
        kind = make_kind(**fields)
        monkeypatch.setitem(kinds._kinds, kind.name, kind)
        return kind

    return register


@pytest.fixture
def letter_templates(settings: Settings) -> None:
    engine = settings.TEMPLATES[0]
    settings.TEMPLATES = [engine | {"DIRS": [TEMPLATES, *engine["DIRS"]]}]


@pytest.fixture
def kind(register_kind: Callable[..., Kind], letter_templates: None) -> Kind:
    """The kind "test", registered."""
    return register_kind()


@pytest.fixture
def hub(db: None, kind: Kind) -> Iterator[Hub]:
    """A hub, in scope; nothing is committed."""
    hub = make_hub(name="Lea Valley Maths Hub", contact_email="hello@lea-valley.example.org")
    with hub_scope(hub):
        yield hub


@pytest.fixture
def committed_hub(transactional_db: None, kind: Kind) -> Iterator[Hub]:
    """A hub, in scope; what is written is committed, for other connections to see."""
    hub = make_hub()
    with hub_scope(hub):
        yield hub
