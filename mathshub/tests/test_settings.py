"""A production start without what it needs stops, and says what is missing."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project_settings

from mathshub.daytime import is_daytime, next_daytime

COMPLETE = {
    "SECRET_KEY": "x" * 50,
    "ALLOWED_HOSTS": "hub.example.org",
    "SITE_URL": "https://hub.example.org",
    "DEFAULT_FROM_EMAIL": "portal@hub.example.org",
}


def start_with(tmp_path: Path, **given: str) -> subprocess.CompletedProcess[str]:
    """What ``manage.py check`` says in production with these settings and no others."""
    env = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path)} | given
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        env=env,
        cwd=project_settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_start_without_settings_says_one_sentence_for_each(tmp_path: Path) -> None:
    ended = start_with(tmp_path)

    assert ended.returncode == 1
    lines = ended.stderr.strip().splitlines()
    assert [line.split(" is not set: ")[0] for line in lines] == list(COMPLETE)


def test_a_short_key_is_refused(tmp_path: Path) -> None:
    ended = start_with(tmp_path, **COMPLETE | {"SECRET_KEY": "short"})

    assert ended.stderr.strip() == "SECRET_KEY is too short: it needs 50 characters or more."


def test_a_complete_start_goes_ahead(tmp_path: Path) -> None:
    ended = start_with(tmp_path, **COMPLETE)

    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("hours", ["19-7", "7-25", "7", "seven-19", "-7-19"])
def test_hours_that_are_none_are_refused(tmp_path: Path, hours: str) -> None:
    ended = start_with(tmp_path, **COMPLETE | {"MAIL_HOURS": hours})

    assert ended.returncode == 1
    assert "MAIL_HOURS must be two hours of the day, such as 7-19." in ended.stderr


def test_what_can_wait_may_leave_all_day_where_the_settings_say_so(settings: Any) -> None:
    night = datetime(2027, 1, 14, 23, 30, tzinfo=UTC)
    assert not is_daytime(night)
    settings.MAIL_HOURS = (0, 24)
    assert (is_daytime(night), next_daytime(night)) == (True, night)


def test_a_provider_whose_calls_nobody_could_check_is_refused(tmp_path: Path) -> None:
    named = COMPLETE | {"BOUNCE_PROVIDER": "mailgun"}
    without_secret = start_with(tmp_path, **named)
    without_key = start_with(tmp_path, **named, BOUNCE_WEBHOOK_SECRET="portal:secret")
    unknown = start_with(
        tmp_path, **COMPLETE, BOUNCE_PROVIDER="pigeons", BOUNCE_WEBHOOK_SECRET="portal:secret"
    )

    assert "BOUNCE_WEBHOOK_SECRET is not set" in without_secret.stderr
    assert "BOUNCE_SIGNING_KEY is not set" in without_key.stderr
    assert "it must be one of mailgun, postmark, brevo, mailjet" in unknown.stderr
