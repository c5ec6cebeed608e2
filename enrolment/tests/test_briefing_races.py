"""Two schools book the last seat at the same moment."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from enrolment.errors import BriefingFull
from enrolment.models import Briefing
from enrolment.services.briefings import Answer, Person, book_seat
from enrolment.tests.factories import NOW, make_briefing
from enrolment.tests.together import at_once, held_up_before, sql_seen_by
from mathshub.outbox.models import Message
from workgroups.models import Hub

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]


def book_last_seat_twice(hub: Hub, *, is_locked: bool) -> tuple[Briefing, list]:
    """Each is held up before it writes, and waits for the other where it can."""
    briefing = make_briefing(capacity=1)
    hold_up = held_up_before('INSERT INTO "enrolment_briefingbooking"', is_locked=is_locked)

    def book_for(name: str) -> Callable[[], Answer]:
        def book() -> Answer:
            with sql_seen_by(hold_up):
                person = Person(name=name, email=f"{name}@school.example")
                return book_seat(person, briefing=briefing, form_token=uuid4(), by=None, now=NOW)

        return book

    return briefing, at_once(hub, [book_for("ada"), book_for("grace")])


def test_the_last_seat_goes_to_one_of_two(hub: Hub) -> None:
    briefing, outcomes = book_last_seat_twice(hub, is_locked=True)
    assert {type(outcome) for outcome in outcomes} == {Answer, BriefingFull}
    assert briefing.bookings.booked().count() == 1
    assert Message.objects.count() == 1


@pytest.mark.usefixtures("on_postgresql")
def test_without_the_lock_the_last_seat_would_be_booked_twice(hub: Hub) -> None:
    """The negative control: the test above could fail."""
    briefing, outcomes = book_last_seat_twice(hub, is_locked=False)
    assert [type(outcome) for outcome in outcomes] == [Answer, Answer]
    assert briefing.bookings.booked().count() == 2


def test_one_form_sent_eight_times_at_once_is_one_seat(hub: Hub) -> None:
    briefing, token = make_briefing(), uuid4()
    person = Person(name="Ada", email="ada@school.example")

    def book() -> int:
        answer = book_seat(person, briefing=briefing, form_token=token, by=None, now=NOW)
        return answer.booking.pk

    assert len(set(at_once(hub, [book] * 8))) == 1
    assert (briefing.bookings.count(), Message.objects.count()) == (1, 1)
