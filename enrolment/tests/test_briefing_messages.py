"""What the messages about briefings say, to whom, and when they no longer go."""

from datetime import timedelta
from uuid import uuid4

import pytest
from icalendar import Calendar

from enrolment.models import Briefing, BriefingBooking
from enrolment.services.briefings import (
    Person,
    book_seat,
    cancel_booking,
    cancel_briefing,
    change_briefing,
    send_follow_up,
    take_attendance,
)
from enrolment.tests.factories import NOW, make_booking, make_briefing, moved
from mathshub.outbox.kinds import Letter, kind_named
from mathshub.outbox.letters import write_email
from mathshub.outbox.models import Message
from workgroups.models import Hub, School
from workgroups.tests.factories import make_school

pytestmark = pytest.mark.usefixtures("on_the_day")

JOIN = "https://meet.example.org/secret"
STRANGE = "Buy at spam dot example"
AFTER = NOW + timedelta(days=8)


def book(
    briefing: Briefing, *, school: School | None = None, name: str = STRANGE, waits: bool = False
) -> BriefingBooking:
    typed = "" if school else STRANGE
    person = Person(name=name, email="head@school.example", school=school, school_as_typed=typed)
    return book_seat(
        person, briefing=briefing, form_token=uuid4(), waits=waits, by=None, now=NOW
    ).booking


def letter(kind: str, now=NOW) -> Letter | str:
    message = Message.objects.filter(kind=kind).latest("pk")
    return kind_named(kind).letter_or_reason(message, now)


def text(kind: str, now=NOW) -> str:
    """Subject, text and HTML of the latest message of the kind."""
    message = Message.objects.filter(kind=kind).latest("pk")
    written = letter(kind, now)
    assert isinstance(written, Letter), written
    email = write_email(message, written)
    return f"{email.subject}\n{email.body}\n{email.alternatives[0][0]}\n{email.to}"


def method_and_sequence(kind: str) -> tuple[str, int, str]:
    written = letter(kind)
    assert isinstance(written, Letter)
    [(_, content, mime)] = written.attachments
    calendar = Calendar.from_ical(content)
    [event] = calendar.walk("VEVENT")
    assert mime.endswith(f"method={calendar['METHOD']}")
    return calendar["METHOD"], event["SEQUENCE"], event["UID"].split("@")[0]


def test_the_confirmation_says_when_where_and_how_to_join(hub: Hub) -> None:
    school = make_school()
    booking = book(make_briefing(is_online=True, join_link=JOIN), school=school)
    said = text("briefing-booked")
    for words in ("Monday 23 November 2026, 10:30 to 11:30", JOIN, school.name, "/booking/"):
        assert words in said
    assert method_and_sequence("briefing-booked") == ("PUBLISH", 0, str(booking.form_token))


def test_no_message_repeats_what_somebody_typed(hub: Hub) -> None:
    briefing = make_briefing(capacity=1)
    booking = book(briefing)
    book(briefing, name=f"{STRANGE} 2", waits=True)
    held = make_briefing(starts_at=NOW - timedelta(days=1))
    make_booking(briefing=held, school_as_typed=STRANGE, name=STRANGE)
    take_attendance(held, ticks={}, by=None, now=NOW)
    send_follow_up(held, by=None, now=NOW)
    change_briefing(briefing, to=moved(briefing, venue="Town Hall"), by=None, now=NOW)
    said = [text(f"briefing-{kind}") for kind in ("booked", "waiting", "changed", "follow-up")]
    cancel_booking(booking, by=None, now=NOW)
    said += [text(f"briefing-{kind}") for kind in ("given-up", "seat-free")]
    cancel_briefing(briefing, reason=STRANGE, by=None, now=NOW)
    said.append(text("briefing-cancelled"))
    assert [words for words in said if STRANGE in words] == []


def test_a_move_says_what_it_was_and_the_calendar_follows(hub: Hub) -> None:
    briefing = make_briefing()
    booking = book(briefing)
    later = moved(briefing, starts_at=AFTER, ends_at=AFTER + timedelta(hours=1))
    change_briefing(briefing, to=later, by=None, now=NOW)
    said = text("briefing-changed")
    assert "Was on: Monday 23 November 2026, 10:30" in said
    assert "The briefing has moved to Tuesday 24 November 2026." in said
    assert method_and_sequence("briefing-changed") == ("PUBLISH", 1, str(booking.form_token))
    assert "24 November" in text("briefing-booked"), "as it is when it leaves"


def test_a_cancelled_briefing_leaves_the_calendar_and_its_confirmation_stays_unsent(
    hub: Hub,
) -> None:
    briefing = make_briefing()
    booking = book(briefing)
    cancel_briefing(briefing, reason="snow", by=None, now=NOW)
    assert "does not take place" in text("briefing-cancelled")
    assert method_and_sequence("briefing-cancelled") == ("CANCEL", 1, str(booking.form_token))
    assert letter("briefing-booked") == "the briefing was cancelled"


def test_a_seat_given_up_leaves_the_calendar(hub: Hub) -> None:
    booking = book(make_briefing())
    cancel_booking(booking, by=None, now=NOW)
    assert method_and_sequence("briefing-given-up") == ("CANCEL", 1, str(booking.form_token))
    assert letter("briefing-booked") == "the booking was cancelled"


def test_a_seat_that_is_taken_again_is_no_longer_offered(hub: Hub) -> None:
    briefing = make_briefing(capacity=1)
    booking = book(briefing)
    book(briefing, name="Ada", waits=True)
    cancel_booking(booking, by=None, now=NOW)
    assert "A seat has come free" in text("briefing-seat-free")
    make_booking(briefing=briefing)
    assert letter("briefing-seat-free") == "the seat has been taken"


def test_nothing_about_a_seat_goes_once_it_has_begun(hub: Hub) -> None:
    book(make_briefing())
    assert letter("briefing-booked", NOW + timedelta(days=7)) == "the briefing has begun"


@pytest.mark.parametrize(
    ("came", "words"), [(True, "Thank you for coming"), (False, "We missed you")]
)
def test_the_follow_up_has_its_own_words_and_the_school_filled_in(
    hub: Hub, came: bool, words: str
) -> None:
    briefing, school = make_briefing(), make_school()
    booking = make_booking(briefing=briefing, school=school)
    take_attendance(briefing, ticks={booking.pk: came}, by=None, now=AFTER)
    send_follow_up(briefing, by=None, now=AFTER)
    said = text("briefing-follow-up", AFTER)
    assert words in said
    assert f"/interest/?urn={school.urn}" in said
