"""The waiting list of a full briefing: told of a free seat, which goes to who takes it first."""

from datetime import datetime

from django.utils import timezone

from enrolment.errors import BookingEnded, BriefingClosed, BriefingFull
from enrolment.models import Briefing, BriefingBooking
from enrolment.services.briefings.drafts import SEAT_FREE, confirmation_of, draft_of
from enrolment.services.briefings.rows import locked_booking, locked_briefing
from enrolment.services.history import save_as
from enrolment.services.transactions import one_transaction
from mathshub.accounts.models import Account
from mathshub.outbox.services import queue_messages


@one_transaction
def take_free_seat(
    booking: BriefingBooking, *, by: Account | None, now: datetime
) -> BriefingBooking:
    """Give somebody who waits a seat that has come free; a second time changes nothing.

    Raises ``BriefingClosed``, ``BriefingFull`` and ``BookingEnded``.
    """
    briefing = locked_briefing(booking.briefing)
    booking = locked_booking(booking)
    if booking.is_booked:
        return booking
    if not booking.is_waiting:
        raise BookingEnded
    if not briefing.takes_bookings(now):
        raise BriefingClosed
    if not is_seat_free(briefing):
        raise BriefingFull
    give_seat(booking, by=by, now=now)
    queue_messages([confirmation_of(booking, now)], now=now)
    return booking


def is_seat_free(briefing: Briefing) -> bool:
    """Whether a seat is left; who acts on it has locked the briefing."""
    booked = BriefingBooking.objects.booked().filter(briefing=briefing).count()
    return briefing.seats_free(booked) != 0


def give_seat(booking: BriefingBooking, *, by: Account | None, now: datetime) -> None:
    booking.state = BriefingBooking.State.BOOKED
    save_as(booking, by=by, now=now, why="Took a seat that had come free")


def tell_those_who_wait(briefing: Briefing, now: datetime) -> None:
    """One e-mail a day at most: a seat is free, and goes to who takes it first."""
    if not (briefing.takes_bookings(now) and is_seat_free(briefing)):
        return
    day = timezone.localdate(now)
    waiting = BriefingBooking.objects.waiting().filter(briefing=briefing)
    drafts = [draft_of(SEAT_FREE, f"{briefing.pk}:{day}:{each.pk}", each) for each in waiting]
    queue_messages(drafts, now=now)
