"""Draws Django's form fields as GOV.UK Frontend's components (templates/hubforms/)."""

from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField, BoundWidget
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString

from mathshub.scope_admin.widgets import GroupedCheckboxes

register = template.Library()

GROUPS = {"radios", "checkboxes", "grouped", "date", "several"}
LONG_TEXT = 150
"""A text area that may hold more characters than this says how many are left."""


@register.filter
def field_kind(field: BoundField) -> str:
    """Which component draws the field."""
    widget = field.field.widget
    match widget:
        case GroupedCheckboxes():
            return "grouped"
        case forms.CheckboxSelectMultiple():
            return "checkboxes"
        case forms.RadioSelect():
            return "radios"
        case forms.CheckboxInput():
            return "checkbox"
        case forms.SelectDateWidget():
            return "date"
        case forms.MultiWidget():
            return "several"
        case forms.PasswordInput():
            return "password"
        case forms.Select():
            return "select"
        case forms.Textarea():
            return (
                "count" if (getattr(field.field, "max_length", 0) or 0) >= LONG_TEXT else "textarea"
            )
        case forms.FileInput():
            return "file"
        case _:
            return "input"


@register.filter
def is_group(kind: str) -> bool:
    """Whether the kind has several controls, so that its label is a legend."""
    return kind in GROUPS


_CLASSES = {
    "checkbox": "govuk-checkboxes__input",
    "select": "govuk-select",
    "textarea": "govuk-textarea",
    "count": "govuk-textarea govuk-js-character-count",
    "file": "govuk-file-upload",
    "input": "govuk-input",
    "several": "govuk-input",
    "password": "govuk-input govuk-password-input__input govuk-js-password-input-input",
}


@register.simple_tag
def govuk_widget(field: BoundField) -> SafeString:
    """The field's own control with GOV.UK Frontend's classes added to those that it has."""
    kind = field_kind(field)
    classes = [field.field.widget.attrs.get("class", ""), _CLASSES[kind]]
    if field.errors and kind not in {"checkbox", "file"}:
        classes.append(f"{_CLASSES[kind].split()[0]}--error")
    attrs: dict[str, Any] = {"class": " ".join(filter(None, classes))}
    if kind == "count":
        described = [field.aria_describedby, f"{field.auto_id}-info"]
        attrs["aria-describedby"] = " ".join(filter(None, described))
    if field.field.widget.template_name in _ONE_LINE:
        return _draw_input(field, attrs)
    return field.as_widget(attrs=attrs)


_ONE_LINE = {
    f"django/forms/widgets/{name}.html"
    for name in ("date", "email", "input", "number", "password", "text", "time", "url")
}


def _draw_input(field: BoundField, attrs: dict[str, Any]) -> SafeString:
    """What ``field.as_widget(attrs)`` gives, without the two templates that Django renders for it.

    Most fields are of this kind, and their controls took half of a form's time.
    """
    attrs = {"id": field.auto_id} | field.build_widget_attrs(attrs)
    drawn = field.field.widget.get_context(field.html_name, field.value(), attrs)["widget"]
    if drawn["value"] is not None:
        drawn["attrs"] = {"value": drawn["value"]} | drawn["attrs"]
    return format_html(
        '<input type="{}" name="{}"{}>', drawn["type"], drawn["name"], flatatt(drawn["attrs"])
    )


@register.filter
def option_hint(field: BoundField, option: BoundWidget) -> str:
    """What stands under a choice: the widget's ``hints``, a dict from value to words."""
    hints = getattr(field.field.widget, "hints", {})
    value = option.data["value"]
    return hints.get(getattr(value, "value", value), "")


@register.filter
def option_groups(field: BoundField) -> list[dict[str, Any]]:
    """The choices of a widget with groups: each group's name, its boxes, how many are ticked."""
    widget = field.field.widget
    attrs = field.build_widget_attrs({"id": field.auto_id})
    groups = widget.optgroups(field.html_name, widget.format_value(field.value()), attrs)
    return [
        {
            "name": name or "",
            "options": [BoundWidget(widget, data, field.form.renderer) for data in options],
            "ticked": sum(data["selected"] for data in options),
        }
        for name, options, _ in groups
    ]


@register.filter
def date_parts(field: BoundField) -> list[dict[str, Any]]:
    """Day, month and year of a SelectDateWidget, with what was typed, dates or not."""
    if field.form.is_bound:
        value = {p: field.form.data.get(f"{field.html_name}_{p}") for p in ("day", "month", "year")}
    else:
        value = field.field.widget.format_value(field.value()) or {}
    return [
        {
            "name": f"{field.html_name}_{part}",
            "id": f"{field.auto_id}_{part}",
            "label": part.capitalize(),
            "value": value.get(part) or "",
            "width": 4 if part == "year" else 2,
        }
        for part in ("day", "month", "year")
    ]


@register.filter
def anchor(field: BoundField) -> str:
    """The id of the control that an error of this field leads to."""
    kind = field_kind(field)
    if kind == "date":
        return f"{field.auto_id}_day"
    if kind == "grouped":
        return f"{field.auto_id}_0_0"
    if kind in {"radios", "checkboxes", "several"}:
        return f"{field.auto_id}_0"
    return field.id_for_label


@register.filter
def error_lines(form: forms.BaseForm) -> list[dict[str, str]]:
    """All errors of a form in the order of its fields, each with the id that it leads to.

    A form should say its errors in its own words ("Enter your name"); where it leaves that to
    Django ("This field is required."), the field's label goes before them.
    """
    lines = [{"words": str(error), "anchor": ""} for error in form.non_field_errors()]
    for field in form:
        target = "" if field.is_hidden else anchor(field)
        unnamed = _ready_made(field.field)
        label = str(field.label).rstrip("?.:")
        lines += [
            {"words": f"{label}: {error}" if error in unnamed else error, "anchor": target}
            for error in map(str, field.errors)
        ]
    return lines


def _ready_made(field: forms.Field) -> set[str]:
    """The messages that say nothing of the field: Django's own."""
    messages: dict[str, Any] = {}
    for cls in reversed(type(field).__mro__):
        messages |= getattr(cls, "default_error_messages", {})
    ready = {str(message) for message in messages.values()}
    return ready | {str(getattr(each, "message", "")) for each in field.default_validators}
