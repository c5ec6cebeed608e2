"""Who takes part: expressions of interest, places and seats."""

from django.apps import AppConfig


class EnrolmentConfig(AppConfig):
    name = "enrolment"
    verbose_name = "Interest and places"

    def ready(self) -> None:
        # They register the kinds of message.
        from enrolment import messages  # noqa: F401
