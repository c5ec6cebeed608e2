"""Seats: who sits in a school's place, from which day to which."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from enrolment.errors import (
    AlreadySeated,
    NoSeatFree,
    PlaceNotAccepted,
    SeatAlreadyGivenUp,
    SeatNotBegun,
)
from enrolment.models import IntendedParticipant, Participant, Place, Seat
from enrolment.services.history import save_as
from enrolment.services.transactions import one_transaction
from mathshub.accounts.models import Account
from mathshub.outbox.services import Draft, queue_messages

SEAT_NAMED = "seat-named"
"""The kind of message with the personal page's link; registered by ``sessions``."""


@dataclass(frozen=True)
class NamedSeat:
    """A person named for a seat. The address may be blank, or a mailbox that several share."""

    name: str
    email: str = ""
    role: str = Participant.Role.TEACHER
    year_group: str = ""  # of IntendedParticipant.YearGroup, where it was asked

    @property
    def year_group_words(self) -> str:
        return IntendedParticipant.YearGroup(self.year_group).label if self.year_group else ""


@one_transaction
def name_seat(place: Place, *, seat: NamedSeat, by: Account | None, now: datetime) -> Seat:
    """Give one more person a seat in an accepted place, and tell them.

    Raises ``PlaceNotAccepted``, ``NoSeatFree``, ``AlreadySeated``.
    """
    return fill_seats(lock_place(place), seats=[seat], by=by, now=now)[0]


@one_transaction
def give_up_seat(seat: Seat, *, on: date, by: Account | None, now: datetime) -> Seat:
    """End a seat; ``on`` is its last day, in London.

    Messages to the seat that still wait find that out when they are about to be sent.
    Raises ``SeatAlreadyGivenUp``, ``SeatNotBegun``.
    """
    lock_place(seat.place)
    seat = Seat.objects.get(pk=seat.pk)
    if seat.held_until is not None:
        raise SeatAlreadyGivenUp(seat.held_until)
    if on < seat.held_from:
        raise SeatNotBegun(seat.held_from)
    _end(seat, on=on, by=by, now=now, why="Gave up the seat")
    return seat


def lock_place(place: Place) -> Place:
    """The place as it is now, locked until the transaction ends."""
    return (
        Place.objects.select_for_update(of=("self",), no_key=True)
        .select_related("work_group__offering__programme", "school")
        .get(pk=place.pk)
    )


def fill_seats(
    place: Place, *, seats: Sequence[NamedSeat], by: Account | None, now: datetime
) -> list[Seat]:
    """Seat the people in a place that the caller has locked; the first seat of a place leads.

    Raises ``PlaceNotAccepted``, ``NoSeatFree``, ``AlreadySeated``.
    """
    if place.state != Place.State.ACCEPTED:
        raise PlaceNotAccepted(place.get_state_display())
    today = timezone.localdate(now)
    taken = list(Seat.objects.taken(today).filter(place=place))
    limit = place.work_group.offering.programme.seats_per_school
    if len(taken) + len(seats) > limit:
        raise NoSeatFree(limit)
    named = [_seat(person, in_place=place, beside=taken, by=by, now=now) for person in seats]
    queue_messages([_seat_named(seat) for seat in named if seat.participant.email], now=now)
    return named


def end_seats(place: Place, *, by: Account | None, now: datetime, why: str) -> None:
    """End all seats of a place today, those that begin later on their first day."""
    today = timezone.localdate(now)
    for seat in place.seats.filter(held_until=None).order_by("pk"):
        _end(seat, on=max(today, seat.held_from), by=by, now=now, why=why)


def _seat(
    person: NamedSeat,
    *,
    in_place: Place,
    beside: list[Seat],
    by: Account | None,
    now: datetime,
) -> Seat:
    """A new seat for the person; it joins ``beside``, the seats that are taken."""
    participant = _known_participant(person, in_place) or _new_participant(
        person, in_place, by=by, now=now
    )
    if any(seat.participant_id == participant.pk for seat in beside):
        raise AlreadySeated(participant.name)
    led = any(seat.role == Seat.Role.LEAD for seat in beside)
    seat = Seat(
        place=in_place,
        participant=participant,
        role=Seat.Role.PARTICIPANT if led else Seat.Role.LEAD,
        held_from=timezone.localdate(now),
    )
    save_as(seat, by=by, now=now, why=f"Named for a seat in {in_place.work_group}")
    beside.append(seat)
    return seat


def _known_participant(person: NamedSeat, place: Place) -> Participant | None:
    """The hub's participant of that address and name; without an address, of that school and name.

    The address alone does not do: schools share mailboxes, so it may be somebody else's too.
    """
    candidates = Participant.objects.filter(email__iexact=person.email).order_by("pk")
    if not person.email:
        candidates = candidates.filter(school=place.school)
    wanted = _folded(person.name)
    return next((known for known in candidates if _folded(known.name) == wanted), None)


def _new_participant(
    person: NamedSeat, place: Place, *, by: Account | None, now: datetime
) -> Participant:
    participant = Participant(
        name=person.name, email=person.email, role=person.role, school=place.school
    )
    save_as(participant, by=by, now=now, why=f"Named by {place.school}")
    return participant


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _end(seat: Seat, *, on: date, by: Account | None, now: datetime, why: str) -> None:
    seat.held_until = on
    save_as(seat, by=by, now=now, why=why)


def _seat_named(seat: Seat) -> Draft:
    return Draft(
        kind=SEAT_NAMED,
        key=f"{SEAT_NAMED}:{seat.pk}",
        recipient=seat.participant.email,
        recipient_name=seat.participant.name,
        context={"seat": seat.pk},
        school_id=seat.place.school_id,
        work_group_id=seat.place.work_group_id,
        participant_id=seat.participant_id,
    )
