"""The hub's own settings: its words, its contact, its area, its notice of the day."""

from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from mathshub.scope import current_hub
from mathshub.scope_admin import PortalAdmin
from mathshub.scope_admin.widgets import GroupedCheckboxes
from workgroups.admin.area import AreaField
from workgroups.models import Hub

LONG_TEXTS = ("mastery_text", "joining_text")


class HubAdmin(PortalAdmin):
    """One row: the hub in scope. New hubs are made by ``manage.py create_hub``.

    Registered in ``mathshub/site/admin/hubs.py``, with previews of the public pages.
    """

    list_filter = ()
    fieldsets = (
        (
            "Notice of the day",
            {
                "fields": ("notice_text", "notice_from", "notice_until"),
                "description": "Stands on top of every public page, and of the e-mails to schools and "
                "participants, for as long as you say.",
            },
        ),
        ("Contact", {"fields": ("name", "contact_email", "contact_phone")}),
        ("First page", {"fields": ("welcome_heading", "welcome_text")}),
        ("The mastery journey", {"fields": ("mastery_text", "joining_text")}),
        ("Privacy notice", {"fields": ("controller", "processor", "privacy_text")}),
        (
            "How long data are kept",
            {
                "fields": ("interest_kept_months", "people_kept_years", "retention_reason"),
                "description": "The privacy notice says so. What is older is deleted every night, "
                "for good: a shorter period can’t be taken back the next day.",
            },
        ),
        (
            "Area",
            {
                "fields": ("local_authorities",),
                "description": "Areas may overlap: a school may choose its hub. The list comes "
                "with the register of schools.",
            },
        ),
    )

    labels: ClassVar = {
        "contact_email": "Contact’s e-mail address",
        "contact_phone": "Contact’s telephone",
        "controller": "Data controller",
        "processor": "Data processor",
        "privacy_text": "More about privacy",
        "interest_kept_months": "Months to keep interest that led to nothing",
        "people_kept_years": "Years to keep participants after their last session",
        "retention_reason": "Why that long",
        "welcome_heading": "Heading of the first page",
        "welcome_text": "Text under it",
        "local_authorities": "Local authorities and boroughs",
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).filter(pk=current_hub().pk)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in LONG_TEXTS:
            kwargs["widget"] = forms.Textarea(attrs={"rows": 9})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "local_authorities":
            kwargs |= {"form_class": AreaField, "widget": GroupedCheckboxes}
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def object_title(self, obj: Hub) -> str:
        return f"Settings of {obj}"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There is one row, so no list."""
        return redirect(self.url("change", current_hub().pk))
