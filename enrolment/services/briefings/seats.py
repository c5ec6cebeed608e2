"""Seats at a briefing: booked, given up, and the link that leads to them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from enrolment.errors import BookingEnded, BriefingClosed, BriefingFull, TooManyBookings
from enrolment.models import Briefing, BriefingBooking
from enrolment.services.briefings.drafts import (
    BOOKED,
    GIVEN_UP,
    WAITING,
    confirmation_of,
    draft_of,
)
from enrolment.services.briefings.people import Person, active_booking_of
from enrolment.services.briefings.rows import locked_booking, locked_briefing
from enrolment.services.briefings.waiting_list import give_seat, is_seat_free, tell_those_who_wait
from enrolment.services.history import save_as
from enrolment.services.three_a_day import has_pressed_enough
from enrolment.services.transactions import one_transaction
from mathshub.accounts.models import Account
from mathshub.outbox.services import cancel_messages, queue_messages

# So that the form can't be used to fill somebody's mailbox: each booking makes one e-mail.
MOST_PER_ADDRESS = 3
WITHIN = timedelta(days=1)

State = BriefingBooking.State


@dataclass(frozen=True)
class Answer:
    """What came of a form: ``has_seat`` is what anybody would be told who sent it then."""

    booking: BriefingBooking
    has_seat: bool


@one_transaction
def book_seat(
    person: Person,
    *,
    briefing: Briefing,
    form_token: UUID,
    waits: bool = False,
    source: BriefingBooking.Source = BriefingBooking.Source.WEB,
    by: Account | None,
    now: datetime,
) -> Answer:
    """Book a seat, or with ``waits`` a place among those who are told when one comes free.

    The same form token again gives what was stored first. Who has booked already gets the same
    e-mail once more, at most once a day, so that the answer tells nobody who has booked. An address
    that has had its three e-mails of the day gets none, unless staff book for it. Raises
    ``BriefingClosed``, ``BriefingFull``, ``TooManyBookings``, ``SomeoneElseIsChanging``.
    """
    briefing = locked_briefing(briefing)
    if stored := BriefingBooking.objects.filter(form_token=form_token).first():
        return Answer(stored, stored.is_booked)
    if not briefing.takes_bookings(now):
        raise BriefingClosed
    is_free = is_seat_free(briefing)
    if not (is_free or waits):
        raise BriefingFull
    _refuse_flood(person.email, now)
    booking = active_booking_of(person, briefing)
    if booking is None:
        state = State.BOOKED if is_free else State.WAITING
        booking = _store(person, briefing, form_token, state, source=source, by=by, now=now)
    elif booking.is_waiting and is_free:
        give_seat(booking, by=by, now=now)
    if by is not None or not has_pressed_enough(person.email, now=now):
        queue_messages([confirmation_of(booking, now)], now=now)
    return Answer(booking, is_free)


@one_transaction
def cancel_booking(
    booking: BriefingBooking, *, by: Account | None, now: datetime
) -> BriefingBooking:
    """Give the seat up, or leave the list; a second time changes nothing.

    Who had a seat gets one e-mail, which takes the entry out of the calendar; those who wait for
    a seat are told. Raises ``BriefingClosed`` once the briefing has begun.
    """
    briefing = locked_briefing(booking.briefing)
    booking = locked_booking(booking)
    if booking.is_cancelled:
        return booking
    if not briefing.takes_bookings(now):
        raise BriefingClosed
    had_seat = booking.is_booked
    booking.state, booking.cancelled_at = State.CANCELLED, now
    save_as(booking, by=by, now=now, why="Cancelled the booking")
    if had_seat:
        queue_messages([draft_of(GIVEN_UP, f"{booking.pk}", booking)], now=now)
        tell_those_who_wait(briefing, now)
    return booking


@one_transaction
def renew_booking_link(
    booking: BriefingBooking, *, by: Account | None, now: datetime
) -> BriefingBooking:
    """The link sent so far stops working; a new one goes to the address as it is now.

    For an address that was mistyped, or a link in the wrong hands. Raises ``BookingEnded`` and
    ``BriefingClosed``.
    """
    booking = locked_booking(booking)
    if booking.is_cancelled:
        raise BookingEnded
    if not booking.briefing.takes_bookings(now):
        raise BriefingClosed
    booking.link_generation += 1
    save_as(booking, by=by, now=now, why="Ended the link sent so far")
    for kind in (BOOKED, WAITING):
        cancel_messages(key_prefix=f"{kind}:{booking.pk}:", reason="a new link follows")
    queue_messages([confirmation_of(booking, now)], now=now)
    return booking


def _refuse_flood(address: str, now: datetime) -> None:
    recent = BriefingBooking.objects.filter(booked_at__gt=now - WITHIN, email__iexact=address)
    if recent.count() >= MOST_PER_ADDRESS:
        raise TooManyBookings


def _store(
    person: Person,
    briefing: Briefing,
    form_token: UUID,
    state: State,
    *,
    source: BriefingBooking.Source,
    by: Account | None,
    now: datetime,
) -> BriefingBooking:
    booking = BriefingBooking(
        briefing=briefing,
        **vars(person),
        form_token=form_token,
        state=state,
        source=source,
        booked_at=now,
    )
    save_as(booking, by=by, now=now, why=f"Booked: {booking.get_source_display()}")
    return booking
