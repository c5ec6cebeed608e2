"""Pages that show several apps together."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "mathshub.site"
    label = "site"
    verbose_name = "Site"
