"""The admin: the hub lead's workplace. Its front page says what waits."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.checks import CheckMessage, register
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme

from mathshub.accounts.second_factor import has_used_second_factor
from mathshub.links import absolute
from mathshub.scope_admin import PortalAdmin
from mathshub.scope_admin.checks import check_admins
from workgroups.permissions import hubs_of, membership

# Django's own pages that the portal does without. view_on_site tells the address of any object of
# any hub; the other two serve scripts that no page of ours loads.
NOT_SERVED = {"view_on_site", "autocomplete", "jsi18n"}

# What the header leads to: model, page and words.
NAVIGATION = [
    ("enrolment_expressionofinterest", "changelist", "Interest"),
    ("workgroups_workgroup", "changelist", "Work Groups"),
    ("workgroups_school", "changelist", "Schools"),
    ("outbox_message", "changelist", "Messages"),
    ("outbox_message", "going_out", "What will go out"),
]


class PortalAdminSite(AdminSite):
    """Django's admin for the staff of one hub: the hub whose host was asked for."""

    site_header = "Maths Hub portal"
    site_title = "Maths Hub portal"
    enable_nav_sidebar = False

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        # Deleting many rows at once is no work that a hub has.
        self._actions.pop("delete_selected", None)
        self._global_actions.pop("delete_selected", None)

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Admins that libraries bring know no hub: they are left out."""
        if admin_class is not None and issubclass(admin_class, PortalAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """An active account with a role in this hub, or a superuser; by the second factor."""
        account = request.user
        if not account.is_active or not has_used_second_factor(request):
            return False
        return account.is_superuser or membership(account) is not None

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Sign-in is allauth's; who is signed in and comes here has no role in this hub."""
        if not request.user.is_authenticated:
            return redirect_to_login(_next_page(request))
        if self.has_permission(request):
            return redirect(_next_page(request))
        return _no_role(request)

    @method_decorator(login_not_required)
    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_logout")

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_change_password")

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [url for url in super().get_urls() if getattr(url, "name", "") not in NOT_SERVED]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What every page of the admin knows. The list of all apps is asked for by none."""
        return {
            "site_title": self.site_title,
            "site_header": self.site_header,
            "site_url": "/",
            "has_permission": self.has_permission(request),
            "is_popup": False,
            "is_nav_sidebar_enabled": False,
            "log_entries": [],
            "available_apps": [],
            "navigation": self.navigation(request),
        }

    def navigation(self, request: HttpRequest) -> list[dict[str, Any]]:
        """The header's links: those to lists that this person may see."""
        links = [
            (reverse(f"{self.name}:{model}_{page}"), words)
            for model, page, words in NAVIGATION
            if self._may_see(request, model)
        ]
        nearest = max(
            (url for url, _ in links if request.path.startswith(url)), key=len, default=""
        )
        return [{"url": url, "words": words, "is_here": url == nearest} for url, words in links]

    def _may_see(self, request: HttpRequest, name: str) -> bool:
        label, model = name.rsplit("_", 1)
        return request.user.has_perm(f"{label}.view_{model}")

    front_page: Callable[[HttpRequest, datetime], dict[str, Any]]
    """What the front page shows. Set by ``mathshub.site.admin``, which reads the apps' admins:
    those must find this site made before they are read themselves."""

    def index(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        context = self.front_page(request, timezone.now())
        return TemplateResponse(request, "admin/index.html", self.each_context(request) | context)


def _next_page(request: HttpRequest) -> str:
    """Where the person wanted to go, within this host; else the front page."""
    wanted = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return wanted if safe else reverse("admin:index")


def _no_role(request: HttpRequest) -> HttpResponse:
    """Says whom to ask, and where the person does have a role: of their own hubs only."""
    own_hubs = [
        {"name": hub.name, "url": absolute(hub, "admin:index")} for hub in hubs_of(request.user)
    ]
    context = {"page_title": "You have no role in this hub", "own_hubs": own_hubs}
    return render(request, "accounts/no_role.html", context, status=403)


@register("admin")
def admins_keep_to_the_scope(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return check_admins(admin.site)
