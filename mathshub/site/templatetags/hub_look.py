"""What templates need to draw the portal's own pieces; how they look, never what holds."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from django import template
from django.core.paginator import Page
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from mathshub.fragments import render_once

register = template.Library()

CELL_WORDS = {
    "came": "came",
    "apology": "apology",
    "absent": "absent",
    "held": "held",
    "no_register": "register not taken",
    "cancelled": "cancelled",
    "next": "next",
    "to_come": "to come",
    "unconfirmed": "to be confirmed",
}
"""The states of a cell in the bar of six (templates/_bar.html), with their words."""

CELL_SIGNS = {
    "came": "✓",
    "apology": "–",
    "absent": "×",
    "no_register": "?",
    "cancelled": "×",
    "unconfirmed": "?",
}


def _of(cell: Any, name: str) -> Any:
    if isinstance(cell, dict):
        return cell.get(name)
    return getattr(cell, name, None)


@register.filter
def cell_words(cell: Any) -> str:
    """The words in a cell of the bar: its own, or its state's."""
    return _of(cell, "words") or CELL_WORDS[_of(cell, "state")]


@register.filter
def cell_class(cell: Any) -> str:
    """CSS classes of a cell: its state, and whether it is filled in part."""
    return f"{_of(cell, 'state')} shared" if _is_shared(cell) else _of(cell, "state")


@register.filter
def cell_fill(cell: Any) -> str:
    """The part of a group that came, drawn from the left.

    A drawing, because the content security policy refuses a width in a style attribute.
    """
    if not _is_shared(cell):
        return ""
    percent = round(100 * min(max(_of(cell, "share"), 0), 1))
    return format_html(
        '<svg class="fill" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"'
        ' focusable="false"><path stroke="none" d="M0 0h{0}v10H0z"/>'
        '<path d="M{0} 0v10" vector-effect="non-scaling-stroke"/></svg>',
        str(percent),
    )


@register.filter
def cell_sign(cell: Any) -> str:
    """One character for a cell in an e-mail, where nothing can be hatched."""
    return CELL_SIGNS.get(_of(cell, "state"), "\N{NO-BREAK SPACE}")


def _is_shared(cell: Any) -> bool:
    return _of(cell, "state") == "came" and _of(cell, "share") is not None


@register.simple_tag(takes_context=True)
def part_of_hub(context: template.Context, template_name: str) -> SafeString:
    """A part of every page that speaks of nothing but the hub: drawn once until its row changes."""
    hub = context.get("hub")
    if hub is None:
        return render_to_string(template_name)
    return render_once(template_name, {"hub": hub}, rows=(hub,))


@register.filter
def page_numbers(page: Page) -> Iterator[str | int]:
    """The pages that a list offers: the first, the last, two on either side, "…" for the others."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)


NAVIGATION = {
    "site:list_programmes": "Programmes",
    "enrolment:list_briefings": "Briefings",
    "sessions:request_link": "My sessions",
}


@register.simple_tag(takes_context=True)
def page_header(context: template.Context) -> SafeString:
    """The header, with the link marked that leads to the reader's page or above it."""
    hub, request = context.get("hub"), context.get("request")
    if hub is None:
        return render_to_string("_header.html")
    here = request.path if request else ""
    marks = tuple(_mark(path, here) for path in _navigation_paths())
    links = zip(_navigation_paths(), NAVIGATION.values(), marks, strict=True)
    return render_once(
        "_header.html", {"hub": hub, "links": list(links)}, rows=(hub,), variant=marks
    )


@cache
def _navigation_paths() -> tuple[str, ...]:
    return tuple(map(reverse, NAVIGATION))


def _mark(path: str, here: str) -> str:
    """The value of aria-current; empty where the link leads elsewhere."""
    if here == path:
        return "page"
    return "true" if here.startswith(path) else ""
