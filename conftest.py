"""Fixtures that any test may ask for, beside those of pytest-django and pytest-playwright.

    smtp_sink               a real SMTP server on loopback (mathshub.testing.smtp.SmtpSink), where
                            Django's mail in this process goes too. Faults are chosen by the
                            recipient: rcpt-550@, rcpt-450-2@, data-554@, hang@, cut@, lost-reply@.
                                smtp_sink.wait_for("office@school.example", count=1)[0].text
    live_portal             gunicorn on the test database, with real commits
                            (mathshub.testing.portal.LivePortal).
                                page.goto(live_portal.url("/", host="lea-valley.localhost"))
    celery_worker_and_beat  a real Celery worker and beat on a Valkey of their own, with the test
                            database and `smtp_sink`; beat sweeps and plans four times a second
                            (mathshub.testing.portal.Clockwork).
                                celery_worker_and_beat.wait_for_beats(100)
                            Its .broker, .worker and .beat take .signal(SIGKILL), .stop(), .start().
    page                    Playwright's page in the system's Chromium, 1180 pixels wide; without
                            Chromium the test is skipped, or fails under REQUIRE_BROWSER=1. The test
                            fails at its end when the browser reported a CSP violation or a script
                            error; take them out of `browser_reports` when they are what is tested.
    phone                   the same page, 390 pixels wide.
    axe                     axe(page) lists what axe-core finds:  assert axe(page) == []

`live_portal` and `celery_worker_and_beat` see only what is committed: they bring pytest-django's
`transactional_db`, which empties the database after the test. Tests that ask for `page` carry the
mark `browser` without being told. The mark `database` is for tests that must hold on PostgreSQL and
on SQLite: `make test` runs those on both.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import BrowserContext, Page
from pytest_django import Settings

from mathshub.processes import stop_together
from mathshub.testing import browser
from mathshub.testing.plugin import VAR_DIR
from mathshub.testing.portal import BEAT_SECONDS, Clockwork, LivePortal, portal_env, start_web
from mathshub.testing.smtp import SmtpSink


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Keep SQLite's test database in a file: other processes and real locks must reach it."""
    database = django_settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database["TEST"]["NAME"] = str(VAR_DIR / "test.sqlite3")


@pytest.fixture
def smtp_sink(settings: Settings) -> Iterator[SmtpSink]:
    sink = SmtpSink()
    sink.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = sink.port
    yield sink
    sink.stop()


@pytest.fixture(scope="session")
def _web_server(django_db_setup: None, django_db_blocker: Any) -> Iterator[LivePortal]:
    """One gunicorn for the session: what it shows comes from the database of the moment."""
    # Behind a proxy, as in life: who posts much says by X-Forwarded-For from which networks.
    portal = start_web(VAR_DIR, TRUST_PROXY="1")
    try:
        yield portal
    finally:
        portal.part.stop()


@pytest.fixture
def live_portal(transactional_db: None, _web_server: LivePortal) -> LivePortal:
    return _web_server


@pytest.fixture
def celery_worker_and_beat(
    transactional_db: None, smtp_sink: SmtpSink, tmp_path: Path
) -> Iterator[Clockwork]:
    env = portal_env(
        EMAIL_URL=smtp_sink.url, SWEEP_SECONDS=str(BEAT_SECONDS), PLAN_SECONDS=str(BEAT_SECONDS)
    )
    clockwork = Clockwork.prepare(tmp_path, env)
    try:
        clockwork.start()
        yield clockwork
    finally:
        stop_together([clockwork.broker, clockwork.worker, clockwork.beat])


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Playwright's own hook: the system's Chromium, or a reason why there is no browser test."""
    chromium = browser.find_chromium()
    if chromium:
        return {"executable_path": chromium, "args": browser.CHROMIUM_OPTIONS}
    reason = "no Chromium on this machine (Debian: apt-get install chromium)"
    if os.environ.get("REQUIRE_BROWSER"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return browser_context_args | browser.CONTEXT_OPTIONS


@pytest.fixture
def browser_reports(context: BrowserContext) -> list[str]:
    """CSP violations and script errors, as they come."""
    return browser.collect_reports(context)


@pytest.fixture
def page(context: BrowserContext, browser_reports: list[str]) -> Iterator[Page]:
    page = context.new_page()
    yield page
    assert browser_reports == [], "the browser reported what it should not have met"


@pytest.fixture
def phone(page: Page) -> Page:
    page.set_viewport_size({"width": browser.PHONE, "height": 844})
    return page


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    return browser.axe_violations
