"""What a reader of a message to many gets: the words as typed, their own next session, the lead."""

from datetime import date, time, timedelta
from typing import Any

import pytest

from enrolment.models import Mailing, MailingFile, Place
from enrolment.services.mailings import audience_of
from enrolment.services.mailings.sending import draft_for
from enrolment.services.seats import give_up_seat
from enrolment.tests.factories import (
    make_accepted_place,
    make_mailing,
    make_participant,
    make_place,
)
from mathshub.outbox.kinds import kind_named
from mathshub.outbox.letters import write_email
from mathshub.outbox.models import Message
from mathshub.outbox.services import queue_messages
from sessions.models import Session
from sessions.tests.factories import (
    NOW,
    make_running_group,
    make_seat_in,
    make_session,
    token_of,
)
from sessions.times import at_wall_time
from workgroups.models import Hub, WorkGroup
from workgroups.tests.factories import make_account, make_member

START = at_wall_time(date(2027, 1, 14), time(15, 45))
TEMPLATE_SYNTAX = "{{ hub.contact_phone }} {% now 'Y' %} <script>alert(1)</script> & 100 %s {0}"
pytestmark = [pytest.mark.database, pytest.mark.usefixtures("hub")]


def make_group() -> WorkGroup:
    lead = make_member(account=make_account(name="R. Okafor", email="okafor@hub.example"))
    group = make_running_group(name="Hackney and Newham", leads=[lead])
    make_session(work_group=group, starts_at=START, venue="Plainfields Primary School")
    return group


def queued(mailing: Mailing) -> list[Message]:
    audience = audience_of(mailing, within=WorkGroup.objects.all(), now=NOW)
    mailing.leaves_at = NOW + timedelta(minutes=10)
    queue_messages([draft_for(mailing, reader) for reader in audience.readers], now=NOW)
    return list(Message.objects.filter(kind="mailing").select_related("hub").order_by("pk"))


def written(message: Message) -> Any:
    kind = kind_named("mailing")
    assert kind.unwanted(message, NOW) == ""
    letter = kind.letter_or_reason(message, NOW)
    assert letter == kind.render(message, NOW)
    return write_email(message, letter)


def why_unwanted(message: Message) -> str:
    reason = kind_named("mailing").unwanted(message, NOW)
    assert kind_named("mailing").letter_or_reason(message, NOW) == reason
    return reason


def test_it_carries_the_words_the_next_session_the_own_page_and_the_files(hub: Hub) -> None:
    group = make_group()
    seat = make_seat_in(group)
    mailing = make_mailing(
        filters={"work_groups": [group.pk]},
        subject="The library, not the hall",
        text="We meet in the library.\n\nMap: https://example.org/map",
        written_by=make_account(name="Asha Patel"),
    )
    MailingFile.objects.create(
        mailing=mailing, name="plan.pdf", content_type="application/pdf", content=b"%PDF-1"
    )
    [message] = queued(mailing)
    email = written(message)
    assert email.subject == "The library, not the hall"
    html = str(email.alternatives[0][0])
    for body in (str(email.body), html):
        assert "We meet in the library." in body
        assert "Thursday 14 January, 15:45" in body
        assert "Plainfields Primary School" in body
        assert f"/my/{token_of(seat.participant)}/" in body
        assert "Asha Patel, for" in body
        assert "Work Group Hackney and Newham" in body
    assert 'href="https://example.org/map"' in html
    [part] = email.attachments
    assert (part.get_filename(), part.get_payload(decode=True)) == ("plan.pdf", b"%PDF-1")


@pytest.mark.parametrize(
    ("replies_to", "expected"),
    [(Mailing.Replies.LEADS, ["okafor@hub.example"]), (Mailing.Replies.HUB, None)],
)
def test_answers_go_to_the_lead_or_to_the_hub(
    hub: Hub, replies_to: str, expected: list[str] | None
) -> None:
    group = make_group()
    make_seat_in(group)
    [message] = queued(make_mailing(filters={"work_groups": [group.pk]}, replies_to=replies_to))
    assert written(message).reply_to == (expected or [hub.contact_email])


def test_without_a_lead_answers_go_to_the_hub(hub: Hub) -> None:
    group = make_running_group()
    make_seat_in(group)
    [message] = queued(make_mailing(filters={"work_groups": [group.pk]}))
    assert written(message).reply_to == [hub.contact_email]


def test_what_is_typed_stays_what_was_typed() -> None:
    group = make_group()
    make_seat_in(group)
    mailing = make_mailing(
        filters={"work_groups": [group.pk]}, subject=TEMPLATE_SYNTAX, text=TEMPLATE_SYNTAX
    )
    [message] = queued(mailing)
    email = written(message)
    assert email.subject == TEMPLATE_SYNTAX
    assert TEMPLATE_SYNTAX in str(email.body)
    html = str(email.alternatives[0][0])
    assert "<script>" not in html
    assert "{{ hub.contact_phone }} {% now" in html


def test_a_mailbox_of_two_names_no_ones_page() -> None:
    group = make_group()
    for name in ("Sam", "Ana"):
        person = make_participant(name=name, email="office@school.example")
        make_seat_in(group, participant=person)
    [message] = queued(make_mailing(filters={"work_groups": [group.pk]}))
    assert "/my/" not in str(written(message).body)


def test_the_contact_of_a_school_reads_of_its_place() -> None:
    group = make_group()
    place = make_accepted_place(work_group=group)
    [message] = queued(make_mailing(to=Mailing.To.CONTACTS, filters={"work_groups": [group.pk]}))
    assert (message.recipient, message.school) == (place.contact_email, place.school)
    body = str(written(message).body)
    assert "Thursday 14 January, 15:45" in body
    assert "/my/" not in body


@pytest.mark.parametrize("what", ["gave up the seat", "another address", "cancelled", "deleted"])
def test_it_goes_no_more_to_whom_it_no_longer_fits(what: str) -> None:
    group = make_group()
    seat = make_seat_in(group)
    mailing = make_mailing(filters={"work_groups": [group.pk]})
    [message] = queued(mailing)
    if what == "gave up the seat":
        yesterday = NOW - timedelta(days=1)
        give_up_seat(seat, on=yesterday.date(), by=None, now=yesterday)
    elif what == "another address":
        seat.participant.email = "new@school.example"
        seat.participant.save()
    elif what == "cancelled":
        WorkGroup.objects.update(state=WorkGroup.State.CANCELLED)
    else:
        mailing.delete()
    assert why_unwanted(message)


def test_an_offer_that_was_answered_meanwhile_is_not_written_about() -> None:
    group = make_group()
    place = make_place(work_group=group)
    [message] = queued(make_mailing(to=Mailing.To.OFFERED, filters={"work_groups": [group.pk]}))
    assert "is offered a place in" in str(written(message).body)
    Place.objects.filter(pk=place.pk).update(state=Place.State.DECLINED, answered_at=NOW)
    assert why_unwanted(message)


def test_without_a_session_to_come_it_has_no_table() -> None:
    group = make_group()
    make_seat_in(group)
    Session.objects.all().delete()
    [message] = queued(make_mailing(filters={"work_groups": [group.pk]}))
    body = str(written(message).body)
    assert "Your next session" not in body
    assert "\n\nSee your sessions:" in body
