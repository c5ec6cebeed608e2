"""Headteacher briefings, one or more for each borough in spring."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from enrolment.models import Briefing
from mathshub.scope import current_hub
from mathshub.scope_admin import HubOwnedAdmin
from mathshub.scope_admin.cells import tag
from workgroups.admin.years import ChoosesYear


@admin.register(Briefing)
class BriefingAdmin(ChoosesYear, HubOwnedAdmin):
    list_display = ("local_authority", "academic_year", "when", "where", "shown")
    list_filter = ()
    joins = ("local_authority", "academic_year")
    ordering = ("-starts_at",)
    fields = (
        "local_authority",
        "academic_year",
        "starts_at",
        "ends_at",
        "is_online",
        "venue",
        "description",
        "is_published",
    )
    empty_words = (
        "The meetings for headteachers will stand here, one for each borough in spring. Published "
        "ones are on the public page of briefings."
    )

    @admin.display(ordering="starts_at")
    def when(self, briefing: Briefing) -> str:
        start = timezone.localtime(briefing.starts_at)
        end = timezone.localtime(briefing.ends_at)
        return f"{start:%A} {start.day} {start:%B %Y}, {start:%H:%M} to {end:%H:%M}"

    @admin.display
    def where(self, briefing: Briefing) -> str:
        return "online" if briefing.is_online else briefing.venue or "to be confirmed"

    @admin.display(description="public", ordering="is_published")
    def shown(self, briefing: Briefing) -> SafeString:
        return tag("published", "leaf") if briefing.is_published else tag("not published", "plain")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "local_authority":
            kwargs["queryset"] = current_hub().local_authorities.all()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
