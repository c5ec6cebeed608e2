"""The admin: the hub lead's workplace."""

from django.contrib.admin import AdminSite
from django.http import HttpRequest


class PortalAdminSite(AdminSite):
    """Django's admin for the staff of one hub at a time."""

    site_header = "Maths Hub portal"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_superuser
