"""Searching lists of addresses that are kept as hashes in the end."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from mathshub.outbox.suppression import hash_of
from mathshub.scope_admin import HubOwnedAdmin


class FoundByAddress(HubOwnedAdmin):
    """A list searched by part of an address while that is kept, and by the whole of it always."""

    search_fields = ("address",)
    search_help_text = "Address, or the whole of one that is over a year old"

    @admin.display(description="mailbox", ordering="address")
    def mailbox(self, row: Any) -> str:
        """Its address, or that it is no longer kept."""
        return str(row)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        rows, may_repeat = super().get_search_results(request, queryset, search_term)
        return _or_by_hash(rows, queryset, search_term), may_repeat


def _or_by_hash(rows: Any, queryset: Any, search_term: str) -> Any:
    if "@" not in search_term:
        return rows
    return rows | queryset.filter(address_hash=hash_of(search_term))
