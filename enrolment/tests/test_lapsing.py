"""Offers that nobody answers: warned of, taken back the day after, and never at the same moment."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from enrolment.errors import PlaceNotDue, PlaceNotOffered
from enrolment.models import ExpressionOfInterest, Place
from enrolment.services.lapsing import lapse_places, plan_warnings
from enrolment.services.places import accept_place, lapse_place, offer_place
from enrolment.services.seats import NamedSeat
from enrolment.tests.factories import make_place
from enrolment.tests.together import at_once, held_up_before, sql_seen_by
from mathshub.daytime import LONDON
from mathshub.links import make_token
from mathshub.outbox.models import Message
from mathshub.outbox.tests.factories import make_hold
from workgroups.models import Hub, Offering
from workgroups.tests.factories import make_work_group
from workgroups.tests.staff import staff_client

REPLY_BY = date(2026, 12, 3)  # a Thursday
OFFERED_AT = datetime(2026, 11, 16, 10, 30, tzinfo=LONDON)
SAM = NamedSeat(name="Sam Okafor", email="sam@school.example")
A_MINUTE = timedelta(minutes=1)


def at(day: date, hour: int = 8) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=LONDON)


DUE = at(REPLY_BY + timedelta(days=1))


def offered(*, reply_by: date | None = REPLY_BY, **fields: Any) -> Place:
    """A place whose offer has left."""
    place = make_place(reply_by=reply_by, now=OFFERED_AT, **fields)
    Message.objects.update(state=Message.State.SENT)
    return place


def messages(kind: str) -> list[Message]:
    return list(Message.objects.filter(kind=kind).order_by("pk"))


@pytest.mark.usefixtures("hub")
def test_the_day_after_an_unanswered_place_goes_back_and_the_headteacher_is_told() -> None:
    place = offered()
    assert [lapse_places(DUE - A_MINUTE), lapse_places(DUE), lapse_places(DUE)] == [0, 1, 0]
    place.refresh_from_db()
    assert (place.state, place.answered_at) == (Place.State.LAPSED, DUE)
    assert place.expression.state == ExpressionOfInterest.State.RECEIVED
    assert Place.objects.held().count() == 0
    [record] = place.history.filter(state="lapsed")
    assert (record.history_change_reason, record.history_user) == ("Nobody answered in time", None)
    [message] = messages("place-lapsed")
    assert (message.recipient, message.due_at) == (place.contact_email, DUE)


@pytest.mark.usefixtures("hub")
def test_it_can_be_offered_again() -> None:
    place = offered()
    lapse_place(place, now=DUE)
    again = offer_place(place.expression, work_group=place.work_group, by=None, now=DUE)
    assert (again.pk, again.state, again.link_generation) == (place.pk, Place.State.OFFERED, 2)


def while_paused(place: Place) -> None:
    make_hold(until=DUE.date())


def where_offers_stand(place: Place) -> None:
    Offering.objects.update(offers_lapse=False)


def with_a_later_day(place: Place) -> None:
    Place.objects.update(reply_by=REPLY_BY + timedelta(days=7))


def without_a_day(place: Place) -> None:
    Place.objects.update(reply_by=None)


def whose_offer_has_not_left(place: Place) -> None:
    Message.objects.update(state=Message.State.QUEUED)


def whose_offer_failed(place: Place) -> None:
    Message.objects.update(state=Message.State.DEAD)


STANDS = [while_paused, where_offers_stand, with_a_later_day, without_a_day]


@pytest.mark.usefixtures("hub")
@pytest.mark.parametrize("keep", [*STANDS, whose_offer_has_not_left, whose_offer_failed])
def test_an_offer_stands(keep: Callable[[Place], None]) -> None:
    keep(offered())
    assert lapse_places(DUE) == 0
    assert Place.objects.get().state == Place.State.OFFERED


@pytest.mark.usefixtures("hub")
@pytest.mark.parametrize("keep", STANDS)
def test_what_was_changed_a_moment_ago_is_seen_under_the_lock(
    keep: Callable[[Place], None],
) -> None:
    place = offered()
    keep(place)
    with pytest.raises(PlaceNotDue):
        lapse_place(place, now=DUE)


@pytest.mark.usefixtures("hub")
def test_at_night_nothing_lapses() -> None:
    offered()
    assert lapse_places(at(REPLY_BY + timedelta(days=1), 20)) == 0
    assert lapse_places(at(REPLY_BY + timedelta(days=2), 7)) == 0


@pytest.mark.usefixtures("hub")
def test_two_days_before_the_headteacher_is_warned_once() -> None:
    place = offered()
    tuesday = at(REPLY_BY - timedelta(days=2))
    plan_warnings(tuesday - A_MINUTE)
    assert messages("place-lapsing") == []
    for hours in range(3):
        plan_warnings(tuesday + timedelta(hours=hours))
    [message] = messages("place-lapsing")
    assert (message.recipient, message.due_at) == (place.contact_email, tuesday)
    assert message.expires_at == at(REPLY_BY, 19)


@pytest.mark.usefixtures("hub")
def test_a_warning_that_falls_on_a_sunday_goes_on_the_friday_before() -> None:
    offered(reply_by=date(2026, 12, 8))
    friday = at(date(2026, 12, 4))
    plan_warnings(friday - A_MINUTE)
    assert messages("place-lapsing") == []
    plan_warnings(friday)
    assert len(messages("place-lapsing")) == 1


@pytest.mark.usefixtures("hub")
@pytest.mark.parametrize("keep", [*STANDS[1:], whose_offer_has_not_left, whose_offer_failed])
def test_nobody_is_warned_of_an_offer_that_stands(keep: Callable[[Place], None]) -> None:
    keep(offered())
    plan_warnings(at(REPLY_BY - timedelta(days=2)))
    assert messages("place-lapsing") == []


@pytest.mark.usefixtures("hub")
def test_an_answer_stops_the_warning() -> None:
    place = offered()
    plan_warnings(at(REPLY_BY - timedelta(days=2)))
    accept_place(place, seats=[SAM], by=None, now=at(REPLY_BY - timedelta(days=2)))
    assert messages("place-lapsing")[0].state == Message.State.CANCELLED


@pytest.mark.usefixtures("hub")
def test_planning_costs_the_same_for_one_offer_and_for_many(
    django_assert_max_num_queries: Any,
) -> None:
    for _ in range(5):
        offered()
    with django_assert_max_num_queries(5):
        plan_warnings(at(REPLY_BY - timedelta(days=2)))
    assert len(messages("place-lapsing")) == 5


@pytest.fixture
def _the_day_after() -> Iterator[None]:
    with time_machine.travel(DUE, tick=False):
        yield


@pytest.mark.usefixtures("hub", "_the_day_after")
def test_the_page_behind_the_link_says_that_it_lapsed_and_what_can_be_done(client: Client) -> None:
    place = offered()
    token = make_token("place", place.pk, place.link_generation)
    lapse_place(place, now=DUE)
    address = reverse("enrolment:answer_place", args=[token])
    page = client.get(address).content.decode()
    assert "This offer has lapsed" in page
    assert "Your expression of interest stays with us" in page
    late = client.post(address, {"answer": "accept"}).content.decode()
    assert "This offer lapsed before your answer came" in late
    assert not place.seats.exists()


@pytest.mark.usefixtures("hub", "_the_day_after")
def test_staff_see_what_lapsed() -> None:
    lapse_place(offered(), now=DUE)
    page = staff_client().get("/admin/enrolment/place/?state=lapsed")
    assert page.context["cl"].result_count == 1
    assert "lapsed" in page.content.decode()


# --- at the same moment ---


def accept_and_lapse(hub: Hub, *, is_locked: bool) -> tuple[Place, list]:
    """A headteacher accepts as the offer lapses; each waits for the other where it can."""
    place = offered(work_group=make_work_group(), expression=None)
    hold_up = held_up_before('UPDATE "enrolment_place"', is_locked=is_locked)

    def accept() -> Place:
        with sql_seen_by(hold_up):
            return accept_place(place, seats=[SAM], by=None, now=DUE)

    def lapse() -> Place:
        with sql_seen_by(hold_up):
            return lapse_place(place, now=DUE)

    return place, at_once(hub, [accept, lapse])


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_an_acceptance_at_the_moment_of_lapsing_is_one_or_the_other(hub: Hub) -> None:
    place, outcomes = accept_and_lapse(hub, is_locked=True)
    assert {type(outcome) for outcome in outcomes} == {Place, PlaceNotOffered}
    place.refresh_from_db()
    is_accepted = place.state == Place.State.ACCEPTED
    assert place.seats.count() == len(messages("seat-named")) == is_accepted
    assert len(messages("place-lapsed")) == (not is_accepted)
    assert place.expression.state == ("accepted" if is_accepted else "received")


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("on_postgresql")
def test_without_the_lock_it_would_be_both(hub: Hub) -> None:
    """The negative control: the test above could fail."""
    _, outcomes = accept_and_lapse(hub, is_locked=False)
    assert [type(outcome) for outcome in outcomes] == [Place, Place]
    assert len(messages("seat-named")) == len(messages("place-lapsed")) == 1


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_two_planners_at_once_let_a_place_lapse_once(hub: Hub) -> None:
    offered()
    outcomes = at_once(hub, [lambda: lapse_places(DUE)] * 4)
    assert sum(outcomes) == 1
    assert len(messages("place-lapsed")) == 1
