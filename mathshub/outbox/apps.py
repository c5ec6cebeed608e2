"""The outbox: the database row is the message, Celery is only the clock and the hands."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "mathshub.outbox"
    label = "outbox"
    verbose_name = "Messages"

    def ready(self) -> None:
        from mathshub.outbox import checks  # noqa: F401  registers the system check
