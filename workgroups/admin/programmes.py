"""Programmes: their texts, their rules, and which others they follow."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.utils.text import slugify

from mathshub.scope_admin import HubOwnedAdmin, HubOwnedInline
from workgroups.models import Prerequisite, Programme


class DaysField(forms.CharField):
    """Whole numbers of days with commas between them; kept as a list."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[int]:
        parts = [part.strip() for part in super().clean(value).split(",") if part.strip()]
        if not all(part.isdecimal() and 0 < int(part) <= 60 for part in parts):
            raise forms.ValidationError("Give days from 1 to 60 with commas between: 14, 2")
        return sorted({int(part) for part in parts}, reverse=True)


class ProgrammeForm(forms.ModelForm):
    slug = forms.SlugField(
        label="Name in addresses",
        max_length=60,
        required=False,
        help_text="Made from the name when left empty. Changing it breaks links to its page.",
    )
    reminder_days = DaysField(
        required=False,
        help_text="Days before a session on which reminders go out; 14, 2 when left empty.",
    )

    class Meta:
        model = Programme
        fields = ("slug", "reminder_days")  # the admin adds those of its fieldsets

    def clean_slug(self) -> str:
        return self.cleaned_data["slug"] or slugify(self.cleaned_data.get("name", ""))[:60]


class PrerequisiteInline(HubOwnedInline):
    model = Prerequisite
    fk_name = "programme"
    fields = ("needs",)
    verbose_name = "programme that it follows"
    verbose_name_plural = "follows one of"


@admin.register(Programme)
class ProgrammeAdmin(HubOwnedAdmin):
    form = ProgrammeForm
    list_display = ("name", "position", "phase", "seats_per_school", "usual_sessions")
    list_filter = ()
    search_fields = ("name", "short_name")
    inlines = (PrerequisiteInline,)
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
                    "asks_for_barriers",
                    "has_visits",
                    "reminder_days",
                )
            },
        ),
        (
            "On its page",
            {
                "fields": (
                    "strapline",
                    "summary",
                    "for_whom",
                    "what_is_involved",
                    "outcomes",
                    "cost",
                )
            },
        ),
    )

    def get_queryset(self, request: Any) -> QuerySet:
        return super().get_queryset(request).order_by("position", "name")
