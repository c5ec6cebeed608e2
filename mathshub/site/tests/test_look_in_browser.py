"""Every piece and state of the look, in a browser: for all eyes, hands and widths."""

from collections.abc import Callable

import pytest
from django.urls import include, path
from playwright.sync_api import Page, Route, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from mathshub.site.style_guide import style_guide
from workgroups.tests.factories import make_hub

Axe = Callable[[Page], list[str]]

# The style guide is served in the demonstration only; these tests serve it beside the rest.
urlpatterns = [path("style-guide/", style_guide), path("", include("mathshub.urls"))]


@pytest.fixture
def guide(page: Page, settings: Settings, live_server: LiveServer) -> Page:
    settings.ROOT_URLCONF = __name__
    make_hub()
    page.goto(f"{live_server.url}/style-guide/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Everything the portal is drawn with")
    return page


def is_wider_than_the_window(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


@pytest.mark.parametrize("width", [390, 1180])
def test_axe_finds_nothing(guide: Page, axe: Axe, width: int) -> None:
    guide.set_viewport_size({"width": width, "height": 900})
    assert axe(guide) == []


@pytest.mark.parametrize("width", [320, 390, 700, 1180])
def test_nothing_runs_out_of_the_window(guide: Page, width: int) -> None:
    guide.set_viewport_size({"width": width, "height": 900})
    assert not is_wider_than_the_window(guide)


def test_nothing_runs_out_with_letters_of_twice_the_size(guide: Page) -> None:
    guide.set_viewport_size({"width": 390, "height": 900})
    guide.evaluate("document.documentElement.style.setProperty('font-size', '200%')")
    assert not is_wider_than_the_window(guide)


def test_every_cell_of_a_bar_keeps_its_words_inside(guide: Page) -> None:
    for width in (320, 390, 1180):
        guide.set_viewport_size({"width": width, "height": 900})
        spilt = guide.locator(".bar > li").evaluate_all(
            "cells => cells.filter(cell => cell.scrollWidth > cell.clientWidth + 1)"
            ".map(cell => cell.innerText)"
        )
        assert spilt == [], width


def test_the_error_summary_takes_focus_and_leads_to_the_field(guide: Page) -> None:
    expect(guide.locator(".govuk-error-summary")).to_be_focused()
    guide.get_by_role("link", name="Enter your name").click()
    expect(guide.locator("#id_wrong-name")).to_be_focused()


def test_the_states_are_told_apart_where_colours_are_forced(guide: Page) -> None:
    guide.emulate_media(forced_colors="active")
    borders = (
        guide.locator(".bar")
        .nth(1)
        .locator("li")
        .evaluate_all("cells => cells.map(cell => getComputedStyle(cell).borderTopWidth)")
    )
    assert len(set(borders)) > 1


def test_a_form_is_sent_once_however_often_its_button_is_pressed(guide: Page) -> None:
    sent: list[str] = []

    def stay_on_the_page(route: Route) -> None:
        sent.append(route.request.method)
        route.fulfill(status=204)

    guide.route("**/style-guide/", stay_on_the_page)
    button = guide.get_by_role("button", name="Send our expression of interest").first
    for _ in range(3):  # apart from each other: presses in one breath the browser joins by itself
        button.evaluate("button => button.click()")
        guide.wait_for_timeout(300)
    expect(guide.get_by_text("Sending …")).to_be_visible()
    assert sent == ["POST"]
