"""The form and the offer in a real browser, with and without JavaScript, at both widths."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from enrolment.models import ExpressionOfInterest, Place
from enrolment.services.seats import NamedSeat
from enrolment.tests.factories import make_expression, make_place
from mathshub.links import make_token
from mathshub.scope import hub_scope
from mathshub.testing.browser import CONTEXT_OPTIONS
from mathshub.testing.portal import LivePortal
from workgroups.models import Hub, Offering
from workgroups.tests.factories import (
    make_hub,
    make_local_authority,
    make_offering,
    make_programme,
    make_school,
    make_work_group,
)

Axe = Callable[[Page], list[str]]


@pytest.fixture
def hub(live_portal: LivePortal) -> Iterator[Hub]:
    hub = make_hub(slug="lea-valley", name="Lea Valley Maths Hub")
    with hub_scope(hub):
        yield hub


@pytest.fixture
def offering(hub: Hub) -> Offering:
    """Open today, whenever that is; with two schools of one name in the register."""
    barking = make_local_authority(name="Barking and Dagenham", code="301")
    for town, postcode in (("Barking", "IG11 7AR"), ("Dagenham", "RM9 4SU")):
        make_school(
            name="St Joseph’s Catholic Primary School",
            town=town,
            postcode=postcode,
            local_authority=barking,
        )
    return make_offering(
        programme=make_programme(name="Mastery Readiness", asks_for_barriers=True),
        opens_on=date.today() - timedelta(days=1),  # noqa: DTZ011  any day around today
        closes_on=date.today() + timedelta(days=30),  # noqa: DTZ011
    )


def fill_in(page: Page) -> None:
    page.get_by_label("Headteacher’s name").fill("Grace Obi")
    page.get_by_label("Headteacher’s e-mail address").fill("grace@school.example")
    page.get_by_label("Our headteacher agrees").check()
    page.get_by_label("I have read how the hub uses").check()


def send(page: Page) -> None:
    page.get_by_role("button", name="Send our expression of interest").click()


def test_a_headteacher_picks_the_school_while_typing_and_sends(
    phone: Page, axe: Axe, live_portal: LivePortal, offering: Offering
) -> None:
    phone.goto(live_portal.url("/interest/"))
    assert axe(phone) == []
    phone.get_by_role("link", name="Mastery Readiness").click()
    phone.get_by_label("School name, town or postcode").type("joseph rm9")
    phone.get_by_role("option").first.click()
    expect(phone.get_by_text("Good news: your school can take part.")).to_be_visible()
    assert axe(phone) == []
    fill_in(phone)
    send(phone)
    expect(phone.get_by_role("heading", level=1)).to_have_text(
        "We have your expression of interest"
    )
    assert axe(phone) == []
    expression = ExpressionOfInterest.objects.get()
    assert expression.school is not None
    assert expression.school.postcode == "RM9 4SU"
    phone.get_by_role("link", name="See what you sent").click()
    expect(phone.get_by_text(expression.reference).first).to_be_visible()
    assert axe(phone) == []
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_errors_are_summed_up_and_take_focus(
    page: Page, axe: Axe, live_portal: LivePortal, offering: Offering
) -> None:
    page.goto(live_portal.url(f"/interest/{offering.pk}/"))
    page.get_by_role("button", name="Send our expression of interest").click()
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("Your school: type its name, town or postcode.")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    expect(page).to_have_title(
        "Error: Express your interest in Mastery Readiness – Lea Valley Maths Hub"
    )
    assert axe(page) == []
    summary.get_by_role("link", name="Type the headteacher’s name.").click()
    expect(page.get_by_label("Headteacher’s name")).to_be_focused()


def test_it_works_without_javascript(
    browser: Browser, live_portal: LivePortal, offering: Offering
) -> None:
    context = browser.new_context(**CONTEXT_OPTIONS, java_script_enabled=False)
    page = context.new_page()
    page.goto(live_portal.url(f"/interest/{offering.pk}/"))
    fill_in(page)
    page.get_by_label("School name, town or postcode").fill("st joseph")
    page.get_by_role("button", name="Find my school").click()
    expect(page.get_by_label("Headteacher’s name")).to_have_value("Grace Obi")
    page.get_by_role("radio").nth(0).check()
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("We have your expression of interest")
    context.close()
    assert ExpressionOfInterest.objects.get().school.postcode == "IG11 7AR"  # type: ignore[union-attr]


def test_a_headteacher_accepts_a_place_on_a_phone(
    phone: Page, axe: Axe, live_portal: LivePortal, offering: Offering
) -> None:
    group = make_work_group(offering=offering, name="Hackney and Newham")
    people = (NamedSeat("Sam Okafor", "sam@school.example"), NamedSeat("Ana Lima"))
    place = make_place(
        work_group=group, expression=make_expression(offering=offering, people=people)
    )
    phone.goto(live_portal.url(f"/place/{make_token('place', place.pk, 1)}/"))
    assert axe(phone) == []
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.get_by_role("button", name="Send our answer").click()
    expect(phone.get_by_role("alert")).to_contain_text("Choose whether your school takes the place")
    assert axe(phone) == []
    phone.get_by_label("Yes, we accept the place").check()
    phone.get_by_role("button", name="Send our answer").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("has its place")
    assert axe(phone) == []
    assert Place.objects.get().state == "accepted"
    assert [seat.participant.name for seat in place.seats.all()] == ["Sam Okafor", "Ana Lima"]
