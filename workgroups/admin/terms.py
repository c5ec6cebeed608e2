"""Term dates: sessions are planned around the holidays of each borough."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest

from mathshub.scope import current_hub
from mathshub.scope_admin import Chip, ChipFilter, HubOwnedAdmin
from workgroups.admin.years import ChoosesYear
from workgroups.models import AcademicYear, LocalAuthority, TermDate


class YearChips(ChipFilter):
    title = "year"
    parameter_name = "year"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        years = AcademicYear.objects.filter(
            pk__in=TermDate.objects.values("academic_year")
        ).order_by("-start_year")
        return [Chip(str(year.start_year), str(year), Q(academic_year=year)) for year in years]


class BoroughChips(ChipFilter):
    title = "borough"
    parameter_name = "borough"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        boroughs = LocalAuthority.objects.filter(pk__in=TermDate.objects.values("local_authority"))
        return [Chip(each.code, each.name, Q(local_authority=each)) for each in boroughs]


@admin.register(TermDate)
class TermDateAdmin(ChoosesYear, HubOwnedAdmin):
    list_display = (
        "local_authority",
        "academic_year",
        "term",
        "starts_on",
        "ends_on",
        "half_term",
        "source",
    )
    list_filter = (YearChips, BoroughChips)
    joins = ("local_authority", "academic_year")
    ordering = ("-academic_year__start_year", "local_authority__name", "starts_on")
    add_words = "Add a term"
    empty_words = (
        "The terms and half-terms of each borough will stand here. Without them no sessions can "
        "be planned. Add the three terms of each borough; its website has the dates."
    )

    @admin.display(description="half-term")
    def half_term(self, row: TermDate) -> str:
        if not (row.half_term_starts_on and row.half_term_ends_on):
            return "none"
        first, last = row.half_term_starts_on, row.half_term_ends_on
        return f"{first.day} {first:%B} to {last.day} {last:%B}"

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "local_authority":
            kwargs["queryset"] = current_hub().local_authorities.all()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
