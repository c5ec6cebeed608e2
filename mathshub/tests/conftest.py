"""Fixtures of the tests that cross apps."""

import logging
from collections.abc import Iterator

import pytest
import time_machine

from enrolment.tests.factories import NOW
from mathshub.tests.two_hubs import PlantedHub, plant_two_hubs


@pytest.fixture
def two_hubs(db: None) -> Iterator[tuple[PlantedHub, PlantedHub]]:
    """Two hubs full of rows, at the factories' NOW, with the log quiet.

    A crawl is refused thousands of times: each would be a line, with its traceback.
    """
    logging.disable(logging.CRITICAL)
    with time_machine.travel(NOW, tick=False):
        yield plant_two_hubs()
    logging.disable(logging.NOTSET)
