"""What a headteacher reads of an offer that is about to lapse, or has."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from enrolment.models import Place
from enrolment.services.lapsing import plan_warnings
from enrolment.services.places import accept_place, lapse_place, offer_place, place_lapsed
from enrolment.tests.factories import make_place
from mathshub.links import make_token
from mathshub.outbox.kinds import kind_named
from mathshub.outbox.letters import write_email
from mathshub.outbox.models import Message
from mathshub.outbox.services import queue_messages
from sessions.tests.factories import make_running_group, make_session
from sessions.times import at_wall_time
from workgroups.models import Offering

REPLY_BY = date(2026, 12, 3)
WARNED = at_wall_time(date(2026, 12, 1), time(8))
DUE = at_wall_time(date(2026, 12, 4), time(8))
pytestmark = pytest.mark.usefixtures("hub")


@pytest.fixture
def place(hub: Any) -> Place:
    group = make_running_group()
    make_session(work_group=group, starts_at=at_wall_time(date(2027, 1, 14), time(15, 45)))
    return make_place(work_group=group, reply_by=REPLY_BY)


def why_unwanted(message: Message, now: datetime) -> str:
    return kind_named(message.kind).unwanted(message, now)


def written(message: Message, now: datetime) -> Any:
    assert why_unwanted(message, now) == ""
    return write_email(message, kind_named(message.kind).render(message, now))


def warning(place: Place) -> Message:
    Message.objects.update(state=Message.State.SENT)  # the offer left
    plan_warnings(WARNED)
    return Message.objects.get(kind="place-lapsing")


def lapsed(place: Place) -> Message:
    lapse_place(place, now=DUE)
    return Message.objects.get(kind="place-lapsed")


def test_the_warning_says_by_when_what_happens_then_and_how_to_answer(place):
    email = written(warning(place), WARNED)
    assert email.subject == f"Please answer by Thursday 3 December: the place for {place.school}"
    token = make_token("place", place.pk, place.link_generation)
    for body in (email.body, email.alternatives[0][0]):
        assert "If nobody answers by Thursday 3 December, the place goes to another school" in body
        assert f"/{token}/" in body
        assert "Thursday 14 January, 15:45 to 17:15" in body


def test_a_warning_goes_no_more_once_it_is_answered_or_has_another_day_or_never_lapses(place):
    message = warning(place)
    Place.objects.update(reply_by=REPLY_BY + timedelta(days=1))
    assert why_unwanted(message, WARNED) == "the school has another day to answer by"
    Place.objects.update(reply_by=REPLY_BY)
    Offering.objects.update(offers_lapse=False)
    assert why_unwanted(message, WARNED) == "offers of this programme do not lapse"
    accept_place(place, seats=[], by=None, now=WARNED)
    assert why_unwanted(message, WARNED) == "the place is no longer offered"


def test_it_says_that_the_place_lapsed_and_what_can_still_be_done(place):
    email = written(lapsed(place), DUE)
    assert email.subject.endswith("has lapsed")
    for body in (email.body, email.alternatives[0][0]):
        assert "by Thursday 3 December and had none" in body
        assert "Your expression of interest stays with us" in body
        assert "Accept or decline" not in body


def test_written_beforehand_it_leaves_with_the_lapse_and_not_before(place):
    queue_messages([replace(place_lapsed(place), due_at=DUE)], now=WARNED)
    message = Message.objects.get(kind="place-lapsed")
    assert why_unwanted(message, DUE - timedelta(days=1)) != ""
    assert written(message, DUE).subject.endswith("has lapsed")
    accept_place(place, seats=[], by=None, now=WARNED)
    assert why_unwanted(message, DUE) != ""


def test_it_is_not_said_of_a_place_that_is_offered_again(place):
    message = lapsed(place)
    offer_place(place.expression, work_group=place.work_group, by=None, now=DUE)
    assert why_unwanted(message, DUE) == "the school has been offered a place again"


def test_an_offer_says_that_it_lapses_only_where_it_does(place):
    message = Message.objects.get(kind="place-offered")
    assert "after that day it goes to another school" in written(message, WARNED).body
    Offering.objects.update(offers_lapse=False)
    assert "another school" not in written(message, WARNED).body
