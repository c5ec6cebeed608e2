"""Soak tests: short in `make test`, very many in `make soak`, where each is a row of the table.

def test_something(soak: Soak):
    for number in soak.progress(size(short=2, soak=10_000)):
        ...
    soak.report(number, "0 overbooked")
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from tqdm import tqdm

from mathshub.scope import hub_scope
from mathshub.testing.sizes import IS_SOAK
from workgroups.models import Hub
from workgroups.tests.factories import make_hub


@dataclass(frozen=True)
class Soak:
    """What a soak test tells the table of `make soak`, and its bar of progress."""

    note: Callable[[str, object], None]

    def report(self, how_many: int, found: str) -> None:
        self.note("how_many", how_many)
        self.note("found", found)

    def progress(self, rounds: Iterable[Any], total: int | None = None) -> Any:
        """``rounds`` one by one, with a bar that says how far it is."""
        return tqdm(rounds, total=total, disable=not IS_SOAK, leave=False)


@pytest.fixture
def soak(record_property: Callable[[str, object], None]) -> Soak:
    return Soak(record_property)


@pytest.fixture
def hub(transactional_db: None) -> Iterator[Hub]:
    """A committed hub, in scope."""
    hub = make_hub(slug="lea-valley")
    with hub_scope(hub):
        yield hub
