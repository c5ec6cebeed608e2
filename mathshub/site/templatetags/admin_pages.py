"""What the admin's templates need of Django's list: rows, headings, chips and pages as plain data."""

from collections.abc import Iterator
from typing import Any

from django import template
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME, AdminReadonlyField
from django.contrib.admin.templatetags.admin_list import result_headers
from django.contrib.admin.utils import display_for_field, label_for_field, lookup_field
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.db import models
from django.utils.html import format_html_join
from django.utils.text import capfirst

from mathshub.outbox.kinds import kind_words
from mathshub.outbox.models import Message
from mathshub.scope_admin.filters import PortalChangeList

register = template.Library()

CELL = '<td data-label="{}">{}</td>'


@register.filter
def headings(changelist: ChangeList) -> list[dict[str, Any]]:
    """The heading of each column, and where it leads to sort by it."""
    return [
        heading | {"text": capfirst(str(heading["text"]))}
        for heading in result_headers(changelist)
        if 'type="checkbox"' not in str(heading["text"])
    ]


@register.filter
def rows(changelist: PortalChangeList) -> Iterator[dict[str, Any]]:
    """Each row: its page, its first cell, the other cells in HTML.

    Those are put together here: a list has hundreds, and a loop in the template takes three times
    as long for each.
    """
    names = [str(name) for name in changelist.list_display if name != "action_checkbox"]
    owner: Any = changelist.model_admin
    labels = [capfirst(str(label_for_field(name, changelist.model, owner))) for name in names]
    for row in changelist.result_list:
        first, *others = [_cell(name, row, changelist) for name in names]
        yield {
            "pk": row.pk,
            "url": changelist.url_for_result(row),
            "name": first,
            "note": owner.row_note(changelist.request, row),
            "cells": format_html_join("\n", CELL, zip(labels[1:], others, strict=True)),
            "words": str(row),
        }


def _cell(name: str, row: models.Model, changelist: ChangeList) -> Any:
    field, _, value = lookup_field(name, row, changelist.model_admin)
    if field is None:
        return "" if value is None else value
    if isinstance(field.remote_field, models.ManyToOneRel):
        return getattr(row, field.name) or ""
    if isinstance(field, models.BooleanField):
        return "yes" if value else "no"
    return display_for_field(value, field, "")


@register.filter
def chips(changelist: ChangeList) -> list[dict[str, Any]]:
    """The filters with their choices, each with its number."""
    return [
        {"title": spec.title, "choices": list(spec.choices(changelist))}
        for spec in changelist.filter_specs
    ]


@register.filter
def page_links(changelist: ChangeList) -> list[dict[str, Any]]:
    """The list's pages, where there are several."""
    if changelist.paginator.num_pages == 1 or changelist.show_all:
        return []
    near = changelist.paginator.get_elided_page_range(
        changelist.page_num, on_each_side=2, on_ends=1
    )
    return [
        {"words": number, "url": "", "is_here": False}
        if isinstance(number, str)
        else {
            "words": number,
            "url": changelist.get_query_string({PAGE_VAR: number}),
            "is_here": number == changelist.page_num,
        }
        for number in near
    ]


@register.simple_tag(takes_context=True)
def unchangeable(context: template.Context, field: AdminReadonlyField) -> str:
    """What a field says that can't be changed; a link only to a page that this person may open."""
    row, name = field.form.instance, str(field.field["name"])
    remote = {each.name: each.related_model for each in row._meta.fields}.get(name)
    if remote is None or not admin.site.is_registered(remote):
        return field.contents()
    if admin.site.get_model_admin(remote).has_view_or_change_permission(context["request"]):
        return field.contents()
    value = getattr(row, name)
    return "" if value is None else str(value)


@register.filter
def message_words(message: Message) -> str:
    """What a message is: its subject, or its kind until it is written."""
    return message.subject or capfirst(kind_words(message.kind))


@register.simple_tag
def checkbox_name() -> str:
    """The name under which Django's actions look for the chosen rows."""
    return ACTION_CHECKBOX_NAME
