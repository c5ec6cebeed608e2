"""When and how it happens: sessions, calendars, reminders, participants' pages.

The label is not "sessions": that one belongs to django.contrib.sessions.
"""

from django.apps import AppConfig


class SessionsConfig(AppConfig):
    name = "sessions"
    label = "workgroup_sessions"
    verbose_name = "Sessions"

    def ready(self) -> None:
        # They register the kinds of message.
        from sessions import (  # noqa: F401
            change_letters,
            lapse_letters,
            mailing_letters,
            messages,
            weekly_digest,
        )
