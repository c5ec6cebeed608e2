"""The bar of six says in words what it shows in colours."""

import re
from typing import Any

import pytest
from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.test import RequestFactory

from mathshub.site.style_guide import EVERY_STATE, GROUP
from mathshub.site.templatetags.hub_look import CELL_WORDS


def draw(**context: Any) -> str:
    return render_to_string("_bar.html", context)


def test_every_state_of_a_cell_has_its_words() -> None:
    assert {cell["state"] for cell in EVERY_STATE} == set(CELL_WORDS)
    words = re.findall(r'<span class="words">([^<]+)</span>', draw(cells=EVERY_STATE))
    assert words == [CELL_WORDS[cell["state"]] for cell in EVERY_STATE]


def test_a_cell_may_have_words_of_its_own() -> None:
    assert "7 of 14 came" in draw(cells=GROUP)


def test_the_filled_part_is_the_share_that_came() -> None:
    assert re.findall(r"M0 0h(\d+)v10", draw(cells=GROUP)) == ["86", "50"]


@pytest.mark.parametrize(("share", "drawn"), [(0, "0"), (1, "100"), (1.4, "100"), (-1, "0")])
def test_a_share_never_leaves_its_cell(share: float, drawn: str) -> None:
    cell = {"state": "came", "date": "8 Oct", "share": share}
    assert re.findall(r"M0 0h(\d+)v10", draw(cells=[cell])) == [drawn]


def test_only_staff_see_registers_that_are_owed() -> None:
    assert "owed" not in draw(cells=EVERY_STATE)
    assert draw(cells=EVERY_STATE, staff=True).count("owed") == 1


def test_the_small_bar_is_hidden_from_screen_readers_and_its_words_are_not() -> None:
    html = draw(cells=EVERY_STATE, mini=True, summary="5 of 8 held")
    assert re.search(r'aria-hidden="true">.*</span> <span class="words">5 of 8 held<', html)
    assert not re.search(r"aria-hidden[^>]*>[^<]*5 of 8 held", html)


@pytest.mark.parametrize("count", [1, 3, 6, 7, 12])
def test_there_are_as_many_cells_as_sessions(count: int) -> None:
    html = draw(cells=[{"state": "to_come", "date": "8 Oct"}] * count)
    assert html.count("<li") == count
    assert f'class="bar bar-{count}"' in html


def test_pages_of_a_list_keep_what_was_searched_for() -> None:
    context = {"page_obj": Paginator(range(200), 10).page(7)}
    request = RequestFactory().get("/?q=oak&page=7")
    html = render_to_string("_pagination.html", context, request=request)
    assert re.findall(r'href="([^"]+)"', html)[:2] == ["?q=oak&amp;page=6", "?q=oak&amp;page=1"]
    assert html.count("aria-current") == 1
