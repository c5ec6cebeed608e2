"""The public pages in a real browser: accessible, and nothing runs off a phone's screen."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from enrolment.tests.factories import make_briefing
from enrolment.views.openings import QUICKEST
from mathshub.scope import hub_scope
from mathshub.testing.page_quality import faults
from mathshub.testing.portal import LivePortal
from sessions.tests.factories import make_sessions
from workgroups.tests.factories import (
    make_hub,
    make_local_authority,
    make_offering,
    make_programme,
    make_programme_link,
    make_school,
    make_work_group,
)

PAGES = [
    "/",
    "/programmes/",
    "/programmes/development/",
    "/programmes/sustaining/",
    "/programmes/sustaining/hear/",
    "/programmes/sustaining/hear/thanks/",
    "/journey/",
    "/journey/which-step/",
    "/journey/which-step/?answered=yes",
    "/journey/which-step/?ready=yes",
    "/journey/which-step/?furthest=embedding",
    "/privacy/",
    "/accessibility/",
    "/no-such-page/",
]


@pytest.fixture
def filled_portal(live_portal: LivePortal) -> LivePortal:
    """A hub whose pages have something of everything to show."""
    with hub_scope(make_hub(slug="ash", contact_phone="020 7946 0184")):
        ready = make_programme(name="Readiness", position=1, is_starting_point=True)
        start = make_programme(
            name="Development", slug="development", position=2, is_starting_point=True
        )
        onwards = make_programme(name="Embedding", slug="embedding", position=3, needs=[start])
        last = make_programme(
            name="Sustaining",
            slug="sustaining",
            position=4,
            needs=[start, onwards],
            for_whom="Schools that:\n- took part\n- have a specialist",
        )
        for programme in (start, last):
            make_programme_link(programme=programme)
        for programme in (ready, start):
            group = make_work_group(
                offering=make_offering(programme=programme),
                name="Barking and Dagenham with Waltham Forest",
                local_authorities=[make_local_authority(name="Barking and Dagenham")],
            )
            make_sessions(work_group=group, count=6)
        make_briefing()
    return live_portal


def test_public_pages_are_good_on_a_phone(phone: Page, filled_portal: LivePortal):
    found = {}
    for path in PAGES:
        phone.goto(filled_portal.url(path, host="ash.localhost"))
        found[path] = faults(phone)
    assert found == {path: [] for path in PAGES}


def test_public_pages_are_accessible_and_fit_at_a_desk(
    page: Page, filled_portal: LivePortal, axe: Callable[[Page], list[str]]
):
    found = {}
    for path in PAGES:
        page.goto(filled_portal.url(path, host="ash.localhost"))
        too_wide = page.evaluate("document.documentElement.scrollWidth") > 1180
        found[path] = axe(page) + ["runs off the screen"] * too_wide
    assert found == {path: [] for path in PAGES}


def test_public_pages_say_all_without_a_script(browser: Browser, filled_portal: LivePortal):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    for path in PAGES:
        page.goto(filled_portal.url(path, host="ash.localhost"))
        assert page.get_by_role("heading", level=1).is_visible(), path
        for form in page.locator("main form").all():
            assert form.locator("button:visible").count(), path
    context.close()


def test_the_journey_is_shown_once_at_every_width(page: Page, filled_portal: LivePortal):
    page.goto(filled_portal.url("/journey/", host="ash.localhost"))
    picture, stages = page.locator("svg.journey-map"), page.locator("ol.journey")
    assert (picture.is_visible(), stages.is_visible()) == (True, False)
    page.set_viewport_size({"width": 390, "height": 844})
    assert (picture.is_visible(), stages.is_visible()) == (False, True)
    page.set_viewport_size({"width": 1180, "height": 844})
    page.emulate_media(media="print")
    assert (picture.is_visible(), stages.is_visible()) == (False, True)


def test_every_stage_of_the_picture_opens_its_programme(page: Page, filled_portal: LivePortal):
    page.goto(filled_portal.url("/journey/", host="ash.localhost"))
    page.locator("svg.journey-map").get_by_role("link", name="Development").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Development"


def test_a_school_on_a_phone_comes_from_the_journey_to_its_form(
    phone: Page, filled_portal: LivePortal, axe: Callable[[Page], list[str]]
):
    make_school(name="Marsh Gate Primary School", town="Dagenham")
    phone.goto(filled_portal.url("/journey/", host="ash.localhost"))
    phone.get_by_role("link", name="Which step is right for us?").click()
    phone.get_by_role("link", name="Find your school first").click()
    phone.get_by_label("Name, town, postcode or URN").fill("marsh gate dagenham")
    phone.get_by_role("button", name="Find my school").click()
    phone.get_by_label("Marsh Gate Primary School").check()
    phone.get_by_role("button", name="Go on with this school").click()
    phone.get_by_label("None of them").check()
    phone.get_by_label("Yes, nothing stands in the way").check()
    phone.get_by_role("button", name="Suggest a step").click()
    assert phone.get_by_role("heading", level=1).inner_text() == "We suggest Development"
    assert phone.get_by_label("None of them").is_checked()
    assert axe(phone) == []
    phone.get_by_role("link", name="Express an interest").click()
    assert "Marsh Gate Primary School" in phone.content()


def test_without_scripts_a_headteacher_is_told_when_a_programme_reopens(
    browser: Browser, filled_portal: LivePortal
):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 800})
    page = context.new_page()
    page.goto(filled_portal.url("/programmes/sustaining/", host="ash.localhost"))
    page.get_by_role("link", name="Tell me when it opens").click()
    page.get_by_role("button", name="Tell me when it opens").click()
    expect(page).to_have_title(re.compile("^Error: "))
    page.get_by_label("Your work e-mail address").fill("head@school.example")
    page.wait_for_timeout(QUICKEST.total_seconds() * 1000)
    page.get_by_role("button", name="Tell me when it opens").click()
    assert page.get_by_role("heading", level=1).inner_text() == "We will tell you"
    assert context.cookies() == []
    context.close()


def test_the_dates_of_a_group_unfold_by_the_keyboard(page: Page, filled_portal: LivePortal):
    page.goto(filled_portal.url("/programmes/development/", host="ash.localhost"))
    page.locator("details summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("details li").first.is_visible()
