"""Nothing that we serve would be refused by our own content security policy, or is not ours to use."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import RequestFactory

from mathshub.site.style_guide import style_guide

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
PAGES = [path for path in TEMPLATES if "email" not in path.parts]
NOT_OURS = re.compile(r"crown|crest|gds.?transport|gov\.uk", re.IGNORECASE)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_pages_carry_no_style_and_no_script_of_their_own(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"<style\b", text)
    assert not re.search(r"\son[a-z]+=", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r'<(?:script|link|img|iframe)\b[^>]*(?:src|href)="(?:https?:)?//', text)


@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_the_last_pages_need_no_context(name: str) -> None:
    assert "<h1>" in render_to_string(name)


@pytest.mark.skipif(
    not (settings.BASE_DIR / "static/build/main.css").exists(), reason="make assets has not run"
)
def test_styles_hold_no_mark_or_typeface_of_the_government() -> None:
    for name in ("main.css", "admin.css"):
        assert not NOT_OURS.search((settings.BASE_DIR / "static/build" / name).read_text())


def test_the_style_guide_shows_every_piece() -> None:
    request = RequestFactory().get("/style-guide/")
    html = style_guide(request).content.decode()
    stylesheet = "".join(
        path.read_text() for path in (settings.BASE_DIR / "static/scss").glob("_*")
    )
    for piece in ("bar", "bar-mini", "journey", "card", "tag", "note", "facts", "summary", "waits"):
        assert f".{piece}" in stylesheet
        assert re.search(rf'class="(?:[^"]* )?{piece}[ "]', html), piece
