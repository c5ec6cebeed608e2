"""System checks: no admin of an owned model goes round the scope."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.core.checks import CheckMessage, Error

from mathshub.scope import HubOwned
from mathshub.scope_admin.bases import HubOwnedAdmin, HubOwnedInline, PortalAdmin
from mathshub.scope_admin.filters import ChipFilter


def check_admins(site: AdminSite) -> list[CheckMessage]:
    """What is wrong with the admins registered at ``site``."""
    return [message for owner in site._registry.values() for message in _wrongs(owner)]


def _wrongs(owner: ModelAdmin) -> Iterator[CheckMessage]:
    name = type(owner).__name__
    if not isinstance(owner, PortalAdmin):
        yield Error(f"{name} must be made from PortalAdmin.", id="scope_admin.E001")
    if issubclass(owner.model, HubOwned) and not isinstance(owner, HubOwnedAdmin):
        yield Error(
            f"{name} shows an owned model: make it from HubOwnedAdmin.", id="scope_admin.E002"
        )
    for inline in owner.inlines:
        if issubclass(inline.model, HubOwned) and not issubclass(inline, HubOwnedInline):
            yield Error(
                f"{inline.__name__} shows an owned model: make it from HubOwnedInline.",
                id="scope_admin.E003",
            )
    for holder in (owner, *owner.inlines):
        yield from _ways_round(holder)
    for chosen in owner.list_filter:
        if not (isinstance(chosen, type) and issubclass(chosen, ChipFilter)):
            yield Error(f"{name}: {chosen} must be a ChipFilter.", id="scope_admin.E005")


def _ways_round(holder: Any) -> Iterator[CheckMessage]:
    name = getattr(holder, "__name__", type(holder).__name__)
    if holder.raw_id_fields or holder.autocomplete_fields:
        yield Error(
            f"{name}: raw_id_fields and autocomplete_fields need scripts and reach round the scope.",
            id="scope_admin.E004",
        )
    if holder.view_on_site:
        yield Error(f"{name}: view_on_site must be off.", id="scope_admin.E006")
