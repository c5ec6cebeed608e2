"""What exists: hubs, schools, years, programmes, Work Groups."""

from django.apps import AppConfig


class WorkgroupsConfig(AppConfig):
    name = "workgroups"
    verbose_name = "Programmes and Work Groups"

    def ready(self) -> None:
        # Registers the system checks and the kinds of message.
        from workgroups import checks, messages  # noqa: F401
