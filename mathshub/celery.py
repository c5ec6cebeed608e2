"""The Celery application: the outbox's clock and hands; no request ever talks to it."""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mathshub.settings")

app = Celery("mathshub")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def _as_celery_puts_it(entry: dict[str, Any]) -> dict[str, Any]:
    schedule = entry["schedule"]
    return entry | {"schedule": crontab(**schedule)} if isinstance(schedule, dict) else entry


app.conf.beat_schedule = {
    name: _as_celery_puts_it(entry) for name, entry in settings.CELERY_BEAT_SCHEDULE.items()
}
