"""Term dates: sessions are planned around the holidays of each borough."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from mathshub.accounts.who import account_of
from mathshub.scope import current_hub
from mathshub.scope_admin import HubOwnedAdmin
from mathshub.scope_admin.cells import count
from workgroups.admin.term_borough import BoroughPages, year_or_404
from workgroups.admin.term_import import ImportPages
from workgroups.admin.term_year import (
    checked_words,
    imported_words,
    year_at_a_glance,
    year_chips,
)
from workgroups.admin.years import ChoosesYear
from workgroups.models import TermDate
from workgroups.models.years import school_year_of
from workgroups.services.terms import note_edit
from workgroups.term_dates.entries import TermEntry, entry_of, out_of_order, wrong_with
from workgroups.term_dates.words import listed


class TermDateForm(forms.ModelForm):
    """One term; it must fit between the borough's others of that year."""

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        needed = ("local_authority", "academic_year", "term", "starts_on", "ends_on")
        if not all(given.get(name) for name in needed):
            return given
        entry = TermEntry(
            borough=given["local_authority"],
            start_year=given["academic_year"].start_year,
            term=TermDate.Term(given["term"]),
            starts_on=given["starts_on"],
            ends_on=given["ends_on"],
            half_term_starts_on=given.get("half_term_starts_on"),
            half_term_ends_on=given.get("half_term_ends_on"),
        )
        wrong = wrong_with(entry) or self._wrong_beside_others(entry, given["academic_year"])
        for name, why in wrong.items():
            self.add_error(name, f"{why[0].upper()}{why[1:]}.")
        return given

    def _wrong_beside_others(self, entry: TermEntry, year: Any) -> dict[str, str]:
        others = TermDate.objects.filter(local_authority=entry.borough, academic_year=year)
        beside = others.exclude(pk=self.instance.pk).exclude(term=entry.term)
        rows = beside.select_related("local_authority", "academic_year")
        for _, later, why in out_of_order([entry, *map(entry_of, rows)]):
            return {"starts_on" if later == entry else "ends_on": why}
        return {}


@admin.register(TermDate)
class TermDateAdmin(ChoosesYear, BoroughPages, ImportPages, HubOwnedAdmin):
    form = TermDateForm
    list_filter = ()
    joins = ("local_authority", "academic_year", "checked_by")
    change_form_template = "admin/workgroups/term.html"

    def own_urls(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        return [*self.borough_urls(), *self.import_urls()]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "local_authority":
            kwargs["queryset"] = current_hub().local_authorities.all()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Not rows below each other: a year's terms, borough by borough."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        asked = "year" in request.GET
        start_year = year_or_404(request) if asked else school_year_of(timezone.localdate())
        glance = year_at_a_glance(start_year)
        may_edit = self.has_add_permission(request) and self.has_change_permission(request)
        return self.page(
            request,
            "admin/workgroups/term_year.html",
            title=f"Term dates of {glance.year}",
            glance=glance,
            missing=_missing_words(glance.missing, glance.total),
            without=listed(line.borough.name for line in glance.incomplete)
            if glance.incomplete
            else "",
            chips=year_chips(start_year),
            may_edit=may_edit,
        )

    def save_model(self, request: HttpRequest, obj: TermDate, form: Any, change: bool) -> None:
        note_edit(obj, changed=form.changed_data, by=account_of(request))
        super().save_model(request, obj, form, change)

    def facts(self, request: HttpRequest, obj: TermDate) -> dict[str, Any]:
        return {
            "year_url": self.year_url(obj.academic_year.start_year),
            "known": [*imported_words([obj]), checked_words([obj])],
        }

    def _saved(self, request: HttpRequest, obj: TermDate, words: str) -> HttpResponse:
        """The year's table is where the person goes on."""
        return self.done(request, words, to=self.year_url(obj.academic_year.start_year))


def _missing_words(missing: int, total: int) -> str:
    if not missing:
        return ""
    if missing == total:
        return "No terms are known yet"
    return f"{missing} of {count(total, 'term')} {'is' if missing == 1 else 'are'} missing"
