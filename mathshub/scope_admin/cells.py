"""Small pieces that columns of a list are made of."""

from django.utils.html import format_html
from django.utils.safestring import SafeString


def tag(words: str, tone: str = "") -> SafeString:
    """A state in words; ``tone`` is sun, leaf, clay or plain."""
    return format_html('<span class="tag{}">{}</span>', f" {tone}" if tone else "", words)


def with_note(words: object, note: object) -> SafeString:
    """Words with quieter ones under them."""
    if not note:
        return format_html("{}", words)
    return format_html('{}<br><span class="meta">{}</span>', words, note)


def link(url: str, words: object) -> SafeString:
    return format_html('<a href="{}">{}</a>', url, words)


def count(number: int, one: str, many: str = "") -> str:
    """“1 place”, “3 places”."""
    return f"{number} {one if number == 1 else many or one + 's'}"
