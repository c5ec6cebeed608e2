"""A session changes or is cancelled: who is told what, and when nobody is."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from icalendar import Calendar

from enrolment.models import Seat
from enrolment.services.seats import give_up_seat
from enrolment.tests.factories import make_participant
from mathshub.outbox.kinds import kind_named
from mathshub.outbox.letters import write_email
from mathshub.outbox.models import Message
from mathshub.outbox.notices import SETTLES_IN
from sessions.models import Apology, Session
from sessions.services.changes import cancel_session, move_session
from sessions.tests.factories import (
    NOW,
    make_apology,
    make_seat_in,
    make_session,
    token_of,
)
from sessions.times import at_wall_time, london_day
from workgroups.models import WorkGroup
from workgroups.tests.staff import staff_client

START = at_wall_time(date(2027, 1, 14), time(15, 45))
A_WEEK, A_MINUTE = timedelta(days=7), timedelta(minutes=1)
State = Message.State
pytestmark = pytest.mark.usefixtures("hub")


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def seat(hub: Any) -> Seat:
    """Of the only participant of a group with one session."""
    session = make_session(starts_at=START, venue="Plainfields Primary School")
    seat = make_seat_in(session.work_group, participant=make_participant(name="Ana Lima"))
    Message.objects.all().delete()
    return seat


@pytest.fixture
def session(seat: Seat) -> Session:
    return Session.objects.get()


def move(session: Session, *, now: datetime = NOW, by: timedelta = A_WEEK, **changes: Any) -> None:
    session.refresh_from_db()
    times = {"starts_at": session.starts_at + by, "ends_at": session.ends_at + by}
    move_session(session, **times | {"by": None, "now": now} | changes)


def stay(session: Session, *, now: datetime = NOW, **changes: Any) -> None:
    move(session, now=now, by=timedelta(0), **changes)


def waiting(kind: str = "session-changed") -> list[Message]:
    return list(Message.objects.waiting().filter(kind=kind).order_by("pk"))


def written(message: Message, now: datetime = NOW) -> Any:
    kind = kind_named(message.kind)
    assert kind.unwanted(message, now) == ""
    return write_email(message, kind.render(message, now))


def why_unwanted(message: Message, now: datetime = NOW) -> str:
    return kind_named(message.kind).unwanted(message, now)


def calendar_of(email: Any) -> tuple[str, Any]:
    [part] = email.attachments
    calendar = Calendar.from_ical(part.get_payload(decode=True))
    [entry] = calendar.walk("VEVENT")
    assert part.get_param("method") == calendar["METHOD"]
    return calendar["METHOD"], entry


def test_a_moved_session_is_told_ten_minutes_later_from_the_old_time_to_the_new(session, seat):
    move(session)
    [message] = waiting()
    assert (message.recipient, message.due_at) == (seat.participant.email, NOW + SETTLES_IN)
    email = written(message)
    assert email.subject == "Changed: Session 1 has moved to Thursday 21 January, 15:45 to 17:15"
    assert (
        "When: Thursday 21 January, 15:45 to 17:15\n(before: Thursday 14 January, 15:45 to 17:15)"
    ) in email.body
    method, entry = calendar_of(email)
    assert (method, entry["SEQUENCE"], entry["DTSTART"].dt) == ("PUBLISH", 1, START + A_WEEK)


def test_several_changes_within_ten_minutes_are_one_notice_from_the_first_to_the_last(session):
    move(session)
    stay(session, now=NOW + 3 * A_MINUTE, mode="virtual", join_link="https://meet.example.org/a")
    move(session, now=NOW + 6 * A_MINUTE)
    [message] = waiting()
    assert message.due_at == NOW + 6 * A_MINUTE + SETTLES_IN
    body = written(message).body
    assert "When: Thursday 28 January, 15:45 to 17:15\n(before: Thursday 14 January" in body
    assert "How: virtual\n(before: twilight)" in body
    assert "Where: Online\n(before: Plainfields Primary School) https://meet.example.org/a" in body
    assert "21 January" not in body


def test_a_move_back_within_ten_minutes_sends_nothing_and_keeps_apologies(session, seat):
    make_apology(session=session, seat=seat, reason="a school trip", given_at=NOW)
    move(session, now=NOW + A_MINUTE)
    assert not Apology.objects.exists()
    move(session, now=NOW + 2 * A_MINUTE, by=-A_WEEK)
    assert waiting() == []
    [apology] = Apology.objects.all()
    assert (apology.seat, apology.reason, apology.given_at) == (seat, "a school trip", NOW)


def test_a_move_back_after_the_notice_left_is_told_as_well(session):
    move(session)
    Message.objects.update(state=State.SENT)
    move(session, now=NOW + 20 * A_MINUTE, by=-A_WEEK)
    [message] = waiting()
    assert (
        "When: Thursday 14 January, 15:45 to 17:15\n(before: Thursday 21" in written(message).body
    )


def test_a_notice_that_is_on_its_way_counts_as_told(session):
    move(session)
    Message.objects.update(state=State.INFLIGHT)
    move(session, now=NOW + SETTLES_IN)
    newest = waiting()[-1]
    assert "28 January, 15:45 to 17:15\n(before: Thursday 21 January" in written(newest).body


def test_of_two_participants_each_is_told_from_what_they_know(session, seat):
    make_seat_in(session.work_group, participant=make_participant(name="Ben Hall"))
    move(session)
    Message.objects.filter(recipient_name="Ben Hall").update(state=State.SENT)
    move(session, now=NOW + A_MINUTE, by=-A_WEEK)
    assert [message.recipient_name for message in waiting()] == ["Ben Hall"]


def test_a_new_venue_and_a_new_link_are_told_and_a_title_is_not(session):
    stay(session, venue="Town Hall")
    assert "Where: Town Hall\n(before: Plainfields Primary School)" in written(waiting()[0]).body
    Message.objects.update(state=State.SENT)
    stay(session, join_link="https://meet.example.org/a")
    Message.objects.update(state=State.SENT)
    stay(session, join_link="https://meet.example.org/b")
    [message] = waiting()
    email = written(message)
    assert email.subject == "Changed: Session 1 on Thursday 14 January has new details"
    assert "Link: It is a new one; the earlier link no longer counts" in email.body
    assert "meet.example.org" not in str(message.context)


def test_a_session_that_loses_its_date_leaves_calendars(session):
    move_session(session, starts_at=None, ends_at=None, by=None, now=NOW)
    email = written(waiting()[0])
    assert email.body.startswith("Session 1 does not take place on Thursday 14 January.")
    method, entry = calendar_of(email)
    assert (method, entry["STATUS"], entry["DTSTART"].dt) == ("CANCEL", "CANCELLED", START)


def test_on_the_same_day_it_is_said_from_when_to_when(session):
    move(session, by=timedelta(minutes=30))
    email = written(waiting()[0])
    assert email.subject == "Changed: Session 1 on Thursday 14 January is now from 16:15 to 17:45"


def test_shortly_before_a_session_nobody_waits(session):
    now = START - 20 * A_MINUTE
    stay(session, now=now, join_link="https://meet.example.org/a")
    [message] = waiting()
    assert (message.due_at, message.expires_at) == (now, session.ends_at)


def test_nothing_goes_about_a_session_that_is_over(session):
    stay(session, venue="Town Hall", now=START - 2 * timedelta(hours=1))
    [message] = waiting()
    assert why_unwanted(message, session.ends_at - A_MINUTE) == ""
    assert why_unwanted(message, session.ends_at) == "the session is over"


def silent_without_email(session: Session) -> None:
    move(session, tells=False)


def silent_when_planned(session: Session) -> None:
    Session.objects.update(state=Session.State.PLANNED)
    move(session)


def silent_when_messages_are_off(session: Session) -> None:
    offering = session.work_group.offering
    offering.messages_on = False
    offering.save()
    move(session)


def silent_in_a_draft_group(session: Session) -> None:
    WorkGroup.objects.update(state=WorkGroup.State.DRAFT)
    move(session)


def silent_without_an_address(session: Session) -> None:
    Seat.objects.get().participant.__class__.objects.update(email="")
    move(session)


def silent_about_the_venue_of_a_virtual_session(session: Session) -> None:
    Session.objects.update(mode=Session.Mode.VIRTUAL)
    stay(session, venue="Town Hall")


def silent_when_nothing_changes(session: Session) -> None:
    stay(session)


@pytest.mark.parametrize(
    "change",
    [
        silent_without_email,
        silent_when_planned,
        silent_when_messages_are_off,
        silent_in_a_draft_group,
        silent_without_an_address,
        silent_about_the_venue_of_a_virtual_session,
        silent_when_nothing_changes,
    ],
)
def test_nobody_is_told(session, change):
    change(session)
    assert waiting() == []


def test_who_has_given_the_seat_up_meanwhile_is_not_told(session, seat):
    move(session)
    give_up_seat(seat, on=london_day(NOW), by=None, now=NOW)
    assert why_unwanted(waiting()[0]) == "the seat was given up"


def test_who_leaves_between_the_old_day_and_the_new_is_told_and_loses_the_entry(session, seat):
    Seat.objects.update(held_until=london_day(START))
    move(session)
    method, _ = calendar_of(written(waiting()[0]))
    assert method == "CANCEL"


def test_a_cancelled_session_is_told_at_once_and_leaves_the_calendar(session):
    following = make_session(work_group=session.work_group, starts_at=START + A_WEEK, venue="Hall")
    cancel_session(session, reason="snow", by=None, now=NOW)
    [message] = waiting("session-cancelled")
    assert message.due_at == NOW
    email = written(message)
    assert email.subject == "Cancelled: session 1 on Thursday 14 January, 15:45"
    assert "snow" not in email.body
    assert following.venue in email.body, "the next session's place stands in every letter"
    method, entry = calendar_of(email)
    assert (method, entry["STATUS"]) == ("CANCEL", "CANCELLED")
    assert why_unwanted(message, session.ends_at) == "the session is over"


def test_cancelled_within_ten_minutes_of_a_move_it_names_the_time_that_people_know(session):
    move(session)
    cancel_session(session, reason="snow", by=None, now=NOW + A_MINUTE)
    assert waiting() == []
    [message] = waiting("session-cancelled")
    assert "on Thursday 14 January" in written(message).subject


def test_cancelling_twice_tells_once_and_without_email_nobody(session):
    other = make_session(work_group=session.work_group, starts_at=START + A_WEEK)
    cancel_session(other, reason="ice", by=None, now=NOW, tells=False)
    assert waiting("session-cancelled") == []
    for _ in range(2):
        cancel_session(session, reason="snow", by=None, now=NOW)
    assert len(waiting("session-cancelled")) == 1


def test_moving_costs_as_many_queries_for_ten_people_as_for_one(
    session, seat, django_assert_max_num_queries
):
    for number in range(10):
        make_seat_in(
            session.work_group, place=seat.place, participant=make_participant(name=f"P {number}")
        )
    with django_assert_max_num_queries(22):
        move(session)
    assert len(waiting()) == 11


# --- the admin's pages ---

PAGES = [
    ("move", {"day": "2027-01-21", "starts": "15:45", "ends": "17:15", "mode": "twilight"}),
    ("switch", {"join_link": "https://meet.example.org/a"}),
    ("cancel", {"reason": "snow"}),
]


@pytest.fixture
def lead(hub: Any) -> Client:
    return staff_client()


def address(session: Session, page: str) -> str:
    return f"/admin/workgroup_sessions/session/{session.pk}/{page}/"


@pytest.mark.parametrize("page", [page for page, _ in PAGES])
def test_the_page_says_how_many_people_it_writes_to_and_who(lead, session, seat, page):
    shown = lead.get(address(session, page)).content.decode()
    assert "1 person with a seat that day" in shown
    assert "Ana Lima" in shown
    assert seat.participant.email in shown
    assert ", 1 e-mail</button>" in shown


@pytest.mark.parametrize(("page", "changes"), PAGES)
def test_the_letter_is_shown_beforehand_and_nothing_is_changed(lead, session, page, changes):
    before = Session.objects.values().get()
    shown = lead.post(address(session, page), changes | {"how": "preview"}).content.decode()
    assert "So Ana Lima would read it" in shown
    assert "You have this message because" in shown
    assert token_of(Seat.objects.get().participant) not in shown, "the link is the reader's alone"
    assert (Session.objects.values().get(), Message.objects.count()) == (before, 0)
    assert Session.history.filter(id=session.pk).count() == 1


@pytest.mark.parametrize(("page", "changes"), PAGES)
def test_it_can_be_done_with_and_without_email(lead, session, page, changes):
    said = lead.post(address(session, page), changes | {"how": "silent"}, follow=True)
    assert "No e-mail was sent." in said.content.decode()
    assert not Message.objects.exists()


@pytest.mark.parametrize(("page", "changes"), PAGES)
def test_done_it_says_how_many_emails_go(lead, session, page, changes):
    said = lead.post(address(session, page), changes, follow=True).content.decode()
    assert "1 e-mail on the way." in said
    assert Message.objects.count() == 1
