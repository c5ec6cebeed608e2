"""The forms of a page: the choices that they offer, and what they would send."""

from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import Any

from django import forms
from django.contrib.admin.helpers import AdminForm, InlineAdminFormSet

from mathshub.scope import HubOwned


def choices_in(contexts: Iterable[Any]) -> Iterator[tuple[str, forms.ModelChoiceField]]:
    """The choices of an owned row in the forms of a page, each by the name under which it is sent."""
    for form in {id(form): form for form in forms_in(contexts)}.values():
        for name, choice in form.fields.items():
            if isinstance(choice, forms.ModelChoiceField) and issubclass(
                choice.queryset.model, HubOwned
            ):
                yield form.add_prefix(name), choice


def forms_in(contexts: Iterable[Any]) -> Iterator[forms.BaseForm]:
    values = [value for context in contexts for layer in context for value in layer.values()]
    for value in values:
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, forms.BaseForm):
                yield each
            elif isinstance(each, AdminForm):
                yield each.form
            elif isinstance(each, InlineAdminFormSet | forms.BaseFormSet):
                formset = getattr(each, "formset", each)
                yield from (*formset.forms, formset.empty_form)


class _SentForms(HTMLParser):
    """What each form of a page that is sent by POST would send."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, list[str]]] = []
        self._inside = False
        self._select = ""
        self._text_area = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "form":
            self._inside = (given.get("method") or "").lower() == "post"
            if self._inside:
                self.found.append({})
        elif self._inside and tag in {"input", "textarea", "select"} and name:
            self._select = name if tag == "select" else ""
            self._text_area = name if tag == "textarea" else ""
            values = self.found[-1].setdefault(name, [])
            if "checked" in given or given.get("type") not in {"radio", "checkbox"}:
                values.append(value)
        elif self._inside and tag == "option" and self._select and "selected" in given:
            self.found[-1][self._select] = [value]

    def handle_data(self, data: str) -> None:
        if self._text_area:
            values = self.found[-1][self._text_area]
            values[-1] += data if values[-1] else data.removeprefix("\n")  # as browsers do

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "textarea":
            self._text_area = ""


def forms_sent_by(page: str) -> list[dict[str, list[str]]]:
    parser = _SentForms()
    parser.feed(page)
    return parser.found
