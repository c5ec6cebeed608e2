"""Programmes: their texts with a preview of their page, their rules, and which others they follow."""

from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from enrolment.models import OpeningNotice
from mathshub.scope_admin import HubOwnedAdmin, HubOwnedInline
from mathshub.scope_admin.cells import count
from mathshub.site.admin.preview import Preview, sentences
from mathshub.site.admin.reminder_times import REMINDER_FIELDS, REMINDER_RULE, ReminderTimes
from mathshub.site.catalogue import Entry, list_entries
from mathshub.site.journey import load_journey
from mathshub.site.programme_page import links_of, programme_context
from mathshub.site.year_so_far import usual_year
from sessions.times import london_day
from workgroups.models import Prerequisite, Programme, ProgrammeLink

LONG_TEXTS = ("for_whom", "what_is_involved", "outcomes")
LIST_RULE = "An empty line parts paragraphs; a line that begins with “- ” is an item of a list."


class ProgrammeForm(ReminderTimes):
    slug = forms.SlugField(
        label="Name in addresses",
        max_length=60,
        required=False,
        help_text="Made from the name when left empty. Changing it breaks links to its page.",
    )

    class Meta:
        model = Programme
        fields = ("slug",)  # the admin adds those of its fieldsets

    def clean_slug(self) -> str:
        return self.cleaned_data["slug"] or slugify(self.cleaned_data.get("name", ""))[:60]


class PrerequisiteInline(HubOwnedInline):
    model = Prerequisite
    fk_name = "programme"
    fields = ("needs",)
    verbose_name = "programme that it follows"
    verbose_name_plural = "follows one of"


class LinkInline(HubOwnedInline):
    model = ProgrammeLink
    fields = ("position", "kind", "title", "url")
    extra = 2
    verbose_name_plural = "to watch and to read"

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, models.URLField):
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(Programme)
class ProgrammeAdmin(HubOwnedAdmin):
    form = ProgrammeForm
    list_display = ("name", "position", "phase", "seats_per_school", "usual_sessions")
    list_filter = ()
    search_fields = ("name", "short_name")
    inlines = (LinkInline, PrerequisiteInline)
    change_form_template = "admin/workgroups/programme.html"
    empty_words = (
        "The programmes of the hub will stand here, in the order of the mastery journey. Add the "
        "first; then offer it in an academic year."
    )
    labels: ClassVar = {
        "position": "Step in the journey",
        "usual_sessions": "Sessions in a year, usually",
        "is_starting_point": "Schools may start the journey here",
        "is_once_only": "A school may do it once only",
        "asks_for_barriers": "Ask what stands in the school’s way",
        "has_visits": "A Mastery Specialist visits the schools",
        "contact_email": "Contact’s e-mail address",
        "release_time": "Release time",
    }
    fieldsets = (
        (None, {"fields": ("name", "short_name", "slug", "position", "phase")}),
        (
            "Rules",
            {
                "fields": (
                    "seats_per_school",
                    "usual_sessions",
                    "years",
                    "is_starting_point",
                    "is_once_only",
                    "takes_specialist_schools",
                    "asks_for_barriers",
                    "has_visits",
                )
            },
        ),
        ("Reminders of sessions", {"fields": REMINDER_FIELDS, "description": REMINDER_RULE}),
        (
            "On its page",
            {
                "fields": (
                    "strapline",
                    "summary",
                    "for_whom",
                    "what_is_involved",
                    "how_it_meets",
                    "release_time",
                    "outcomes",
                    "cost",
                    "contact_name",
                    "contact_email",
                ),
                "description": LIST_RULE,
            },
        ),
    )

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in LONG_TEXTS:
            kwargs["widget"] = forms.Textarea(attrs={"rows": 9})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_queryset(self, request: Any) -> QuerySet:
        return super().get_queryset(request).order_by("position", "name")

    # --- one programme ---

    def facts(self, request: HttpRequest, obj: Programme) -> dict[str, Any]:
        waiting = OpeningNotice.objects.filter(programme=obj).count()
        listed = reverse("admin:enrolment_openingnotice_changelist")
        return {
            "waiting": count(waiting, "address waits", "addresses wait") if waiting else "",
            "waiting_url": f"{listed}?programme={obj.pk}",
        }

    def render_change_form(
        self, request: HttpRequest, context: dict, *args: Any, **kwargs: Any
    ) -> Any:
        obj = kwargs.get("obj")
        context["preview_url"] = self.url("preview", obj.pk) if obj else self.url("preview_new")
        return super().render_change_form(request, context, *args, **kwargs)

    def own_urls(self) -> list:
        return [
            ("preview/", self.preview_new, "preview_new"),
            ("<int:pk>/preview/", self.preview, "preview"),
        ]

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The programme's page with the texts of the form that was sent; nothing is saved."""
        return self._preview(request, self.row_or_404(request, pk, change=True))

    def preview_new(self, request: HttpRequest) -> HttpResponse:
        """The same for a programme that does not exist yet."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self._preview(request, None)

    def _preview(self, request: HttpRequest, saved: Programme | None) -> HttpResponse:
        programme = saved or Programme(name="A new programme")
        links = links_of(saved) if saved else []
        problems: list[str] = []
        if request.method == "POST":
            form = self.get_form(request, saved, change=saved is not None)(
                request.POST, instance=programme
            )
            form.is_valid()
            links, faults = self._links_typed(request, programme)
            problems = [*sentences(form), *faults]
        programme.slug = programme.slug or slugify(programme.name) or "preview"
        now = timezone.now()
        entries = _entries_with(programme, now)
        context = programme_context(
            next(entry for entry in entries if entry.programme is programme),
            journey=load_journey([entry.programme for entry in entries if entry.programme.pk]),
            links=links,
            hub=request.hub,  # type: ignore[attr-defined]
            now=now,
        )
        return render(request, "site/programme.html", context | {"preview": Preview(problems)})

    def _links_typed(
        self, request: HttpRequest, programme: Programme
    ) -> tuple[list[ProgrammeLink], list[str]]:
        """The links as they would be saved, in order, and what is wrong with others."""
        [(made, inline)] = [
            (made, inline)
            for made, inline in self.get_formsets_with_inlines(request, programme)
            if isinstance(inline, LinkInline)
        ]
        prefix = made.get_default_prefix()
        formset = made(**self.get_formset_kwargs(request, programme, inline, prefix))
        formset.is_valid()
        kept = [form for form in formset.forms if form not in formset.deleted_forms]
        typed = [form for form in kept if form.has_changed() or form.instance.pk]
        links = [form.instance for form in typed if not form.errors]
        faults = [sentence for form in typed for sentence in sentences(form)]
        return sorted(links, key=lambda link: link.position), faults


def _entries_with(programme: Programme, now: datetime) -> list[Entry]:
    """The catalogue with this programme in place of the one that is saved, or at its end."""
    entries = [
        replace(entry, programme=programme) if entry.programme == programme else entry
        for entry in list_entries(now)
    ]
    if programme.pk:
        return entries
    year = usual_year(programme.usual_sessions)
    return [*entries, Entry(programme, None, [], year, london_day(now))]
