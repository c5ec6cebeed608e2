"""Addresses that wait for a window: how many, and taking one out when its owner asks."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest

from enrolment.models import OpeningNotice
from mathshub.scope_admin import Chip, ChipFilter, HubOwnedAdmin
from workgroups.models import Programme


class WaitingForChips(ChipFilter):
    """The programmes for which somebody waits."""

    title = "programme"
    parameter_name = "programme"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        waited_for = Programme.objects.filter(pk__in=OpeningNotice.objects.values("programme"))
        return [Chip(str(each.pk), str(each), Q(programme=each)) for each in waited_for]


@admin.register(OpeningNotice)
class OpeningNoticeAdmin(HubOwnedAdmin):
    list_heading = "Addresses that wait for a window"
    list_display = ("email", "programme", "asked_at")
    list_filter = (WaitingForChips,)
    search_fields = ("email",)
    joins = ("programme",)
    fields = ("email", "programme", "asked_at")
    empty_words = (
        "Nobody waits. Where interest in a programme is closed, its page offers one e-mail when it "
        "opens next; the addresses for that stand here until it has gone, 12 months at most."
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
