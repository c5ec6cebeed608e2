"""The school field and the page of schools in a real browser: by keyboard, small, large, bare."""

from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from mathshub.scope import hub_scope
from mathshub.testing.browser import CONTEXT_OPTIONS
from mathshub.testing.portal import LivePortal
from workgroups.models import Hub, Offering
from workgroups.search import renew_spelling
from workgroups.tests.factories import (
    make_closed_school,
    make_hub,
    make_offering,
    make_programme,
    make_school,
)

Axe = Callable[[Page], list[str]]


@pytest.fixture
def hub(live_portal: LivePortal) -> Iterator[Hub]:
    hub = make_hub(slug="lea-valley", name="Lea Valley Maths Hub")
    with hub_scope(hub):
        yield hub


@pytest.fixture
def form(live_portal: LivePortal, hub: Hub) -> str:
    """The form's address; of the schools of one name one is closed and leads to another."""
    academy = make_school(urn="999004", name="River Academy", postcode="E8 1AD")
    make_school(urn="999001", name="Marsh Lane Primary School", postcode="E8 1AA")
    make_school(urn="999002", name="Marsh Lane School", postcode="E5 1AB", type_code=11)
    make_closed_school(name="Marsh Lane Infants", succeeded_by=academy)
    make_closed_school(name="Marsh Lane Juniors")
    renew_spelling()
    offering: Offering = make_offering(programme=make_programme(name="Mastery Readiness"))
    return live_portal.url(f"/interest/{offering.pk}/")


def field_of(page: Page) -> Locator:
    return page.get_by_label("School name, town or postcode")


def options(page: Page) -> Locator:
    """Those of the list of schools: the form has others."""
    return page.get_by_role("listbox").get_by_role("option")


def type_in(page: Page, text: str) -> None:
    """Type, and wait until the list is that of the whole word: a later one would take the focus."""
    with page.expect_response(lambda each: each.url.endswith(f"?q={quote(text)}")) as answered:
        field_of(page).press_sequentially(text)
    answered.value.finished()
    page.wait_for_timeout(200)  # the script reads the answer and draws the list
    expect(options(page).first).to_be_visible()


def chosen_urns(page: Page) -> list[str]:
    return page.locator("input[type=hidden][name=urn]:not(:disabled)").evaluate_all(
        "fields => fields.map(field => field.value)"
    )


def test_a_school_is_chosen_by_keyboard_alone(page: Page, axe: Axe, form: str) -> None:
    page.goto(form)
    field = field_of(page)
    expect(field).to_have_attribute("aria-expanded", "false")
    assert axe(page) == []
    type_in(page, "marsh lnae")
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.locator("[role=status]", has_text="4 schools found.").first).to_be_attached()
    assert axe(page) == []
    page.keyboard.press("ArrowDown")
    first = options(page).first
    expect(first).to_be_focused()
    expect(first).to_have_attribute("aria-selected", "true")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.get_by_text("Chosen: Marsh Lane Primary School")).to_be_visible()
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-expanded", "false")
    assert chosen_urns(page) == ["999001"]


def test_escape_closes_the_list_and_chooses_nothing(page: Page, form: str) -> None:
    page.goto(form)
    type_in(page, "marsh")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    assert chosen_urns(page) == []


def test_choosing_a_closed_school_chooses_what_it_has_become(page: Page, form: str) -> None:
    page.goto(form)
    type_in(page, "marsh lane infants")
    option = options(page).first
    expect(option).to_contain_text("Closed in August 2021, now called River Academy (URN 999004)")
    option.click()
    expect(page.locator(".chosen-school")).to_have_text(
        "Closed in August 2021, now called River Academy (URN 999004). "
        "Chosen: River Academy, London E8 1AD · Hackney · URN 999004."
    )
    expect(field_of(page)).to_have_value("River Academy")
    assert chosen_urns(page) == ["999004"]


def test_one_that_became_nothing_says_why_it_cannot_be_chosen(page: Page, form: str) -> None:
    page.goto(form)
    type_in(page, "marsh lane juniors")
    options(page).filter(has_text="Marsh Lane Juniors").click()
    expect(page.locator(".chosen-school")).to_contain_text("can’t be chosen: Closed in August 2021")
    assert chosen_urns(page) == []


def test_nothing_found_and_too_many_searches_are_two_sentences(page: Page, form: str) -> None:
    page.goto(form)
    field_of(page).press_sequentially("zyxw")
    nothing = page.locator(".autocomplete__option--no-results")
    expect(nothing).to_contain_text("No school found.")
    page.route("**/schools/search/?q=*", lambda route: route.fulfill(status=429, body="[]"))
    field_of(page).press_sequentially("v")
    expect(nothing).to_contain_text("Wait a moment")


def test_the_list_fits_a_narrow_screen_and_a_page_at_400_per_cent(page: Page, form: str) -> None:
    page.set_viewport_size({"width": 320, "height": 256})  # 1280 by 1024 at 400 %
    page.goto(form)
    type_in(page, "marsh")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for place in range(4):  # as a person does: the next key once the list has followed the last one
        page.keyboard.press("ArrowDown")
        expect(options(page).nth(place)).to_be_focused()
    expect(options(page).nth(3)).to_be_in_viewport()


def test_the_option_in_focus_differs_in_forced_colours(page: Page, form: str) -> None:
    page.emulate_media(forced_colors="active")
    page.goto(form)
    type_in(page, "marsh")
    page.keyboard.press("ArrowDown")
    expect(options(page).first).to_be_focused()
    expect(options(page).nth(1)).to_be_visible()
    colours = options(page).evaluate_all(
        "options => options.map(option => getComputedStyle(option).backgroundColor)"
    )
    assert colours[0] != colours[1]


def test_without_javascript_the_page_of_schools_leads_to_the_form(
    browser: Browser, live_portal: LivePortal, form: str
) -> None:
    context = browser.new_context(**CONTEXT_OPTIONS, java_script_enabled=False)
    page = context.new_page()
    page.goto(live_portal.url("/interest/"))
    page.get_by_role("link", name="Look it up first").click()
    page.get_by_label("Name, town, postcode or URN").fill("marsh lane infants")
    page.get_by_role("button", name="Find my school").click()
    page.get_by_role("radio", name="River Academy").check()
    page.get_by_role("button", name="Go on with this school").click()
    page.get_by_role("link", name="Mastery Readiness").click()
    expect(page.get_by_text("Good news: your school can take part.")).to_be_visible()
    expect(page.get_by_role("radio", name="River Academy")).to_be_checked()
    context.close()


@pytest.mark.parametrize("query", ["", "a", "marsh", "zyxw"])
def test_each_state_of_the_page_is_clean_and_fits(
    page: Page, axe: Axe, live_portal: LivePortal, form: str, query: str
) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(live_portal.url(f"/schools/search/?q={query}"))
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
