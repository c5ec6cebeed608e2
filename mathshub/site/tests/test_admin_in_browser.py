"""The admin in a real browser: signed in by both factors, accessible, nothing to scroll sideways."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from enrolment.services.seats import NamedSeat
from enrolment.tests.factories import (
    NOW,
    make_accepted_place,
    make_expression,
    make_history_import,
    make_mailing,
    make_opening_notice,
    make_past_participation,
    make_unmatched_line,
    make_waiting_spreadsheet,
)
from mathshub.accounts.tests.factories import SECRET, make_authenticator
from mathshub.outbox.opt_out import stop_kind
from mathshub.outbox.tests.factories import make_hold, make_message, make_wording
from mathshub.scope import hub_scope
from mathshub.testing.browser import DESK, PHONE, sign_in
from mathshub.testing.portal import LivePortal
from sessions.tests.factories import make_sessions
from workgroups.models import Hub, HubMember, Programme, SchoolLink, WorkGroup
from workgroups.tests.factories import (
    make_account,
    make_closed_school,
    make_days_to_avoid,
    make_hub,
    make_link,
    make_local_authority,
    make_member,
    make_programme_link,
    make_register_import,
    make_school,
    make_term_dates,
    make_work_group,
)

PASSWORD = "correct horse battery"

Axe = Callable[[Page], list[str]]


@pytest.fixture
def hub(transactional_db: None) -> Iterator[Hub]:
    """A hub in which there is one of everything, with long words in it."""
    borough = make_local_authority()
    hub = make_hub(slug="lea-valley", local_authorities=[borough])
    with hub_scope(hub):
        account = make_account(email="lead@lea-valley.example.org", password=PASSWORD)
        make_authenticator(account=account)
        member = make_member(account=account, role=HubMember.Role.ADMINISTRATOR)
        make_term_dates(local_authority=borough)
        make_days_to_avoid(local_authority=borough)
        group = make_work_group(leads=[member], local_authorities=[borough], name="Hackney")
        make_sessions(work_group=group)
        people = (NamedSeat("Ana Lima", "ana.lima@a-very-long-name-of-a-school.example"),)
        make_accepted_place(work_group=group, seats=people)
        make_expression(
            offering=group.offering,
            school=make_school(
                name="Our Lady of the Immaculate Conception Catholic Primary School"
            ),
            people=people,
            headteacher_email="headteacher@our-lady-of-the-immaculate-conception.example",
        )
        make_past_participation(
            school=make_school(trust_code="2044", trust_name="The Trust of the Upper Lea Valley")
        )
        closed = make_closed_school(name="The Old Infants’ School of Our Lady and Saint John")
        make_link(closed, make_school(), kind=SchoolLink.Kind.MERGER)
        make_register_import()
        make_programme_link(programme=group.offering.programme)
        make_opening_notice(
            programme=group.offering.programme, email=f"{'long' * 15}@school.example"
        )
        loaded = make_history_import(uploaded_at=NOW - timedelta(days=2), faults=[[3, "No year."]])
        make_past_participation(history_import=loaded)
        make_unmatched_line(history_import=loaded, school_as_typed="Our Lady, E8 1AA")
        make_waiting_spreadsheet()
        stop_kind(
            make_message(kind="eoi-digest", recipient=f"{'long' * 15}@school.example"), now=NOW
        )
        make_message(
            kind="eoi-received", text_body="https://example.org/" + "a" * 300, state="sent"
        )
        in_a_week = timezone.localdate() + timedelta(days=7)
        make_hold(work_group=group, until=in_a_week, reason="B" + "c" * 150)
        make_mailing(filters={"work_groups": [group.pk]}, subject="A" + "b" * 120)
        make_wording(kind="session-reminder", opening="https://example.org/" + "a" * 300)
        yield hub


@pytest.fixture
def signed_in(hub: Hub, live_portal: LivePortal, page: Page) -> Page:
    site = live_portal.url("", host=hub.host)
    sign_in(page, site, email="lead@lea-valley.example.org", password=PASSWORD, totp_secret=SECRET)
    return page


def pages() -> list[str]:
    """The front page, lists, pages of rows and forms; a star stands for the newest row."""
    return [
        "/admin/",
        "/admin/enrolment/expressionofinterest/",
        "/admin/enrolment/expressionofinterest/*/change/",
        "/admin/enrolment/expressionofinterest/add/?q=our+lady",
        "/admin/enrolment/place/",
        "/admin/enrolment/place/*/change/",
        "/admin/enrolment/participant/*/change/",
        "/admin/workgroups/school/",
        "/admin/workgroups/school/*/change/",
        "/admin/workgroups/school/*/known/",
        "/admin/workgroups/school/coverage/?phase=all",
        "/admin/workgroups/registerimport/",
        "/admin/workgroups/registerimport/*/change/",
        "/admin/workgroups/schoollink/",
        "/admin/workgroups/schoollink/*/change/",
        "/admin/workgroups/successiondecision/",
        "/admin/enrolment/pastparticipation/",
        "/admin/enrolment/pastparticipation/*/change/",
        "/admin/enrolment/historyimport/",
        "/admin/enrolment/historyimport/add/",
        "/admin/enrolment/historyimport/*/change/",
        "/admin/enrolment/historyimport/*/columns/",
        "/admin/enrolment/historyimport/*/words/",
        "/admin/enrolment/historyimport/*/preview/",
        "/admin/enrolment/unmatchedline/",
        "/admin/enrolment/unmatchedline/*/change/",
        "/admin/workgroups/workgroup/",
        "/admin/workgroups/workgroup/*/change/",
        "/admin/workgroups/workgroup/*/plan/",
        "/admin/workgroups/offering/*/copy/",
        "/admin/workgroups/programme/add/",
        "/admin/workgroups/programme/*/change/",
        "/admin/workgroups/programme/*/preview/",
        "/admin/enrolment/openingnotice/",
        "/admin/enrolment/openingnotice/*/change/",
        "/admin/workgroups/hubmember/add/",
        "/admin/workgroups/hub/",
        "/admin/workgroups/termdate/?year=2026",
        "/admin/workgroups/termdate/?year=2030",
        "/admin/workgroups/termdate/*/change/",
        "/admin/workgroups/termdate/borough/?borough=204&year=2030",
        "/admin/workgroups/termdate/import/",
        "/admin/workgroups/daytoavoid/",
        "/admin/workgroups/daytoavoid/add/",
        "/admin/workgroup_sessions/session/",
        "/admin/workgroup_sessions/session/*/move/",
        "/admin/outbox/message/",
        "/admin/outbox/message/*/change/",
        "/admin/outbox/message/*/again/",
        "/admin/outbox/message/going-out/",
        "/admin/outbox/message/figures/",
        "/admin/outbox/message/figures/?by=month",
        "/admin/outbox/hold/all/",
        "/admin/outbox/hold/",
        "/admin/outbox/hold/*/change/",
        "/admin/outbox/hold/*/alter/",
        "/admin/outbox/hold/*/lift/",
        "/admin/enrolment/mailing/",
        "/admin/enrolment/mailing/add/",
        "/admin/enrolment/mailing/*/change/",
        "/admin/enrolment/mailing/*/edit/",
        "/admin/enrolment/mailing/*/send/",
        "/admin/outbox/optout/",
        "/admin/outbox/optout/*/change/",
        "/admin/outbox/optout/*/lift/",
        "/admin/outbox/wording/",
        "/admin/outbox/wording/words/?kind=session-reminder",
        "/admin/outbox/wording/portal/?kind=session-reminder",
        "/admin/outbox/wording/changes/?kind=session-reminder",
        "/account/2fa/",
        "/account/2fa/recovery-codes/generate/",
    ]


def test_every_kind_of_page_is_accessible_and_fits_its_width(
    signed_in: Page, hub: Hub, live_portal: LivePortal, axe: Axe
) -> None:
    found = {}
    for path in pages():
        address = live_portal.url(path.partition("*")[0], host=hub.host)
        signed_in.goto(address)
        if "*" in path:
            row = signed_in.locator("tbody th a").first.get_attribute("href")
            assert row is not None
            rest = path.partition("*")[2].strip("/")
            signed_in.goto(live_portal.url(row.replace("/change/", f"/{rest}/"), host=hub.host))
        found[path] = axe(signed_in) + [
            too for width in (DESK, PHONE) for too in wide(signed_in, width)
        ]
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def wide(page: Page, width: int) -> list[str]:
    """Whether the page scrolls sideways at this width."""
    page.set_viewport_size({"width": width, "height": 900})
    over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [f"{over} pixels too wide at {width}"] if over > 0 else []


def test_a_place_is_offered_by_keyboard_and_mouse(
    signed_in: Page, hub: Hub, live_portal: LivePortal, axe: Axe
) -> None:
    page = signed_in
    page.get_by_role("link", name="new expression of interest").click()
    page.get_by_label("Choose Our Lady").check()
    page.get_by_role("button", name="Offer a place in …").click()
    page.get_by_label("Hackney (2026/27)").check()
    page.get_by_role("button", name="Show who gets what").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Offer 1 place in Hackney?")
    assert axe(page) == []
    page.get_by_role("button", name="Offer 1 place, 1 e-mail").click()
    expect(page.get_by_role("status")).to_contain_text("1 place offered in Hackney")
    assert WorkGroup.objects.get().places.held().count() == 2


def test_a_programme_is_previewed_beside_its_form_which_keeps_what_was_typed(
    signed_in: Page, hub: Hub, live_portal: LivePortal, axe: Axe
) -> None:
    page = signed_in
    page.goto(live_portal.url("/admin/workgroups/programme/", host=hub.host))
    page.locator("tbody th a").first.click()
    page.get_by_label("Who it is for").fill("Such as:\n- schools by the river")
    for _ in range(2):  # the form can be sent again: it was not saved
        with page.context.expect_page() as opened:
            page.get_by_role("button", name="Preview its page").click()
        preview = opened.value
        expect(preview.get_by_text("Nothing is saved yet.")).to_be_visible()
        expect(
            preview.get_by_role("listitem").filter(has_text="schools by the river")
        ).to_be_visible()
        assert axe(preview) == []
        preview.close()
    assert page.get_by_label("Who it is for").input_value() == "Such as:\n- schools by the river"
    with hub_scope(hub):
        assert not Programme.objects.filter(for_whom__contains="river").exists()
    page.get_by_role("button", name="Save").click()
    with hub_scope(hub):
        assert Programme.objects.filter(for_whom__contains="river").exists()


def test_an_e_mail_is_worded_with_names_that_are_pressed_and_shown_beforehand(
    signed_in: Page, hub: Hub, live_portal: LivePortal, axe: Axe
) -> None:
    page = signed_in
    page.goto(live_portal.url("/admin/outbox/wording/", host=hub.host))
    page.get_by_role("link", name="Place offered, to the headteacher").click()
    opening = page.get_by_label("Opening")
    opening.fill("Dear , welcome.")
    opening.evaluate("box => box.setSelectionRange(5, 5)")
    page.get_by_role("button", name="[name]", exact=True).click()
    expect(opening).to_have_value("Dear [name], welcome.")
    page.get_by_role("button", name="Preview").click()
    email = page.frame_locator("iframe[name=email]")
    expect(email.get_by_text("Dear Grace Obi, welcome.")).to_be_visible()
    assert axe(page) == []
    assert [too for width in (DESK, PHONE) for too in wide(page, width)] == []
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    expect(page.get_by_label("Opening")).to_have_value("Dear [name], welcome.")
