"""The form and the offer in a real browser, with and without JavaScript, at both widths."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, expect

from enrolment.models import ExpressionOfInterest, InterestDraft, Place
from enrolment.services.confirming import code_of
from enrolment.services.seats import NamedSeat
from enrolment.tests.factories import make_expression, make_place
from enrolment.tests.filling import check_url, page_url, ready_draft, token_of
from mathshub.links import make_token
from mathshub.outbox.models import Message
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


def go_on(page: Page) -> None:
    page.get_by_role("button", name="Go on").click()


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def answer_from_programme_to_headteacher(page: Page, look: Callable[[], None]) -> None:
    heading(page, "Which programme would suit your school?")
    look()
    go_on(page)
    page.get_by_role("radio", name="Yes").check()
    look()
    go_on(page)
    page.get_by_role("radio", name="Headteacher").check()
    page.get_by_label("Your name").fill("Grace Obi")
    page.get_by_label("Your work e-mail address").fill("grace@school.example")
    look()
    go_on(page)
    heading(page, "Who leads mathematics at your school?")


def answer_the_rest(page: Page, look: Callable[[], None]) -> None:
    for words in (
        "Who leads mathematics at your school?",
        "Who would take part?",
        "What would suit your school best?",
        "What stands in your way at the moment?",
    ):
        heading(page, words)
        look()
        go_on(page)
    heading(page, "What the headteacher agrees to")
    for box in page.get_by_role("checkbox").all():
        box.check()
    look()
    go_on(page)
    heading(page, "Is there anything else that we should know?")
    look()
    go_on(page)
    page.get_by_role("checkbox").check()
    look()
    go_on(page)
    heading(page, "Check your answers")
    look()
    page.get_by_role("button", name="Send our expression of interest").click()
    heading(page, "We have your expression of interest")
    look()


def search_box(page: Page) -> Locator:
    """A combobox once the script is there: what is typed into the plain field finds nothing yet."""
    return page.get_by_role("combobox", name="School name, town or postcode")


def at_leisure() -> None:
    """Nobody answers so fast as a test."""
    InterestDraft.objects.update(started_at=timezone.now() - timedelta(minutes=4))


def test_the_journey_on_a_phone_with_a_break_and_another_device(
    phone: Page, browser: Browser, axe: Axe, live_portal: LivePortal, offering: Offering
) -> None:
    def look() -> None:
        assert axe(phone) == [], phone.url
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390

    phone.goto(live_portal.url("/interest/"))
    look()
    phone.get_by_role("link", name="Mastery Readiness").click()
    search_box(phone).type("joseph rm9")
    phone.get_by_role("option").first.click()
    expect(phone.get_by_text("Good news: your school can take part.")).to_be_visible()
    look()
    go_on(phone)
    answer_from_programme_to_headteacher(phone, look)
    phone.get_by_label("Maths lead’s name").fill("Sam Okafor")
    phone.get_by_label("Maths lead’s e-mail address").fill("sam@school")
    phone.get_by_role("button", name="Finish another time").click()
    heading(phone, "Go on another time")
    look()
    phone.get_by_role("button", name="Mail me the link").click()
    expect(phone.get_by_text("The link is on its way to grace@school.example")).to_be_visible()
    look()
    at_leisure()

    draft = InterestDraft.objects.get()
    desk = browser.new_context(**CONTEXT_OPTIONS).new_page()
    desk.goto(live_portal.url(f"/interest/form/{token_of(draft)}/"))
    heading(desk, "Who leads mathematics at your school?")
    expect(desk.get_by_label("Maths lead’s name")).to_have_value("Sam Okafor")
    desk.get_by_label("Maths lead’s e-mail address").fill("sam@school.example")
    answer_the_rest(desk, lambda: None if axe(desk) == [] else pytest.fail(desk.url))
    expression = ExpressionOfInterest.objects.get()
    assert expression.school is not None
    assert expression.school.postcode == "RM9 4SU"
    desk.get_by_label("The six figures in the e-mail").fill(code_of(expression))
    desk.get_by_role("button", name="Confirm my address").click()
    expect(desk.get_by_text("Your address is confirmed.")).to_be_visible()

    # The phone was still open: what it does leads to what was sent.
    phone.go_back()
    phone.reload()
    heading(phone, "We have your expression of interest")

    token = make_token("manage", expression.pk, 1)
    phone.goto(live_portal.url(f"/interest/manage/{token}/"))
    look()
    phone.get_by_role("link", name="Withdraw this").click()
    look()
    phone.get_by_label("Yes, we withdraw our interest").check()
    phone.get_by_role("button", name="Send our answer").click()
    heading(phone, "You have withdrawn your interest")
    look()


def test_a_school_that_must_check_or_is_out_of_area_is_told_so_and_may_go_on(
    phone: Page, axe: Axe, live_portal: LivePortal, hub: Hub, offering: Offering
) -> None:
    hub.local_authorities.add(make_local_authority(name="Hackney", code="204"))
    kent = make_local_authority(name="Kent", code="886")
    special = make_school(
        name="Silver Heron School", local_authority=kent, type_code=7, type_name="Special school"
    )
    phone.goto(live_portal.url(f"/interest/{offering.pk}/?urn={special.urn}"))
    go_on(phone)
    expect(phone.get_by_text("we will check with you").first).to_be_visible()
    expect(phone.get_by_text("Kent").first).to_be_visible()
    assert axe(phone) == []
    go_on(phone)
    heading(phone, f"Would your school take part in Mastery Readiness in {offering.academic_year}?")


def test_out_of_area_is_said_of_a_school_that_can_take_part_too(
    phone: Page, axe: Axe, live_portal: LivePortal, hub: Hub, offering: Offering
) -> None:
    hub.local_authorities.add(make_local_authority(name="Hackney", code="204"))
    school = make_school(
        name="Marsh Gate Primary School",
        local_authority=make_local_authority(name="Kent", code="886"),
    )
    phone.goto(live_portal.url(f"/interest/{offering.pk}/?urn={school.urn}"))
    expect(phone.get_by_text("It is in Kent, outside our area.")).to_be_visible()
    go_on(phone)
    heading(phone, "Which programme would suit your school?")
    expect(phone.get_by_text("It is in Kent, outside our area.")).to_be_visible()
    expect(phone.get_by_text("Good news: your school can take part.")).to_be_visible()
    assert axe(phone) == []


@pytest.mark.parametrize("typed", ["joseph", "marsh", "nowhere at all"])
def test_who_cannot_find_the_school_presses_once_whatever_the_list_shows(
    phone: Page, live_portal: LivePortal, offering: Offering, typed: str
) -> None:
    for number in range(12):
        make_school(name=f"Marsh Gate Primary School {number}")
    phone.goto(live_portal.url(f"/interest/{offering.pk}/"))
    search_box(phone).type(typed)
    expect(phone.get_by_role("listbox")).to_be_visible()
    phone.wait_for_timeout(300)
    way_out = phone.get_by_role("button", name="I can’t find our school")
    place = way_out.bounding_box()
    assert place is not None
    middle = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    assert middle[1] < 844, "it is in sight"
    phone.mouse.move(*middle)
    phone.mouse.down()
    phone.mouse.up()
    expect(phone.get_by_role("radio", name="My school is not listed")).to_be_checked()


def test_a_second_form_of_a_school_gets_the_same_page_and_only_the_mail_tells(
    phone: Page, axe: Axe, live_portal: LivePortal, offering: Offering
) -> None:
    school, seen = make_school(), []
    for address in ("grace@school.example", "grace@school.example", "olu@school.example"):
        draft = ready_draft(offering=offering, school=school, address=address, now=timezone.now())
        phone.goto(live_portal.url(check_url(draft)))
        phone.get_by_role("button", name="Send our expression of interest").click()
        heading(phone, "We have your expression of interest")
        assert axe(phone) == []
        words = phone.get_by_role("main").inner_text()
        seen.append(re.sub(r"[0-9A-Z]{4}-[0-9A-Z]{4}", "…", words).replace(address, "…"))
    assert len(set(seen)) == 1
    assert ExpressionOfInterest.objects.count() == 1
    assert list(Message.objects.order_by("pk").values_list("kind", flat=True)) == [
        "eoi-received",
        "eoi-again",
        "eoi-joined",
    ]


def test_errors_are_summed_up_and_take_focus(
    page: Page, axe: Axe, live_portal: LivePortal, offering: Offering
) -> None:
    page.goto(live_portal.url(f"/interest/{offering.pk}/"))
    go_on(page)
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("Your school: type its name, town or postcode.")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    expect(page).to_have_title("Error: Which school are you from? – Lea Valley Maths Hub")
    assert axe(page) == []
    summary.get_by_role("link", name="Your school: type its name").click()
    expect(page.get_by_label("School name, town or postcode")).to_be_focused()


def test_it_works_without_javascript(
    browser: Browser, live_portal: LivePortal, offering: Offering
) -> None:
    context = browser.new_context(**CONTEXT_OPTIONS, java_script_enabled=False)
    page = context.new_page()
    page.goto(live_portal.url(f"/interest/{offering.pk}/"))
    page.get_by_label("School name, town or postcode").fill("st joseph")
    page.get_by_role("button", name="Find my school").click()
    page.get_by_role("radio").nth(0).check()
    go_on(page)
    answer_from_programme_to_headteacher(page, lambda: None)
    at_leisure()
    answer_the_rest(page, lambda: None)
    context.close()
    assert ExpressionOfInterest.objects.get().school.postcode == "IG11 7AR"  # type: ignore[union-attr]


def test_the_form_is_filled_in_by_keyboard_alone(
    page: Page, live_portal: LivePortal, offering: Offering
) -> None:
    page.goto(live_portal.url(f"/interest/{offering.pk}/"))
    page.get_by_label("School name, town or postcode").focus()
    page.keyboard.type("joseph rm9", delay=30)
    expect(page.locator("[role=status]", has_text="1 school found").first).to_be_attached()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Chosen: St Joseph’s")).to_be_visible()
    page.keyboard.press("Enter")
    heading(page, "Which programme would suit your school?")
    page.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    heading(page, "Who are you?")


@pytest.mark.parametrize("width", [320, 1280])
def test_long_names_fit_at_320_pixels_and_at_four_times_the_size(
    browser: Browser, axe: Axe, live_portal: LivePortal, offering: Offering, width: int
) -> None:
    long_name = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch " * 2
    draft = ready_draft(
        offering=offering,
        school=make_school(name=long_name.strip()[:120]),
        now=timezone.now(),
        anything_else={"anything_else": "w" * 300},
    )
    # 1,280 pixels at 400 % are 320.
    page = browser.new_context(
        viewport={"width": 320, "height": 256}, device_scale_factor=width // 320
    ).new_page()
    for url in (check_url(draft), page_url(draft, "programme"), page_url(draft, "participants")):
        page.goto(live_portal.url(url))
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, url
        assert axe(page) == []


def test_what_is_chosen_shows_where_colours_are_forced(
    browser: Browser, live_portal: LivePortal, offering: Offering
) -> None:
    draft = ready_draft(offering=offering, school=make_school(), now=timezone.now())
    page = browser.new_context(**CONTEXT_OPTIONS, forced_colors="active").new_page()
    page.goto(live_portal.url(page_url(draft, "appetite")))
    page.get_by_role("radio", name="Maybe").check()

    def edge_of(part: str) -> str:
        look = "getComputedStyle(document.querySelector('label[for=id_appetite_1]'), part)"
        style: str = page.evaluate(f"part => {look}.borderTopColor", part)
        return style

    canvas = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert canvas not in (edge_of("::before"), edge_of("::after"))


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
