"""Pytest plugin that prepares the environment before Django reads its settings.

Loaded by `-p` in pytest.ini: a conftest would come too late, since pytest-django reads the
settings before any conftest is imported. Every pytest process (each xdist worker is one) gets a
VAR_DIR of its own, and with it a broker socket and an SQLite file of its own.
"""

import atexit
import json
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from mathshub.testing.n_plus_one import watch_pages
from mathshub.testing.sizes import load_profile

VAR_DIR = Path(tempfile.mkdtemp(prefix="portal-test-"))
atexit.register(shutil.rmtree, VAR_DIR, ignore_errors=True)

os.environ |= {
    "TESTING": "1",
    "VAR_DIR": str(VAR_DIR),
    # Set though empty: what a developer's .env says must not reach the tests.
    "DEMO": "",
    "DEBUG": "",
    "REDIS_URL": "",
    "EMAIL_URL": "",
    "EMAIL_RATE_PER_MINUTE": "6000",
    "SITE_URL": "",
    # Playwright leaves its event loop running in this thread; Django would refuse every query.
    "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
}
os.environ.setdefault("DATABASE_URL", "")


def pytest_configure() -> None:
    """Django is set up by now: pytest-django does it when it loads the initial conftests."""
    watch_pages()
    load_profile()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a browser, so that `-m "not browser"` needs no care from test writers."""
    for item in items:
        if "page" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave the numbers for the runner, which adds up the runs on both databases."""
    report = os.environ.get("TEST_COUNTS")
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not report or reporter is None or hasattr(session.config, "workerinput"):
        return
    outcomes = ("passed", "failed", "error", "skipped")
    counts = {outcome: len(reporter.stats.get(outcome, [])) for outcome in outcomes}
    Path(report).write_text(json.dumps(counts))
