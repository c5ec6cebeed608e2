"""The pages in a real browser: accessible, on a phone too, with and without a keyboard only."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from enrolment.models import Seat
from mathshub.scope import hub_scope
from mathshub.testing.portal import LivePortal
from sessions.models import Apology, Session
from sessions.tests.factories import make_running_group, make_seat_in, make_session, token_of
from workgroups.tests.factories import make_hub


@pytest.fixture
def seat(live_portal: LivePortal) -> Seat:
    """A seat in a group in the middle of its year: sessions of every state."""
    now = timezone.now()
    with hub_scope(make_hub(slug="lea-valley", name="Lea Valley Maths Hub")):
        group = make_running_group(name="Hackney and Newham")
        for days in (-60, 3, 40, 80):
            make_session(work_group=group, starts_at=now + timedelta(days=days))
        online = {"mode": Session.Mode.VIRTUAL, "join_link": "https://meet.example.org/abc"}
        make_session(work_group=group, starts_at=now + timedelta(days=120), **online)
        make_session(work_group=group, starts_at=None)
        seat = make_seat_in(group, named_at=now - timedelta(days=90))
        Session.objects.filter(number=4).update(state=Session.State.CANCELLED, cancelled_at=now)
        return seat


def paths(seat: Seat) -> list[str]:
    mine = f"/my/{token_of(seat.participant)}/"
    with hub_scope(seat.hub):
        past, coming = Session.objects.order_by("number")[:2]
    return [
        f"/work-groups/{seat.place.work_group_id}/",
        "/my/",
        mine,
        f"{mine}apology/{coming.pk}/",
        f"{mine}apology/{past.pk}/",
        "/my/forged/",
    ]


def test_every_page_is_accessible_and_fits_a_phone(
    live_portal: LivePortal, phone: Page, axe: Callable[[Page], list[str]], seat: Seat
):
    for path in paths(seat):
        phone.goto(live_portal.url(path))
        assert axe(phone) == [], path
        width = phone.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, f"{path} scrolls sideways"


def test_an_apology_is_given_on_a_phone_without_a_mouse(
    live_portal: LivePortal, phone: Page, axe: Callable[[Page], list[str]], seat: Seat
):
    phone.goto(live_portal.url(f"/my/{token_of(seat.participant)}/"))
    phone.get_by_role("link", name="I can’t come", exact=True).press("Enter")
    phone.get_by_role("button", name="Send my answer").press("Enter")
    expect(phone.get_by_role("alert")).to_contain_text("Choose whether you can come")
    assert axe(phone) == []
    phone.get_by_role("radio", name="No, I can’t come").press("Space")
    phone.get_by_role("textbox", name="Why can’t you come?").fill("a school trip")
    phone.get_by_role("button", name="Send my answer").press("Enter")
    expect(phone.get_by_role("status")).to_contain_text("Thank you for telling us")
    assert axe(phone) == []
    with hub_scope(seat.hub):
        assert [apology.reason for apology in Apology.objects.all()] == ["a school trip"]
