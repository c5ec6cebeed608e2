"""Codes that a telephone's camera reads, as pictures that a page holds within itself."""

import segno
from django.utils.safestring import SafeString, mark_safe


def qr_code(address: str) -> SafeString:
    """An SVG of the address, sized by the page's styles; a quarter of it may be smudged."""
    code = segno.make(address, error="q", micro=False)
    svg = code.svg_inline(omitsize=True, border=2, svgclass="qr", lineclass=None)
    return mark_safe(svg)  # noqa: S308  of squares alone: the address is not among its text
