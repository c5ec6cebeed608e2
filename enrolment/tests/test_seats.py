"""Seats: people matched by mailbox and name, never more than the programme has."""

from datetime import timedelta

import pytest

from enrolment.errors import (
    AlreadySeated,
    NoSeatFree,
    PlaceNotAccepted,
    SeatAlreadyGivenUp,
    SeatNotBegun,
)
from enrolment.models import Participant
from enrolment.services.places import accept_place
from enrolment.services.seats import NamedSeat, give_up_seat, name_seat
from enrolment.tests.factories import NOW, make_accepted_place, make_participant, make_place
from mathshub.outbox.models import Message
from workgroups.models import Hub

TODAY = NOW.date()
SAM = NamedSeat(name="Sam Okafor", email="office@school.example")
ANA = NamedSeat(name="Ana Lima", email="office@school.example")


def test_a_shared_mailbox_is_not_one_person(hub: Hub) -> None:
    place = make_accepted_place(seats=(SAM, ANA))
    assert [seat.participant.name for seat in place.seats.all()] == ["Sam Okafor", "Ana Lima"]
    assert Message.objects.filter(kind="seat-named", recipient=SAM.email).count() == 2


def test_a_person_the_hub_knows_is_not_made_twice(hub: Hub) -> None:
    known = make_participant(name="Sam  OKAFOR", email="Office@School.example")
    seat = make_accepted_place(seats=(SAM,)).seats.get()
    assert seat.participant == known


def test_without_an_address_the_same_name_is_the_same_person_in_one_school_only(hub: Hub) -> None:
    elsewhere = make_accepted_place(seats=(NamedSeat(name="Sam Okafor"),))
    here = make_accepted_place(seats=(NamedSeat(name="Sam Okafor"),))
    assert elsewhere.seats.get().participant != here.seats.get().participant
    seat = here.seats.get()
    give_up_seat(seat, on=TODAY, by=None, now=NOW)
    again = name_seat(here, seat=NamedSeat(name="sam okafor"), by=None, now=NOW)
    assert again.participant == seat.participant


def test_names_may_follow(hub: Hub) -> None:
    place = make_accepted_place()
    first = name_seat(place, seat=SAM, by=None, now=NOW)
    second = name_seat(place, seat=ANA, by=None, now=NOW)
    assert [first.role, second.role] == ["lead", "participant"]


def test_no_more_people_than_seats(hub: Hub) -> None:
    place = make_accepted_place(seats=(SAM, ANA))
    with pytest.raises(NoSeatFree):
        name_seat(place, seat=NamedSeat(name="Jo Bell"), by=None, now=NOW)
    third = make_place()
    with pytest.raises(NoSeatFree):
        accept_place(third, seats=[SAM, ANA, NamedSeat(name="Jo Bell")], by=None, now=NOW)
    third.refresh_from_db()
    assert third.state == "offered"
    assert not Participant.objects.filter(name="Jo Bell").exists()


def test_nobody_sits_twice_in_one_place(hub: Hub) -> None:
    place = make_accepted_place(seats=(SAM,))
    with pytest.raises(AlreadySeated):
        name_seat(place, seat=SAM, by=None, now=NOW)


def test_seats_are_named_once_the_place_is_accepted(hub: Hub) -> None:
    with pytest.raises(PlaceNotAccepted):
        name_seat(make_place(), seat=SAM, by=None, now=NOW)


def test_a_seat_given_up_is_free_for_somebody_else_who_then_leads(hub: Hub) -> None:
    place = make_accepted_place(seats=(SAM, ANA))
    lead = place.seats.get(role="lead")
    give_up_seat(lead, on=TODAY, by=None, now=NOW)
    lead.refresh_from_db()
    assert lead.held_until == TODAY
    heir = name_seat(place, seat=NamedSeat(name="Jo Bell"), by=None, now=NOW)
    assert heir.role == "lead"


def test_a_seat_is_given_up_once_and_not_before_it_begins(hub: Hub) -> None:
    seat = make_accepted_place(seats=(SAM,)).seats.get()
    with pytest.raises(SeatNotBegun):
        give_up_seat(seat, on=TODAY - timedelta(days=1), by=None, now=NOW)
    give_up_seat(seat, on=TODAY, by=None, now=NOW)
    with pytest.raises(SeatAlreadyGivenUp):
        give_up_seat(seat, on=TODAY, by=None, now=NOW)
