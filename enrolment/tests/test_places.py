"""Places: what may be offered, and how offers are answered."""

from datetime import date, timedelta

import pytest

from enrolment.errors import (
    AlreadyPlaced,
    ExpressionWithdrawn,
    OtherOffering,
    PlaceNotHeld,
    PlaceNotOffered,
    Refusal,
    SchoolNotMatched,
    WorkGroupClosed,
    WorkGroupFull,
)
from enrolment.models import ExpressionOfInterest, Place
from enrolment.services.interest import withdraw_expression
from enrolment.services.places import (
    accept_place,
    decline_place,
    offer_place,
    offer_places,
    preview_offer,
    withdraw_place,
)
from enrolment.services.seats import NamedSeat
from enrolment.tests.factories import (
    NOW,
    make_accepted_place,
    make_expression,
    make_place,
)
from mathshub.outbox.models import Message
from workgroups.models import Hub, WorkGroup
from workgroups.tests.factories import make_account, make_offering, make_school, make_work_group

State = Place.State
SAM = NamedSeat(name="Sam Okafor", email="sam@school.example")


def offer(expression: ExpressionOfInterest, work_group: WorkGroup) -> Place:
    return offer_place(expression, work_group=work_group, by=None, now=NOW)


def test_an_offer_is_a_place_and_a_message_to_the_headteacher(hub: Hub) -> None:
    group, asha = make_work_group(), make_account(name="Asha Patel")
    expression = make_expression(offering=group.offering)
    place = offer_place(expression, work_group=group, by=asha, now=NOW, reply_by=date(2026, 11, 30))
    place.refresh_from_db()
    expression.refresh_from_db()
    assert (place.state, place.school, place.offered_at) == (State.OFFERED, expression.school, NOW)
    assert (place.contact_email, place.reply_by) == (
        expression.headteacher_email,
        date(2026, 11, 30),
    )
    assert expression.state == ExpressionOfInterest.State.OFFERED
    assert place.history.get().history_user == asha
    message = Message.objects.get()
    assert (message.kind, message.key) == ("place-offered", f"place-offered:{place.pk}:1")
    assert (message.recipient, message.context) == (place.contact_email, {"place": place.pk})


def refused(hub: Hub, case: str) -> tuple[ExpressionOfInterest, WorkGroup]:
    """An expression and a group in which it can't have a place."""
    group = make_work_group(capacity=1)
    if case == "not matched":
        return make_expression(offering=group.offering, school_as_typed="Marsh Gate"), group
    if case == "another offering":
        return make_expression(offering=make_offering()), group
    expression = make_expression(offering=group.offering)
    if case == "withdrawn":
        return withdraw_expression(expression, by=None, now=NOW), group
    if case == "already here":
        return offer(expression, group).expression, group
    if case == "already elsewhere":
        other = make_work_group(offering=group.offering)
        return offer(expression, other).expression, group
    if case == "full":
        make_place(work_group=group)
    if case == "finished":
        group.state = WorkGroup.State.FINISHED
        group.save()
    return expression, group


@pytest.mark.parametrize(
    ("case", "refusal"),
    [
        ("not matched", SchoolNotMatched),
        ("another offering", OtherOffering),
        ("withdrawn", ExpressionWithdrawn),
        ("already here", AlreadyPlaced),
        ("already elsewhere", AlreadyPlaced),
        ("full", WorkGroupFull),
        ("finished", WorkGroupClosed),
    ],
)
def test_an_offer_is_refused_with_its_reason_and_changes_nothing(
    hub: Hub, case: str, refusal: type[Refusal]
) -> None:
    expression, group = refused(hub, case)
    before = (Place.objects.count(), Message.objects.count(), expression.state)
    with pytest.raises(refusal) as reason:
        offer(expression, group)
    expression.refresh_from_db()
    assert (Place.objects.count(), Message.objects.count(), expression.state) == before
    preview = preview_offer([expression], work_group=group)
    assert preview.offered == []
    assert [(e, str(r)) for e, r in preview.refused] == [(expression, str(reason.value))]


def test_the_preview_counts_down_the_free_places(hub: Hub) -> None:
    group = make_work_group(capacity=2)
    first, second, third = (make_expression(offering=group.offering) for _ in range(3))
    preview = preview_offer([first, second, third], work_group=group)
    assert (preview.offered, preview.free_places) == ([first, second], 2)
    assert [(e, type(r)) for e, r in preview.refused] == [(third, WorkGroupFull)]
    assert not Place.objects.exists()


def test_two_expressions_of_one_school_get_one_place(hub: Hub) -> None:
    group, school = make_work_group(), make_school()
    pair = [
        make_expression(offering=group.offering, school=school, state=state)
        for state in (ExpressionOfInterest.State.RECEIVED, ExpressionOfInterest.State.DECLINED)
    ]
    preview = preview_offer(pair, work_group=group)
    assert (preview.offered, len(preview.refused)) == (pair[:1], 1)


def test_offers_go_to_all_or_to_none(hub: Hub) -> None:
    group = make_work_group(capacity=2)
    three = [make_expression(offering=group.offering) for _ in range(3)]
    with pytest.raises(WorkGroupFull):
        offer_places(three, work_group=group, by=None, now=NOW)
    assert Place.objects.count() == Message.objects.count() == 0
    places = offer_places(three[:2], work_group=group, by=None, now=NOW)
    assert [place.school for place in places] == [e.school for e in three[:2]]
    assert Message.objects.count() == 2


def test_accepting_seats_the_people_named_and_tells_them(hub: Hub) -> None:
    place = make_place()
    ana = NamedSeat(name="Ana Lima", role="maths_lead")
    accept_place(place, seats=[SAM, ana], by=None, now=NOW)
    place.refresh_from_db()
    assert (place.state, place.answered_at) == (State.ACCEPTED, NOW)
    assert place.expression.state == ExpressionOfInterest.State.ACCEPTED
    seats = place.seats.order_by("pk")
    assert [(s.participant.name, s.role, s.held_from) for s in seats] == [
        ("Sam Okafor", "lead", NOW.date()),
        ("Ana Lima", "participant", NOW.date()),
    ]
    assert seats[1].participant.school == place.school
    told = Message.objects.get(kind="seat-named")
    assert (told.key, told.recipient) == (f"seat-named:{seats[0].pk}", SAM.email)


def test_accepting_stops_an_offer_that_has_not_left_yet(hub: Hub) -> None:
    accept_place(make_place(), seats=[], by=None, now=NOW)
    assert Message.objects.get(kind="place-offered").state == Message.State.CANCELLED


def test_a_place_is_answered_once(hub: Hub) -> None:
    place = accept_place(make_place(), seats=[SAM], by=None, now=NOW)
    with pytest.raises(PlaceNotOffered):
        accept_place(place, seats=[SAM], by=None, now=NOW)
    with pytest.raises(PlaceNotOffered):
        decline_place(place, by=None, now=NOW)
    assert place.seats.count() == 1


def test_accepting_never_goes_beyond_a_capacity_lowered_since(hub: Hub) -> None:
    group = make_work_group(capacity=2)
    first, second = (make_place(work_group=group) for _ in range(2))
    group.capacity = 1
    group.save()
    accept_place(first, seats=[], by=None, now=NOW)
    with pytest.raises(WorkGroupFull):
        accept_place(second, seats=[], by=None, now=NOW)
    second.refresh_from_db()
    assert second.state == State.OFFERED


def test_a_finished_group_takes_no_acceptance(hub: Hub) -> None:
    place = make_place()
    WorkGroup.objects.update(state=WorkGroup.State.CANCELLED)
    with pytest.raises(WorkGroupClosed):
        accept_place(place, seats=[], by=None, now=NOW)


def test_declining_frees_the_place(hub: Hub) -> None:
    group = make_work_group(capacity=1)
    declined = decline_place(make_place(work_group=group), by=None, now=NOW)
    assert declined.expression.state == ExpressionOfInterest.State.DECLINED
    assert make_place(work_group=group).state == State.OFFERED


def test_a_declined_place_can_be_offered_again_by_a_new_link(hub: Hub) -> None:
    place = decline_place(make_place(), by=None, now=NOW)
    later = NOW + timedelta(days=2)
    again = offer_place(place.expression, work_group=place.work_group, by=None, now=later)
    assert (again.pk, again.link_generation) == (place.pk, 2)
    assert (again.state, again.answered_at, again.offered_at) == (State.OFFERED, None, later)
    keys = Message.objects.filter(state=Message.State.QUEUED).values_list("key", flat=True)
    assert list(keys) == [f"place-offered:{place.pk}:2"]


def test_an_offer_taken_back_lets_the_expression_wait_again(hub: Hub) -> None:
    place = withdraw_place(make_place(), by=make_account(), now=NOW)
    assert place.state == State.WITHDRAWN
    assert place.expression.state == ExpressionOfInterest.State.RECEIVED
    with pytest.raises(PlaceNotHeld):
        withdraw_place(place, by=None, now=NOW)


def test_a_school_that_leaves_gives_up_its_seats(hub: Hub) -> None:
    place = make_accepted_place(seats=(SAM,))
    withdraw_place(place, by=None, now=NOW + timedelta(days=30))
    place.refresh_from_db()
    assert place.expression.state == ExpressionOfInterest.State.WITHDRAWN
    assert place.seats.get().held_until == NOW.date() + timedelta(days=30)
