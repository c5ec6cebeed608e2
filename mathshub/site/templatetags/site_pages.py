"""What the public pages need of their templates: texts by plain rules, and data for machines."""

import json
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from mathshub.plain_text import Block, blocks_of

register = template.Library()

# What would end the element, or begin another, in the eyes of an HTML parser.
_ESCAPED = {ord(character): f"\\u{ord(character):04X}" for character in "<>&\u2028\u2029"}


@register.filter
def as_blocks(text: str) -> SafeString:
    """Paragraphs and lists, as mathshub/plain_text.py tells them apart."""
    return format_html_join("\n", "{}", ((_block(each),) for each in blocks_of(text or "")))


@register.filter
def data_block(data: dict[str, Any]) -> SafeString:
    """Data for search engines (JSON-LD). No script: browsers never run an element of this type,
    so the content security policy does not ask about it.
    """
    text = json.dumps(data, ensure_ascii=False).translate(_ESCAPED)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))  # noqa: S308  escaped


def _block(block: Block) -> SafeString:
    if block.is_list:
        return format_html("<ul>{}</ul>", _joined("", "<li>{}</li>", block.lines))
    return format_html("<p>{}</p>", _joined("<br>", "{}", block.lines))


def _joined(between: str, pattern: str, lines: tuple[str, ...]) -> SafeString:
    separator = mark_safe(between)  # noqa: S308  a constant of this module
    return format_html_join(separator, pattern, ((line,) for line in lines))
