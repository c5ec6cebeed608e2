"""Messages by what they are about: the newest on the page of a thing, all in the list, filtered."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Window
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from mathshub.outbox.models import Message
from mathshub.scope_admin import Chip, ChipFilter, is_key

SHOWN = 10
REFERENCE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}")
ABOUT = ("participant", "session", "work_group", "school")
NOT_HERE = "one that is not here"


def messages_about(request: HttpRequest, **about: models.Model) -> dict[str, Any]:
    """The newest messages about one row, for templates/admin/_sent_messages.html.

    Called by the name of the message's link: ``messages_about(request, school=school)``. Nothing
    for who may not see messages.
    """
    if not request.user.has_perm("outbox.view_message"):
        return {}
    [(name, row)] = about.items()
    found = Message.objects.filter(rows_about(name, row)).defer("text_body", "html_body")
    newest = list(found.annotate(number=Window(Count("pk"))).order_by("-due_at", "-id")[:SHOWN])
    more = {}
    if newest and newest[0].number > SHOWN:
        url = f"{reverse('admin:outbox_message_changelist')}?{urlencode({name: row.pk})}"
        more = {"number": newest[0].number, "url": url}
    return {"sees_messages": True, "sent_messages": newest, "all_messages": more}


def rows_about(name: str, row: Any) -> Q:
    """The messages about it; of a person also what their mailbox got that is about nobody else."""
    linked = Q(**{name: row})
    if name == "participant" and row.email:
        return linked | Q(participant=None, recipient__iexact=row.email)
    return linked


class AboutFilter(ChipFilter):
    """The list's messages about one row, named in the address: one chip, which takes it off."""

    title = "about"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        asked = request.GET.get(cls.parameter_name)
        if asked is None:
            return []
        row = _row(cls.parameter_name, asked)
        if row is None:  # of another hub, or of nobody: the same words
            return [Chip(asked, f"{cls.parameter_name.replace('_', ' ')}: {NOT_HERE}", Q(pk=None))]
        return [Chip(asked, str(row), rows_about(cls.parameter_name, row))]

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            if choice["selected"] and self.value() is not None:
                yield choice | removable(changelist, choice["display"], self.parameter_name)


def removable(changelist: Any, words: str, parameter: str) -> dict[str, Any]:
    """A chip that stands while it is chosen, and takes itself off."""
    return {
        "display": format_html(
            '{} <span aria-hidden="true">×</span><span class="govuk-visually-hidden">, '
            "take it off</span>",
            capfirst(words),
        ),
        "query_string": changelist.get_query_string(remove=[parameter]),
    }


def about_filters() -> list[type[AboutFilter]]:
    """One for each link that a message has."""
    return [
        type(f"{name.title()}Filter", (AboutFilter,), {"parameter_name": name}) for name in ABOUT
    ]


def about_words(message: Message) -> str:
    """What a message is about, in the words of a list: its session or Work Group, and the school."""
    group = message.work_group
    parts = [f"Session {message.session.number}" if message.session else "", group and group.name]
    where = ", ".join(str(part) for part in parts if part)
    return " · ".join(filter(None, [where, message.school and message.school.name]))


def about_links(message: Message) -> SafeString:
    """The pages of what a message is about, on which it stands as well."""
    rows = [(name, row) for name in ABOUT if (row := getattr(message, name))]
    links = [
        (
            reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_change", args=[row.pk]),
            f"Session {row.number}" if name == "session" else row,
        )
        for name, row in rows
    ]
    return format_html_join(" · ", '<a href="{}">{}</a>', links)


def rows_with_reference(term: str) -> Q | None:
    """The messages about the interest of that reference; None for a term that is none of ours."""
    if not REFERENCE.fullmatch(term.strip().upper()):
        return None
    found = Q()
    for model, name in (("ExpressionOfInterest", "expression"), ("FurtherForm", "form")):
        rows: Any = apps.get_model("enrolment", model)._default_manager
        row = rows.filter(reference=term.strip().upper()).first()
        if row is not None:
            found |= Q(**{f"context__{name}": row.pk})
    return found or None


def _row(name: str, number: str) -> Any:
    """The row that a link would lead to, within the hub; None for all others."""
    if not is_key(number):
        return None
    model: Any = Message._meta.get_field(name).related_model
    rows = model._default_manager.filter(pk=number)
    if name == "school":  # those are everybody's: one that the hub never wrote about is not here
        rows = rows.filter(Exists(Message.objects.filter(school=OuterRef("pk"))))
    return (rows.select_related("work_group") if name == "session" else rows).first()
