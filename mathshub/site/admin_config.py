"""Django's admin with our own AdminSite."""

from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    default_site = "mathshub.site.admin_site.PortalAdminSite"
