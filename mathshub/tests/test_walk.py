"""The main job, walked by its users in a browser: from the register to the reminder.

Through gunicorn, a real Celery worker, a real beat and an SMTP server.
"""

import re
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import icalendar
import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page, expect

from enrolment.models import ExpressionOfInterest, Place, Seat
from mathshub.outbox.models import Message
from mathshub.scope import hub_scope
from mathshub.site import demo
from mathshub.testing import browser
from mathshub.testing.portal import Clockwork, LivePortal
from mathshub.testing.smtp import Delivery, SmtpSink
from sessions.models import Session
from workgroups.models import Hub, HubMember, LocalAuthority, WorkGroup
from workgroups.tests.factories import (
    make_account,
    make_hub,
    make_member,
    make_offering,
    make_programme,
    make_term_dates,
    make_work_group,
    make_year,
)

REGISTER = Path(demo.__file__).parent / "data" / "register_east_london.csv"
SECRET = "LEAVALLEYANDWANDLEMATHSHUBSDEMO2"
PASSWORD = "correct horse battery"


@pytest.fixture
def hub(transactional_db: None) -> Hub:
    """A hub over the real register, with one group that has neither schools nor sessions."""
    call_command("import_schools", str(REGISTER), verbosity=0)
    hub = make_hub(
        slug="lea-valley", local_authorities=LocalAuthority.objects.filter(code__in=["204", "316"])
    )
    with hub_scope(hub):
        account = make_account(email="lead@lea-valley.example.org", password=PASSWORD)
        TOTP.activate(account, SECRET)
        make_member(account=account, role=HubMember.Role.HUB_LEAD)
        today = timezone.localdate()
        year = make_year(start_year=today.year + (today.month >= 9))  # the next one
        offering = make_offering(
            programme=make_programme(name="Mastery Development", slug="development"),
            academic_year=year,
            opens_on=today - timedelta(days=1),
            closes_on=today + timedelta(days=30),
        )
        hackney = LocalAuthority.objects.get(code="204")
        make_term_dates(local_authority=hackney, academic_year=year)
        make_work_group(
            offering=offering,
            name="Hackney and Newham",
            capacity=8,
            state=WorkGroup.State.RUNNING,
            local_authorities=[hackney],
        )
    return hub


def test_a_school_is_found_offered_a_place_seated_and_reminded(
    hub: Hub,
    live_portal: LivePortal,
    celery_worker_and_beat: Clockwork,
    smtp_sink: SmtpSink,
    page: Page,
) -> None:
    site = live_portal.url("", host=hub.host)
    page.set_default_timeout(20_000)

    reference = express_interest(page, site)
    receipt = only(smtp_sink, "head@mandeville.example.org")
    assert reference in receipt.text

    browser.sign_in(
        page, site, email="lead@lea-valley.example.org", password=PASSWORD, totp_secret=SECRET
    )
    create_six_sessions(page, site, hub)
    offer_place(page, site)
    offer = smtp_sink.wait_for("head@mandeville.example.org", count=2)[1]
    accept_place(page, site, offer)

    welcome = only(smtp_sink, "teacher@mandeville.example.org")
    see_six_sessions(page, site, live_portal, welcome)

    starts_at = move_first_session_into_reach(hub)
    reminder = smtp_sink.wait_for("teacher@mandeville.example.org", count=2, seconds=40)[1]
    assert f"{timezone.localtime(starts_at):%H:%M}" in reminder.text
    celery_worker_and_beat.wait_for_beats(100)
    celery_worker_and_beat.wait_until_idle()

    assert sorted(recipients(smtp_sink)) == [
        "head@mandeville.example.org",
        "head@mandeville.example.org",
        "lead@mandeville.example.org",
        "lead@mandeville.example.org",
        "teacher@mandeville.example.org",
        "teacher@mandeville.example.org",
    ]
    with hub_scope(hub):
        assert set(Message.objects.values_list("state", flat=True)) == {Message.State.SENT}
        assert ExpressionOfInterest.objects.get().state == ExpressionOfInterest.State.ACCEPTED
        assert Place.objects.get().state == Place.State.ACCEPTED
        assert Seat.objects.count() == 2


def express_interest(page: Page, site: str) -> str:
    """The headteacher's part; returns the reference shown."""
    page.goto(site)
    page.get_by_role("link", name=re.compile("Express an interest")).first.click()
    if page.url.endswith("/interest/"):
        page.get_by_role("link", name="Mastery Development").click()
    # A combobox once the script is there; what is typed into the plain field finds nothing yet.
    search = page.get_by_role("combobox", name="School name, town or postcode")
    search.press_sequentially("mandeville", delay=30)
    page.get_by_role("option", name=re.compile("Mandeville Primary School")).click()
    go_on(page)  # the school
    go_on(page)  # the programme is the one that was asked for
    page.get_by_label("Yes", exact=True).check()
    go_on(page)
    page.get_by_label("Headteacher", exact=True).check()
    page.get_by_label("Your name").fill("Grace Obi")
    page.get_by_label("Your work e-mail address").fill("head@mandeville.example.org")
    go_on(page)
    go_on(page)  # the maths lead is not said
    fill_person(page, 1, "Ben Marsh", "lead@mandeville.example.org")
    fill_person(page, 2, "Priya Nair", "teacher@mandeville.example.org")
    go_on(page)
    go_on(page)  # no preferences
    for promise in page.get_by_role("checkbox").all():
        promise.check()
    go_on(page)
    go_on(page)  # nothing else to say
    page.get_by_label(re.compile("I have read how the hub")).check()
    go_on(page)
    page.wait_for_timeout(4_000)  # who reads no answers is asked to look once more
    page.get_by_role("button", name="Send our expression of interest").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We have your expression of interest")
    found = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", page.inner_text("main"))
    assert found
    return found[0]


def go_on(page: Page) -> None:
    """To the next question; on the first page there are two such buttons, one for the Enter key."""
    page.get_by_role("button", name="Go on").last.click()


def fill_person(page: Page, number: int, name: str, email: str) -> None:
    page.locator(f"[name=person_{number}_name]").fill(name)
    page.locator(f"[name=person_{number}_email]").fill(email)


def create_six_sessions(page: Page, site: str, hub: Hub) -> None:
    """The hub lead plans the group's year and publishes it."""
    page.goto(f"{site}/admin/")
    page.get_by_role("link", name="Work Groups", exact=True).first.click()
    page.get_by_role("link", name="Hackney and Newham").first.click()
    page.get_by_role("link", name="Create six sessions").click()
    page.get_by_label(re.compile("First date")).fill(f"{autumn_of(hub)}-09-22")
    page.get_by_role("button", name="Show the dates").click()
    page.get_by_role("button", name=re.compile("Create .* sessions")).click()
    page.get_by_role("link", name=re.compile("Publish")).click()
    page.get_by_role("button", name=re.compile("Publish .* sessions")).click()


def offer_place(page: Page, site: str) -> None:
    """The hub lead's part: the new expression, a place in the only group."""
    page.goto(f"{site}/admin/")
    page.get_by_role("link", name=re.compile("1 new expression")).first.click()
    page.get_by_role("checkbox", name=re.compile("Mandeville")).check()
    page.get_by_role("button", name="Offer a place in …").click()
    page.get_by_label(re.compile("Hackney and Newham")).check()
    page.get_by_role("button", name="Show who gets what").click()
    page.get_by_role("button", name=re.compile(r"Offer .* place, \d+ e-mail")).click()


def accept_place(page: Page, site: str, offer: Delivery) -> None:
    """The headteacher follows the link of the e-mail."""
    page.goto(on_this_portal(site, offer, "/place/"))
    page.get_by_label("Yes, we accept the place").check()
    page.get_by_role("button", name="Send our answer").click()


def see_six_sessions(page: Page, site: str, live_portal: LivePortal, welcome: Delivery) -> None:
    """The participant's page, and the calendar that it leads to."""
    page.goto(on_this_portal(site, welcome, "/my/"))
    expect(page.get_by_role("heading", name="All six")).to_be_visible()
    link = page.get_by_role("link", name="Download a calendar file").get_attribute("href")
    feed = page.request.get(live_portal.url(urlsplit(link or "").path))
    calendar = icalendar.Calendar.from_ical(feed.body())
    assert len(calendar.walk("VEVENT")) == 6


def move_first_session_into_reach(hub: Hub) -> datetime:
    """Two days and a few seconds from now: the reminder falls due while the test watches."""
    with hub_scope(hub):
        session = Session.objects.get(number=1)
        session.starts_at = timezone.now() + timedelta(days=2, seconds=4)
        session.ends_at = session.starts_at + timedelta(hours=1)
        session.save()
        return session.starts_at


def autumn_of(hub: Hub) -> int:
    with hub_scope(hub):
        return WorkGroup.objects.get().offering.academic_year.start_year


def on_this_portal(site: str, letter: Delivery, path: str) -> str:
    """The letter's link to that path, at the port where the portal under test listens."""
    link = next(link for link in letter.links if urlsplit(link).path.startswith(path))
    return site + urlsplit(link).path


def only(sink: SmtpSink, recipient: str) -> Delivery:
    """The one letter to an address."""
    [letter] = sink.wait_for(recipient, count=1, seconds=30)
    return letter


def recipients(sink: SmtpSink) -> list[str]:
    return [delivery.recipients[0] for delivery in sink.deliveries]
