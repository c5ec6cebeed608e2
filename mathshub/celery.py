"""The Celery application: the outbox's clock and hands; no request ever talks to it."""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from django.conf import settings
from kombu.transport import redis as redis_transport
from redis.exceptions import ConnectionError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mathshub.settings")


class Channel(redis_transport.Channel):
    """Kombu's, that says "no connection" when it has none.

    A broker that goes away while a task is in hand must not take the worker with it. Kombu hands
    such a task back, or acknowledges it, over the channel that was closed, and fails there with an
    AttributeError, at which the worker ends; a ConnectionError it logs. Nothing is lost by that:
    tasks carry nothing, and beat sends the next one.
    """

    def _connparams(self, asynchronous: bool = False) -> dict[str, Any]:
        if self.connection is None or self.connection.client is None:
            raise ConnectionError("The channel to the broker was closed.")
        params: dict[str, Any] = super()._connparams(asynchronous=asynchronous)
        return params


redis_transport.Transport.Channel = Channel

app = Celery("mathshub")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def _as_celery_puts_it(entry: dict[str, Any]) -> dict[str, Any]:
    schedule = entry["schedule"]
    return entry | {"schedule": crontab(**schedule)} if isinstance(schedule, dict) else entry


app.conf.beat_schedule = {
    name: _as_celery_puts_it(entry) for name, entry in settings.CELERY_BEAT_SCHEDULE.items()
}
