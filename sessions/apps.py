"""When and how it happens: sessions, calendars, reminders, participants' pages.

The label is not "sessions": that one belongs to django.contrib.sessions.
"""

from django.apps import AppConfig


class SessionsConfig(AppConfig):
    name = "sessions"
    label = "workgroup_sessions"
    verbose_name = "Sessions"

    def ready(self) -> None:
        from sessions import messages  # noqa: F401  registers the kinds of message
