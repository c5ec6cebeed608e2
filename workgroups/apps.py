"""What exists: hubs, schools, years, programmes, Work Groups."""

from django.apps import AppConfig


class WorkgroupsConfig(AppConfig):
    name = "workgroups"
    verbose_name = "Programmes and Work Groups"

    def ready(self) -> None:
        from workgroups import messages  # noqa: F401  registers the kinds of message
