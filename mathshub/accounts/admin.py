"""Accounts, for superusers: who may sign in at all. Hubs give roles, not accounts."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from mathshub.accounts.models import Account
from mathshub.scope_admin import PortalAdmin


@admin.register(Account)
class AccountAdmin(PortalAdmin):
    list_display = ("email", "name", "is_active", "is_superuser", "last_login")
    list_filter = ()
    search_fields = ("email", "name")
    ordering = ("email",)
    fields = ("email", "name", "is_active", "is_superuser")
    empty_words = "Accounts are made when a hub gives somebody a role."

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """None for others, so that an account of theirs looks like one that does not exist."""
        accounts = super().get_queryset(request)
        return accounts if request.user.is_superuser else accounts.none()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser

    has_change_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An account is closed, so that the record keeps its name."""
        return False

    def facts(self, request: HttpRequest, obj: Account) -> dict[str, Any]:
        has_app = Authenticator.objects.filter(user=obj).exists()
        reset = {"url": self.url("reset", obj.pk), "words": "Take the authenticator app away"}
        return {
            "facts": [
                ("Password", "set" if obj.has_usable_password() else "not chosen yet"),
                ("Authenticator app", "set up" if has_app else "not set up"),
                ("Signed in last", obj.last_login),
            ],
            "buttons": [reset] if has_app else [],
        }

    def own_urls(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        return [("<int:pk>/reset/", self.reset, "reset")]

    def reset(self, request: HttpRequest, pk: int) -> HttpResponse:
        """For somebody who has lost the telephone and the recovery codes."""
        if not request.user.is_superuser:
            raise PermissionDenied
        account = self.row_or_404(request, pk, change=True)
        back = self.url("change", pk)
        if request.method == "POST":
            # Sessions that used it are worth nothing from now on: they are checked against it.
            Authenticator.objects.filter(user=account).delete()
            words = f"{account} sets up a new app at the next sign-in."
            return self.done(request, words, to=back, level=messages.SUCCESS)
        return self.form_page(
            request,
            title=f"Take the authenticator app of {account} away?",
            lead="Make sure on the telephone that it is really they who ask.",
            will=[
                "Their app and recovery codes stop working, and their open sessions close.",
                "At the next sign-in with the password they set up a new app.",
                "No e-mail is sent.",
            ],
            button="Take it away, no e-mail",
            danger=True,
            back=back,
        )
