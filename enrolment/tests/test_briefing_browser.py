"""A briefing booked on a telephone, given up, and printed: by keyboard, without scripts, at 320 px."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from enrolment.models import Briefing, BriefingBooking
from enrolment.tests.factories import make_booking, make_briefing
from enrolment.views.briefings import QUICKEST
from mathshub.links import make_token
from mathshub.scope import hub_scope
from mathshub.testing import browser as browsing
from mathshub.testing.portal import LivePortal
from workgroups.models import Hub
from workgroups.tests.factories import make_hub, make_school

HOST = "lea-valley.localhost"
Axe = Callable[[Page], list[str]]


@pytest.fixture
def hub(live_portal: LivePortal) -> Hub:
    return make_hub(slug="lea-valley")


def soon(hub: Hub, **fields: object) -> Briefing:
    with hub_scope(hub):
        return make_briefing(starts_at=timezone.now() + timedelta(days=7), **fields)


def show(page: Page, portal: LivePortal, name: str, *args: object) -> None:
    page.goto(portal.url(reverse(f"enrolment:{name}", args=args), host=HOST))


def press_unhurried(page: Page, name: str) -> None:
    """Press the button when as much time has gone by as a person needs to type."""
    page.wait_for_timeout(QUICKEST.total_seconds() * 1000)
    page.get_by_role("button", name=name).press("Enter")


def assert_fits(page: Page, axe: Axe) -> None:
    """Nothing scrolls sideways on a small telephone, and axe finds nothing."""
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
    page.set_viewport_size({"width": browsing.PHONE, "height": 844})
    assert axe(page) == []


def test_a_headteacher_books_on_a_telephone(
    hub: Hub, live_portal: LivePortal, phone: Page, axe: Axe
) -> None:
    briefing = soon(hub, venue="Hackney Town Hall " + "x" * 60)
    with hub_scope(hub):
        school = make_school(name="Abacus Green Primary School")
    show(phone, live_portal, "show_briefing", briefing.pk)
    assert_fits(phone, axe)
    phone.get_by_role("button", name="Book my seat").press("Enter")
    expect(phone.get_by_text("There is something to put right")).to_be_visible()
    assert_fits(phone, axe)
    phone.get_by_label("Your name").fill("Grace Obi")
    phone.get_by_label("Your e-mail address").fill("head@school.example")
    phone.get_by_label("School name, town or postcode").press_sequentially("abacus")
    phone.get_by_role("listbox").get_by_role("option").filter(has_text="Abacus").first.click()
    press_unhurried(phone, "Book my seat")
    expect(phone.get_by_role("heading", name="You have a seat")).to_be_visible()
    assert_fits(phone, axe)
    with hub_scope(hub):
        booking = BriefingBooking.objects.get()
        assert (booking.school, booking.is_booked) == (school, True)
        token = make_token("booking", booking.pk, booking.link_generation)
    show(phone, live_portal, "manage_booking", token)
    phone.get_by_role("link", name="I can’t come").press("Enter")
    assert_fits(phone, axe)
    phone.get_by_label("Yes, somebody else can come").check()
    phone.get_by_role("button", name="Send my answer").press("Enter")
    expect(phone.get_by_role("heading", name="This booking was cancelled")).to_be_visible()


def test_a_full_briefing_takes_who_waits_without_a_script(
    hub: Hub, live_portal: LivePortal, browser: Browser, axe: Axe
) -> None:
    briefing = soon(hub, capacity=1)
    with hub_scope(hub):
        make_booking(briefing=briefing)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    show(page, live_portal, "show_briefing", briefing.pk)
    page.get_by_label("Your name").fill("Grace Obi")
    page.get_by_label("Your e-mail address").fill("head@school.example")
    page.get_by_label("School name, town or postcode").fill("A school nobody knows")
    page.get_by_role("button", name="I can’t find our school").click()
    press_unhurried(page, "Tell me if a seat comes free")
    expect(page.get_by_role("heading", name="We tell you if a seat comes free")).to_be_visible()
    context.close()
    with hub_scope(hub):
        assert BriefingBooking.objects.waiting().get().name == "Grace Obi"


def test_the_flyer_is_one_sheet_of_paper(
    hub: Hub, live_portal: LivePortal, page: Page, axe: Axe
) -> None:
    briefing = soon(hub, description="A line of what we talk about. " * 12)
    show(page, live_portal, "show_flyer", briefing.pk)
    assert axe(page) == []
    pdf = page.pdf(format="A4")
    assert pdf.count(b"/Type /Page") - pdf.count(b"/Type /Pages") == 1
