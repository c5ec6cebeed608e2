"""The fixtures of conftest.py keep what its first lines say."""

import os
import re
import urllib.request

import pytest
from django.db import connection

pytestmark = pytest.mark.database


def test_the_live_portal_reads_what_the_test_has_committed(live_portal):
    with urllib.request.urlopen(live_portal.url("/readyz"), timeout=10) as answer:
        assert answer.status == 200


def test_worker_and_beat_work_on_the_test_database(celery_worker_and_beat):
    celery_worker_and_beat.wait_for_beats(3, "sweep")
    celery_worker_and_beat.wait_until_idle()

    log = celery_worker_and_beat.worker.read_log()
    assert len(re.findall(r"outbox\.sweep\[\S+\] succeeded", log)) >= 2


def test_the_database_is_the_one_that_was_asked_for(db):
    asked = "postgresql" if os.environ["DATABASE_URL"].startswith("postgres") else "sqlite"

    assert connection.vendor == asked
