"""Forms that are not finished: kept, found again by a link, reminded of once, forgotten."""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from enrolment.errors import AlreadySent
from enrolment.messages import plan_nudges
from enrolment.models import ExpressionOfInterest, InterestDraft
from enrolment.models.drafts import KEPT_FOR
from enrolment.services.drafts import (
    forget_drafts,
    keep_page,
    keep_school,
    mail_draft_link,
    start_draft,
)
from enrolment.services.three_a_day import has_had_enough
from enrolment.tests.factories import NOW, make_expression
from enrolment.tests.filling import PAGES, check_url, make_draft, page_url, ready_draft, token_of
from enrolment.tests.together import at_once
from mathshub.outbox.kinds import kind_named
from mathshub.outbox.models import Message
from workgroups.models import Hub, Offering
from workgroups.tests.factories import make_offering, make_school

pytestmark = pytest.mark.django_db
ADDRESS = "grace@school.example"
DAY = timedelta(days=1)


def later_url(draft: InterestDraft) -> str:
    return reverse("enrolment:keep_interest", args=[token_of(draft)])


def letter_of(message: Message, now: datetime = NOW) -> Any:
    return kind_named(message.kind).letter_or_reason(message, now)


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_the_first_page_sent_eight_times_at_once_begins_one_draft(hub: Hub) -> None:
    offering, school, token = make_offering(), make_school(), uuid4()

    def start() -> int:
        draft = start_draft(
            form_token=token, offering=offering, school=school, school_as_typed="", now=NOW
        )
        return draft.pk

    assert len(set(at_once(hub, [start] * 8))) == 1
    assert InterestDraft.objects.count() == 1


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_two_pages_kept_at_once_are_both_kept(hub: Hub) -> None:
    draft = make_draft(offering=make_offering(), school=make_school())
    pages = ("you", "appetite", "privacy", "maths-lead")

    def keep(page: str) -> object:
        return keep_page(draft, page=page, kept={"clean": {"page": page}}, now=NOW)

    at_once(hub, [lambda page=page: keep(page) for page in pages])
    draft.refresh_from_db()
    assert sorted(draft.answers) == sorted(pages)


def test_nothing_more_is_kept_once_it_is_sent(hub: Hub) -> None:
    draft = make_draft(offering=make_offering(), expression=make_expression())
    with pytest.raises(AlreadySent):
        keep_page(draft, page="you", kept={}, now=NOW)
    with pytest.raises(AlreadySent):
        keep_school(draft, school=None, school_as_typed="Marsh Gate", now=NOW)
    with pytest.raises(AlreadySent):
        mail_draft_link(draft, address=ADDRESS, now=NOW)


@pytest.mark.usefixtures("on_the_day")
def test_the_link_is_mailed_and_opens_the_answers_on_another_device(
    hub: Hub, client: Client
) -> None:
    draft = ready_draft(offering=make_offering(), school=make_school())
    page = client.get(later_url(draft)).content.decode()
    assert f'value="{ADDRESS}"' in page, "it is known from the form"
    shown = client.post(later_url(draft), {"email": "sam@school.example"}, follow=True)
    assert "The link is on its way to sam@school.example" in shown.content.decode()
    message = Message.objects.get()
    assert (message.kind, message.recipient) == ("draft-link", "sam@school.example")
    letter = letter_of(message)
    path = letter.context["draft_url"].partition("/interest/")[2]  # type: ignore[attr-defined]
    resumed = Client(headers={"Host": hub.host}).get(f"/interest/{path}")
    assert resumed["Location"] == check_url(draft)


@pytest.mark.usefixtures("on_the_day")
def test_an_address_for_the_link_is_checked(hub: Hub, client: Client) -> None:
    draft = make_draft(offering=make_offering())
    page = client.post(later_url(draft), {"email": "grace"}).content.decode()
    assert "Your e-mail address: type it in full" in page
    assert not Message.objects.exists()


def test_a_stranger_gets_three_mails_a_day_at_most(hub: Hub) -> None:
    for minute in range(6):
        draft = make_draft(offering=make_offering())
        mail_draft_link(
            draft, address="Victim@elsewhere.example", now=NOW + timedelta(minutes=minute)
        )
    assert Message.objects.count() == 3


def test_one_reminder_comes_three_days_after_the_last_answer(hub: Hub) -> None:
    draft = make_draft(offering=make_offering(), link_email=ADDRESS)
    make_draft(offering=make_offering())  # whose link nobody asked for
    assert plan_nudges(NOW + 3 * DAY - timedelta(minutes=1)) == 0
    assert plan_nudges(NOW + 3 * DAY) == 1
    assert plan_nudges(NOW + 3 * DAY) == plan_nudges(NOW + 9 * DAY) == 0
    message = Message.objects.get()
    assert (message.kind, message.context) == ("draft-nudge", {"draft": draft.pk})
    letter = letter_of(message, NOW + 3 * DAY)
    assert letter.context["kept_until"] == draft.changed_at + KEPT_FOR
    InterestDraft.objects.update(changed_at=NOW + DAY)
    assert letter_of(message, NOW + 3 * DAY) == "somebody has gone on with the form"


def test_no_reminder_of_what_was_sent_or_left_long_ago(hub: Hub) -> None:
    make_draft(offering=make_offering(), link_email=ADDRESS, expression=make_expression())
    make_draft(offering=make_offering(), link_email=ADDRESS, now=NOW - 20 * DAY)
    assert plan_nudges(NOW + 4 * DAY) == 0


def test_no_reminder_of_a_form_that_can_no_longer_be_sent(hub: Hub) -> None:
    closing = make_offering(closes_on=(NOW + 2 * DAY).date())
    draft = make_draft(offering=closing, link_email=ADDRESS)
    reviewed = make_expression(state="accepted", pages={"you": {}})
    make_draft(offering=reviewed.offering, link_email=ADDRESS, changes=reviewed)
    assert plan_nudges(NOW + 3 * DAY) == 0
    draft.refresh_from_db()
    assert draft.nudged_at is None
    Offering.objects.filter(pk=closing.pk).update(closes_on=(NOW + 9 * DAY).date())
    assert plan_nudges(NOW + 3 * DAY) == 1, "its window was made longer"


def test_mail_about_a_form_that_can_no_longer_be_sent_does_not_leave(hub: Hub) -> None:
    draft = make_draft(offering=make_offering(), link_email=ADDRESS, now=NOW - 4 * DAY)
    mail_draft_link(draft, address=ADDRESS, now=NOW)
    plan_nudges(NOW)
    Offering.objects.update(closes_on=(NOW - 2 * DAY).date())
    letters = {message.kind: letter_of(message) for message in Message.objects.all()}
    assert letters == dict.fromkeys(("draft-link", "draft-nudge"), "the form can no longer be sent")


def test_mail_about_a_draft_that_is_sent_or_gone_does_not_leave(hub: Hub) -> None:
    draft = make_draft(offering=make_offering())
    mail_draft_link(draft, address=ADDRESS, now=NOW)
    message = Message.objects.get()
    InterestDraft.objects.update(expression=make_expression())
    assert letter_of(message) == "the form has been sent"
    draft.delete()
    assert letter_of(message) == "the form has been deleted"


def test_drafts_are_deleted_thirty_days_after_the_last_answer(hub: Hub) -> None:
    make_draft(offering=make_offering())
    sent = make_draft(offering=make_offering(), expression=make_expression())
    kept = make_draft(offering=make_offering(), now=NOW + DAY)
    assert forget_drafts(NOW + 30 * DAY) == 0
    assert forget_drafts(NOW + 30 * DAY + timedelta(seconds=1)) == 2
    assert list(InterestDraft.objects.all()) == [kept]
    assert sent.expression is not None
    assert type(sent.expression).objects.filter(pk=sent.expression_id).exists()


def test_every_page_of_the_form_is_filled_in_by_the_tests() -> None:
    from enrolment.forms.interest import PAGES as KINDS

    assert {kind.name for kind in KINDS} - set(PAGES) == {"school", "programme"}


def test_nothing_is_sent_that_the_check_did_not_show(hub: Hub, client: Client) -> None:
    """Another tab says maybe while this one shows a yes."""
    draft = ready_draft(offering=make_offering(), school=make_school())
    shown = client.get(check_url(draft)).content.decode()
    as_of = re.findall(r'name="as_of" value="([^"]+)"', shown)[0]
    with time_machine.travel(NOW + timedelta(seconds=30), tick=False):
        client.post(page_url(draft, "appetite"), {"appetite": "maybe"})
        page = client.post(check_url(draft), {"as_of": as_of}).content.decode()
        assert "An answer was changed in another tab a moment ago." in page
        assert not ExpressionOfInterest.objects.exists()
        as_of = re.findall(r'name="as_of" value="([^"]+)"', page)[0]
        client.post(check_url(draft), {"as_of": as_of})
    assert ExpressionOfInterest.objects.get().appetite == "maybe"


def test_a_press_sends_three_links_a_day_to_a_confirmed_address_too(hub: Hub) -> None:
    make_expression(sender_email="grace@school.example", confirmed_at=NOW)
    for number in range(5):
        draft = make_draft(offering=make_offering())
        later = NOW + timedelta(minutes=number)
        mail_draft_link(draft, address="Grace@school.example", now=later)
    assert Message.objects.count() == 3
    assert not has_had_enough("grace@school.example", now=NOW), "its own forms are still answered"


def test_a_form_that_can_be_sent_no_more_mails_no_link(hub: Hub, client: Client) -> None:
    draft = make_draft(offering=make_offering(closes_on=NOW.date() - DAY))
    InterestDraft.objects.update(started_at=NOW - DAY)
    page = client.post(later_url(draft), {"email": ADDRESS}).content.decode()
    assert "has closed" in page
    assert not Message.objects.exists()
