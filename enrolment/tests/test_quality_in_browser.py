"""Every page of interest, briefings and openings, in every state, is what page_quality.py asks for.

By keyboard, at 320 pixels and at 400 %, with forced colours, for axe, and within its weight.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page

from enrolment.forms.interest import Way
from enrolment.models import InterestDraft, OpeningNotice
from enrolment.services.places import decline_place
from enrolment.tests.factories import (
    make_accepted_place,
    make_booking,
    make_briefing,
    make_expression,
    make_place,
)
from enrolment.tests.filling import (
    PAGES,
    check_url,
    form_url,
    kept,
    make_draft,
    offering_that_asks_all,
    page_url,
    ready_draft,
    token_of,
)
from mathshub.links import make_token
from mathshub.outbox.opt_out import stop_kind
from mathshub.outbox.tests.factories import make_message
from mathshub.scope import hub_scope
from mathshub.testing.browser import CONTEXT_OPTIONS
from mathshub.testing.page_quality import faults
from mathshub.testing.portal import LivePortal
from workgroups.models import Hub, Offering
from workgroups.tests.factories import (
    make_hub,
    make_local_authority,
    make_offering,
    make_programme,
    make_school,
)

LONG = ("Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch " * 2).strip()
OFFICE = {"role": "office", "full_name": "Olu Ade", "email": "office@school.example"}
DAY = timedelta(days=1)
Faults = dict[str, list[str]]


@pytest.fixture
def hub(live_portal: LivePortal) -> Iterator[Hub]:
    hub = make_hub(slug="lea-valley")
    with hub_scope(hub):
        yield hub


def go_on(page: Page) -> None:
    page.get_by_role("button", name="Go on").click()
    page.wait_for_load_state()


def test_every_page_of_the_form_blank_and_wrong(
    phone: Page, live_portal: LivePortal, hub: Hub
) -> None:
    found: Faults = {}
    draft = make_draft(offering=offering_that_asks_all(), school=make_school(), now=timezone.now())
    while name := Way(draft).first_open:
        phone.goto(live_portal.url(page_url(draft, name)))
        found[f"{name}, blank"] = faults(phone)
        if name not in ("programme", "maths-lead", "participants", "preferences", "barriers"):
            go_on(phone)
            found[f"{name}, wrong"] = faults(phone)
        [kind] = [page for page in Way(draft).pages if page.name == name]
        answers = PAGES | {"you": OFFICE, "programme": {"offering": str(draft.offering_id)}}
        draft.answers[name] = kept(kind, draft, answers[name])
        draft.save()
    assert {name: what for name, what in found.items() if what} == {}
    assert len(found) > len(PAGES)


def test_every_page_of_the_form_with_long_answers(
    phone: Page, live_portal: LivePortal, hub: Hub
) -> None:
    outside = make_local_authority(name="Kent and Medway with the Isle of Sheppey")
    hub.local_authorities.add(make_local_authority())
    words = {"appetite": "maybe", "appetite_reason": "w" * 400}
    long = {"full_name": LONG[:120], "email": f"{'head.' * 11}teacher@school.example"}
    draft = ready_draft(
        offering=offering_that_asks_all(),
        school=make_school(name=LONG[:120], local_authority=outside),
        now=timezone.now(),
        you=OFFICE | long,
        headteacher=long,
        participants={"person_1_name": LONG[:120], "person_1_email": long["email"]},
        anything_else={"anything_else": "w" * 900},
    )
    maybe = ready_draft(
        offering=draft.offering,  # type: ignore[arg-type]
        school_as_typed=LONG,
        now=timezone.now(),
        appetite=words,
    )
    urls = [page_url(draft, page.name) for page in Way(draft).pages]
    urls += [check_url(draft), check_url(maybe), page_url(maybe, "appetite")]
    urls += [reverse("enrolment:keep_interest", args=[token_of(draft)])]
    assert look_at(phone, live_portal, urls) == {}
    phone.goto(live_portal.url(page_url(draft, "you")))
    InterestDraft.objects.all().delete()
    go_on(phone)
    assert "Nothing that you typed is lost" in phone.content()
    assert faults(phone) == []


def look_at(page: Page, portal: LivePortal, urls: list[str]) -> Faults:
    """What is wrong with the pages, by their addresses; of those alone where something is."""
    found = {}
    for url in urls:
        page.goto(portal.url(url))
        found[url] = faults(page)
    return {url: what for url, what in found.items() if what}


def after_sending(offering: Offering) -> list[str]:
    """What the links in e-mails open, in each state."""

    def link(purpose: str, view: str, pk: int | UUID, generation: int = 1) -> str:
        return reverse(f"enrolment:{view}", args=[make_token(purpose, pk, generation)])

    received = make_expression(
        offering=offering,
        sender_email="grace@school.example",
        sender_name=LONG[:120],
        school_as_typed=LONG,
    )
    states = [
        received,
        make_expression(offering=offering, state="withdrawn"),
        make_expression(offering=offering, state="not_this_year"),
        (offered := make_place()).expression,
        (accepted := make_accepted_place()).expression,
        decline_place(make_place(), by=None, now=timezone.now()).expression,
    ]
    managed = [link("manage", "manage_interest", each.pk) for each in states]
    return [
        link("received", "interest_received", received.form_token),
        link("confirm", "confirm_address", received.form_token),
        *managed,
        f"{managed[0]}?ask=withdraw",
        link("manage", "hand_over", received.pk),
        link("place", "answer_place", offered.pk),
        link("place", "answer_place", accepted.pk),
    ]


def around_the_form(hub: Hub) -> list[str]:
    """The ways in and their ends, briefings and openings, in each state."""
    today = timezone.localdate()
    now = timezone.now()
    offering = make_offering(opens_on=today - DAY, closes_on=today + DAY)
    closed = make_offering(
        programme=make_programme(name=LONG[:40], slug="closed"),
        opens_on=today - DAY,
        closes_on=today - DAY,
    )
    later = make_offering(opens_on=today + DAY, closes_on=today + DAY)
    school = make_school(name=LONG[:120])
    full = make_briefing(starts_at=now + 7 * DAY, capacity=1, venue=LONG)
    booking = make_booking(briefing=full)
    gone = make_booking(briefing=make_briefing(starts_at=now - DAY))
    cancelled = make_booking(briefing=make_briefing(starts_at=now + DAY, cancelled_at=now))
    waiting = OpeningNotice.objects.create(
        programme=closed.programme, email="head@school.example", asked_at=now
    )
    bookings = [
        reverse("enrolment:manage_booking", args=[make_token("booking", each.pk, 1)])
        for each in (booking, gone, cancelled)
    ]
    briefing = reverse("enrolment:show_briefing", args=[full.pk])
    return [
        "/interest/",
        f"/interest/?urn={school.urn}",
        form_url(offering),
        f"{form_url(offering)}?urn={school.urn}",
        f"{form_url(offering)}?school=Nowhere+at+all",
        form_url(closed),
        form_url(later),
        "/interest/form/1-1~x/",
        "/briefings/",
        briefing,
        f"{briefing}booked/",
        f"{briefing}waiting/",
        *(
            reverse("enrolment:show_briefing", args=[each.briefing_id])
            for each in (gone, cancelled)
        ),
        *bookings,
        f"{bookings[0]}?ask=cancel",
        "/programmes/closed/hear/",
        "/programmes/closed/hear/thanks/",
        reverse("enrolment:stop_hearing", args=[make_token("opening", waiting.pk, 1)]),
        "/hear/1-1~x/stop/",
        *stop_links(now),
        "/schools/search/",
        "/schools/search/?q=llan",
        "/schools/search/?q=nowhere+at+all",
        *after_sending(offering),
    ]


def stop_links(now: datetime) -> list[str]:
    """Behind the links of optional mail: to be stopped, stopped already, and no longer kept."""
    asked, stopped = (make_message(kind="draft-nudge", due_at=now) for _ in range(2))
    stop_kind(stopped, now=now)
    return [
        reverse("outbox:stop_mail", args=[make_token("stop", pk, 1)])
        for pk in (asked.pk, stopped.pk, stopped.pk + 1)
    ]


def test_every_page_around_the_form(phone: Page, live_portal: LivePortal, hub: Hub) -> None:
    """As it is opened; where it asks for something, once more with its button pressed on nothing."""
    found: Faults = {}
    for url in around_the_form(hub):
        phone.goto(live_portal.url(url))
        found[url] = faults(phone)
        button = phone.locator("main form[method=post][novalidate] .btn:visible:not(.second)")
        if button.count():
            button.last.click()
            phone.wait_for_load_state()
        if phone.title().startswith("Error: "):
            found[f"{url}, wrong"] = faults(phone)
    assert {name: what for name, what in found.items() if what} == {}
    assert sum(name.endswith(", wrong") for name in found) > 6


def test_every_page_can_be_used_without_a_script(
    browser: Browser, live_portal: LivePortal, hub: Hub
) -> None:
    draft = ready_draft(
        offering=offering_that_asks_all(), school=make_school(), now=timezone.now(), you=OFFICE
    )
    urls = [page_url(draft, page.name) for page in Way(draft).pages]
    urls += [check_url(draft), *around_the_form(hub)]
    context = browser.new_context(**CONTEXT_OPTIONS, java_script_enabled=False)
    page = context.new_page()
    found = {}
    for url in urls:
        page.goto(live_portal.url(url))
        forms = page.locator("main form").all()
        buttons = [form.locator("button[type=submit]:visible") for form in forms]
        found[url] = page.locator("h1").count() == 1 and all(each.count() for each in buttons)
    context.close()
    assert [url for url, is_good in found.items() if not is_good] == []


def test_pages_with_nothing_on_them_yet(phone: Page, live_portal: LivePortal, hub: Hub) -> None:
    urls = ["/", "/programmes/", "/journey/", "/journey/which-step/", "/interest/", "/briefings/"]
    assert look_at(phone, live_portal, urls) == {}
