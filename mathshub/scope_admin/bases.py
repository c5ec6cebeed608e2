"""The admins that the apps' own are made from."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, NoReturn

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst

from mathshub.scope import HubOwned, current_hub
from mathshub.scope_admin.choices import SharedChoice
from mathshub.scope_admin.filters import ChipFilter, PagesOfLongLists, PortalChangeList
from mathshub.scope_admin.history import Change, changes_of
from mathshub.scope_admin.names import deleted_with, with_names
from mathshub.scope_admin.seen import HELD, SavesWhatWasSeen, SeenForm
from mathshub.scope_admin.widgets import FORM_FIELDS, DateAndTime

NOTHING_TICKED = "Tick the rows first. Nothing was done."
# More choices than a person reads through: such a row is found by a search, never by a list box.
TOO_MANY_FOR_A_LIST_BOX = ("workgroups.school", "accounts.account")


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with; None while its page is only being shown."""
    return request.POST if request.method == "POST" else None


class PlainForms:
    """Forms without scripts: the browser's own controls, no pop-ups, no unscoped choices."""

    formfield_overrides: Any = FORM_FIELDS

    labels: ClassVar[dict[str, str]] = {}
    """Labels by field name, where the model's own words would not do for a reader."""

    def formfield_for_dbfield(
        self, db_field: models.Field, request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        formfield = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if formfield is None:
            return None
        widget = formfield.widget
        if isinstance(widget, RelatedFieldWidgetWrapper):
            formfield.widget = widget.widget
        formfield.label = self.labels.get(db_field.name, capfirst(formfield.label))
        if isinstance(widget, DateAndTime):
            widget.name_controls(str(formfield.label))
        return formfield

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.remote_field.model._meta.label_lower in TOO_MANY_FOR_A_LIST_BOX:
            raise ImproperlyConfigured(f"{db_field} must be chosen by a search, not a list box.")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


class PortalAdmin(PlainForms, SavesWhatWasSeen):
    """What all admins of the portal share, be their rows one hub's or everybody's."""

    view_on_site = False
    show_full_result_count = False
    paginator = PagesOfLongLists
    list_per_page = 50
    actions_on_top = True
    actions_on_bottom = False
    save_on_top = False

    list_heading = ""
    """The heading of the list; the plural of the model unless told."""
    empty_words = "Nothing is here yet."
    """What will be in the list, and how it comes about."""
    add_words = ""
    """What the button says that adds a row; “Add a …” unless told."""
    add_heading = ""

    # --- within the scope, and no way round it ---

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Only what the chips ask for: a free lookup could read other tables letter by letter."""
        return lookup in {chosen.parameter_name for chosen in self.chip_filters(request)}

    def chip_filters(self, request: HttpRequest) -> list[type[ChipFilter]]:
        """The list's filters; the system check sees to it that there are no others."""
        return [
            chosen
            for chosen in self.get_list_filter(request)
            if isinstance(chosen, type) and issubclass(chosen, ChipFilter)
        ]

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        return False

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> NoReturn:
        """Another hub's row and a missing one look the same."""
        raise Http404

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return PortalChangeList

    @property
    def media(self) -> forms.Media:
        """No scripts of Django's admin: every page works without, under the strict policy."""
        return forms.Media()

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        return deleted_with(objs, request, self.admin_site)

    # Who changed what stands in each model's own history, within its hub.
    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        return []

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Who changed what, and when."""
        obj = self.row_or_404(request, object_id)
        return self.page(
            request,
            "admin/history.html",
            title=f"What was changed: {self.object_title(obj)}",
            original=obj,
            changes=self.changes(request, obj),
        )

    def changes(self, request: HttpRequest, obj: Any) -> list[Change]:
        """What the page of its history tells, the latest first."""
        return changes_of(obj)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """With ``fields = ()`` none at all: Django takes that for all of them."""
        return super().get_fields(request, obj) if self.fields is None else self.fields

    # --- words ---

    def list_title(self, request: HttpRequest) -> str:
        return self.list_heading or capfirst(str(self.opts.verbose_name_plural))

    def object_title(self, obj: Any) -> str:
        """The heading of a row's page."""
        return str(obj)

    def row_note(self, request: HttpRequest, obj: Any) -> str:
        """Quieter words under the name of a row in the list."""
        return ""

    def url_for_row(self, request: HttpRequest, obj: Any) -> str:
        """Where a row of the list leads, when not to its own page."""
        return ""

    # --- pages ---

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        context["title"] = self.object_title(obj) if obj else self.add_title()
        context["subtitle"] = None
        context["list_title"] = self.list_title(request)
        if obj:
            context["has_history"] = hasattr(obj, "history")
            context |= self.facts(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def add_title(self) -> str:
        return self.add_heading or f"Add a {self.opts.verbose_name}"

    def facts(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """What a row's page shows besides its form."""
        return {}

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method == "POST" and ACTION_CHECKBOX_NAME not in request.POST:
            here = request.get_full_path()
            return self.done(request, NOTHING_TICKED, to=here, level=messages.WARNING)
        context = {
            "empty_words": self.empty_words,
            "add_words": self.add_words or f"Add a {self.opts.verbose_name}",
        }
        return super().changelist_view(request, context | (extra_context or {}))

    def page(
        self, request: HttpRequest, template: str, *, title: str, status: int = 200, **context: Any
    ) -> TemplateResponse:
        """A page of this admin's own, in the frame of all others."""
        frame = self.admin_site.each_context(request) | {"opts": self.opts, "title": title}
        return TemplateResponse(request, template, frame | context, status=status)

    def form_page(
        self,
        request: HttpRequest,
        *,
        title: str,
        button: str,
        back: str,
        form: forms.BaseForm | None = None,
        lead: str = "",
        will: Sequence[str] = (),
        danger: bool = False,
        template: str = "admin/form_page.html",
        **context: Any,
    ) -> TemplateResponse:
        """A page with one form, or none, and the button that acts.

        ``lead`` stands above, ``will`` lists what the button does and whom it writes to.
        """
        return self.page(
            request,
            template,
            title=title,
            form=form,
            button=button,
            back=back,
            lead=lead,
            will=will,
            danger=danger,
            **context,
        )

    def row_or_404(self, request: HttpRequest, pk: int | str, *, change: bool = False) -> Any:
        """The row, if this person may see it (or change it); else 404, or 403 for want of a role."""
        obj = self.get_object(request, str(pk))
        if obj is None:
            raise Http404
        may = self.has_change_permission if change else self.has_view_or_change_permission
        if not may(request, obj):
            raise PermissionDenied
        return obj

    def own_urls(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        """Pages beside Django's own: address below the model's, view, and name."""
        return []

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(address, self.admin_site.admin_view(view), name=self.url_name(name))
            for address, view, name in self.own_urls()
        ]
        return own + super().get_urls()

    def url_name(self, name: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"

    def url(self, name: str, *args: Any) -> str:
        """The address of one of this admin's pages by its short name."""
        return reverse(f"{self.admin_site.name}:{self.url_name(name)}", args=args)

    # --- what happened, in words ---

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._saved(request, obj, f"“{obj}” was added.")

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return self._saved(request, obj, f"“{obj}” was saved.")

    def _saved(self, request: HttpRequest, obj: Any, words: str) -> HttpResponse:
        return self.done(request, words, to=self.url("change", obj.pk))

    def done(
        self, request: HttpRequest, words: str, *, to: str, level: int = messages.SUCCESS
    ) -> HttpResponse:
        """Say what happened, on the page where the person goes on."""
        self.message_user(request, words, level)
        return redirect(to)

    def say_held(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.done(request, HELD, to=self.url("change", object_id), level=messages.ERROR)


class WholeRowForm(SeenForm, forms.ModelForm):
    """Checks the row's constraints over all its fields, also those that the form does not show.

    Django leaves out constraints with a field that is not in the form, the hub among them; what
    the database then refuses would be an error page.
    """

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        try:
            self.instance.validate_constraints()
        except ValidationError as error:
            self._update_errors(error)  # type: ignore[attr-defined]


class HubOwnedAdmin(PortalAdmin):
    """The admin of an owned model: the rows of the hub in scope, and new ones for it alone."""

    joins: ClassVar[tuple[str, ...]] = ()
    """Foreign keys that the list and the pages read."""

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        rows = super().get_queryset(request)
        return self.narrow(request, rows.select_related(*self.joins or [None]))  # none, not all

    def narrow(self, request: HttpRequest, rows: models.QuerySet) -> models.QuerySet:
        """The rows of the hub that this person may see: all, unless an app says otherwise."""
        return rows

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may = super().has_change_permission(request, obj)
        return may and (obj is None or self._is_within(obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may = super().has_delete_permission(request, obj)
        return may and (obj is None or self._is_within(obj))

    def _is_within(self, obj: HubOwned) -> bool:
        return obj.hub_id == current_hub().pk

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        form: Any = super().get_form(request, obj, change, **kwargs)
        return type(form)(form.__name__, (WholeRowForm, form), {})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not self._is_within(obj):
            raise PermissionDenied
        super().save_model(request, obj, form, change)


class RegisterAdmin(PortalAdmin):
    """The admin of what all hubs share and none edits here: the register, authorities, years."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class HubOwnedInline(PlainForms, admin.TabularInline):
    """Rows of an owned model on the page of the row that they belong to."""

    form = WholeRowForm
    template = "admin/inline.html"
    extra = 1
    view_on_site = False
    show_change_link = False

    @property
    def media(self) -> forms.Media:
        return forms.Media()

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return with_names(super().get_queryset(request))

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """A choice that is read once, however many rows there are to choose in."""
        return super().formfield_for_foreignkey(
            db_field, request, form_class=SharedChoice, **kwargs
        )

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Each control says its column and its row to screen readers: a table has no labels."""
        formset = super().get_formset(request, obj, **kwargs)
        return type(formset.__name__, (NamedControls, formset), {})


class NamedControls(forms.BaseModelFormSet):
    """A formset whose controls carry their labels."""

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        row = f"row {index + 1}" if index is not None else "new row"
        for name, field in form.fields.items():
            label = "Remove" if name == "DELETE" else field.label
            if isinstance(field.widget, DateAndTime):
                field.widget.name_controls(f"{label}, {row}")
            else:
                field.widget.attrs.setdefault("aria-label", f"{label}, {row}")
