"""Briefings: seats booked, waited for, given up; the briefing moved or called off; who came."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models.functions import Lower
from django.utils import timezone

from enrolment.errors import (
    AttendanceNotTaken,
    BookingEnded,
    BriefingClosed,
    BriefingFull,
    BriefingNotOver,
    BriefingOver,
    NobodyToFollowUp,
    SeatsBelowBooked,
    TooManyBookings,
)
from enrolment.models import Briefing, BriefingBooking, BriefingFlyer
from enrolment.services.history import save_as, update_all_as
from enrolment.services.transactions import one_transaction
from mathshub.accounts.models import Account
from mathshub.outbox.models import Message
from mathshub.outbox.services import Draft, cancel_messages, queue_messages
from workgroups.models import School

BOOKED = "briefing-booked"
WAITING = "briefing-waiting"
GIVEN_UP = "briefing-given-up"
SEAT_FREE = "briefing-seat-free"
CHANGED = "briefing-changed"
CANCELLED = "briefing-cancelled"
REMINDER = "briefing-reminder"
FOLLOW_UP = "briefing-follow-up"

WHY_MOVED = "the briefing was moved"
WHY_CANCELLED = "the briefing was cancelled"

# So that the form can't be used to fill somebody's mailbox: each booking makes one e-mail.
MOST_PER_ADDRESS = 3
WITHIN = timedelta(days=1)
# Several changes within so short a time are told once.
SETTLES_IN = timedelta(minutes=10)

State = BriefingBooking.State


@dataclass(frozen=True)
class Person:
    """Who comes. Either ``school`` is given or ``school_as_typed``."""

    name: str
    email: str
    role: str = BriefingBooking.Role.HEADTEACHER
    school: School | None = None
    school_as_typed: str = ""


@dataclass(frozen=True)
class Answer:
    """What came of a form: ``has_seat`` is what anybody would be told who sent it then."""

    booking: BriefingBooking
    has_seat: bool


@dataclass(frozen=True)
class Arrangements:
    """When, where and for how many a briefing is."""

    starts_at: datetime
    ends_at: datetime
    is_online: bool
    venue: str
    join_link: str
    capacity: int | None


def arrangements_of(briefing: Briefing) -> Arrangements:
    """As they stand."""
    return Arrangements(
        **{name: getattr(briefing, name) for name in Arrangements.__dataclass_fields__}
    )


# --- seats ---------------------------------------------------------------------------------


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
    e-mail once more, at most once a day, so that the answer tells nobody who has booked. Raises
    ``BriefingClosed``, ``BriefingFull``, ``TooManyBookings``, ``SomeoneElseIsChanging``.
    """
    briefing = _locked(briefing)
    if stored := BriefingBooking.objects.filter(form_token=form_token).first():
        return Answer(stored, stored.is_booked)
    if not briefing.takes_bookings(now):
        raise BriefingClosed
    is_free = is_seat_free(briefing)
    if not (is_free or waits):
        raise BriefingFull
    _refuse_flood(person.email, now)
    booking = _active_booking_of(person, briefing)
    if booking is None:
        state = State.BOOKED if is_free else State.WAITING
        booking = _store(person, briefing, form_token, state, source=source, by=by, now=now)
    elif booking.is_waiting and is_free:
        _give_seat(booking, by=by, now=now)
    queue_messages([_confirmation(booking, now)], now=now)
    return Answer(booking, is_free)


@one_transaction
def take_free_seat(
    booking: BriefingBooking, *, by: Account | None, now: datetime
) -> BriefingBooking:
    """Give somebody who waits a seat that has come free; a second time changes nothing.

    Raises ``BriefingClosed``, ``BriefingFull`` and ``BookingEnded``.
    """
    briefing = _locked(booking.briefing)
    booking = _locked_booking(booking)
    if booking.is_booked:
        return booking
    if not booking.is_waiting:
        raise BookingEnded
    if not briefing.takes_bookings(now):
        raise BriefingClosed
    if not is_seat_free(briefing):
        raise BriefingFull
    _give_seat(booking, by=by, now=now)
    queue_messages([_confirmation(booking, now)], now=now)
    return booking


@one_transaction
def cancel_booking(
    booking: BriefingBooking, *, by: Account | None, now: datetime
) -> BriefingBooking:
    """Give the seat up, or leave the list; a second time changes nothing.

    Who had a seat gets one e-mail, which takes the entry out of the calendar; those who wait for
    a seat are told. Raises ``BriefingClosed`` once the briefing has begun.
    """
    briefing = _locked(booking.briefing)
    booking = _locked_booking(booking)
    if booking.is_cancelled:
        return booking
    if not briefing.takes_bookings(now):
        raise BriefingClosed
    had_seat = booking.is_booked
    booking.state, booking.cancelled_at = State.CANCELLED, now
    save_as(booking, by=by, now=now, why="Cancelled the booking")
    if had_seat:
        queue_messages([_draft(GIVEN_UP, f"{booking.pk}", booking)], now=now)
        _tell_those_who_wait(briefing, now)
    return booking


@one_transaction
def renew_booking_link(
    booking: BriefingBooking, *, by: Account | None, now: datetime
) -> BriefingBooking:
    """The link sent so far stops working; a new one goes to the address as it is now.

    For an address that was mistyped, or a link in the wrong hands. Raises ``BookingEnded`` and
    ``BriefingClosed``.
    """
    booking = _locked_booking(booking)
    if booking.is_cancelled:
        raise BookingEnded
    if not booking.briefing.takes_bookings(now):
        raise BriefingClosed
    booking.link_generation += 1
    save_as(booking, by=by, now=now, why="Ended the link sent so far")
    for kind in (BOOKED, WAITING):
        cancel_messages(key_prefix=f"{kind}:{booking.pk}:", reason="a new link follows")
    queue_messages([_confirmation(booking, now)], now=now)
    return booking


# --- the briefing --------------------------------------------------------------------------


@one_transaction
def change_briefing(
    briefing: Briefing, *, to: Arrangements, by: Account | None, now: datetime
) -> int:
    """Move a briefing, or change its place, link or seats; returns how many are told.

    Everyone with a seat is told, ten minutes later, so that several changes make one e-mail.
    Reminders of the old time are stopped, and those of the new one planned. More seats are told
    to those who wait. Raises ``BriefingOver`` and ``SeatsBelowBooked``.
    """
    briefing = _locked(briefing)
    _refuse_over(briefing, now)
    booked = BriefingBooking.objects.booked().filter(briefing=briefing)
    number = booked.count()
    if to.capacity is not None and to.capacity < number:
        raise SeatsBelowBooked(number)
    was = arrangements_of(briefing)
    if to == was:
        return 0
    for name, value in asdict(to).items():
        setattr(briefing, name, value)
    tells = any(
        getattr(to, name) != getattr(was, name) for name in asdict(to) if name != "capacity"
    )
    briefing.sequence += tells
    save_as(briefing, by=by, now=now, why="Changed when, where or for how many it is")
    if was.starts_at != to.starts_at:
        _follow_with_reminders(briefing, was.starts_at)
    if tells:
        _tell_of_change(briefing, was, list(booked), now)
    _tell_those_who_wait(briefing, now)
    return booked.exclude(email="").count() if tells else 0


@one_transaction
def cancel_briefing(briefing: Briefing, *, by: Account | None, now: datetime, reason: str) -> int:
    """Call the briefing off; everyone with a seat, or waiting for one, is told. Returns how many.

    A second time changes nothing. Raises ``BriefingOver``.
    """
    briefing = _locked(briefing)
    if briefing.is_cancelled:
        return 0
    _refuse_over(briefing, now)
    briefing.cancelled_at = now
    briefing.sequence += 1
    save_as(briefing, by=by, now=now, why=f"Cancelled: {reason}")
    for kind in (REMINDER, CHANGED, SEAT_FREE):
        cancel_messages(key_prefix=f"{kind}:{briefing.pk}:", reason=WHY_CANCELLED)
    told = BriefingBooking.objects.filter(
        briefing=briefing, state__in=BriefingBooking.ACTIVE
    ).exclude(email="")
    drafts = [_draft(CANCELLED, f"{briefing.pk}:{booking.pk}", booking) for booking in told]
    return queue_messages(drafts, now=now)


@one_transaction
def take_attendance(
    briefing: Briefing,
    *,
    ticks: dict[int, bool],
    walk_ins: Sequence[Person] = (),
    by: Account | None,
    now: datetime,
) -> None:
    """Note who came: ``ticks`` by booking, and those who came without having booked.

    Bookings that are not in ``ticks`` stay as they are. Raises ``BriefingNotOver`` before it begins
    and ``BriefingOver`` for one that was cancelled.
    """
    briefing = _locked(briefing)
    if briefing.is_cancelled:
        raise BriefingOver
    if not briefing.has_begun(now):
        raise BriefingNotOver
    bookings = BriefingBooking.objects.booked().filter(briefing=briefing, pk__in=ticks)
    changed = [each for each in bookings.order_by("pk") if each.has_come != ticks[each.pk]]
    for booking in changed:
        booking.has_come = ticks[booking.pk]
    update_all_as(changed, ["has_come"], by=by, now=now, why="Noted who came")
    for person in walk_ins:
        _note_walk_in(person, briefing, by=by, now=now)
    briefing.attendance_taken_at = now
    save_as(briefing, by=by, now=now, why="Noted who came")


@one_transaction
def send_follow_up(briefing: Briefing, *, by: Account | None, now: datetime) -> int:
    """Thank those who came, write to those who did not, each once; returns how many.

    Raises ``BriefingNotOver``, ``AttendanceNotTaken`` and ``NobodyToFollowUp``.
    """
    briefing = _locked(briefing)
    if briefing.is_cancelled or not briefing.has_ended(now):
        raise BriefingNotOver
    if briefing.attendance_taken_at is None:
        raise AttendanceNotTaken
    bookings = list(BriefingBooking.objects.to_follow_up().filter(briefing=briefing).order_by("pk"))
    if not bookings:
        raise NobodyToFollowUp
    for booking in bookings:
        booking.followed_up_at = now
    update_all_as(bookings, ["followed_up_at"], by=by, now=now, why="Sent the follow-up")
    return queue_messages(
        [_draft(FOLLOW_UP, f"{booking.pk}", booking) for booking in bookings], now=now
    )


@one_transaction
def keep_flyer(briefing: Briefing, *, content: bytes, now: datetime) -> None:
    """Show this PDF instead of the flyer that is made from the data."""
    BriefingFlyer.objects.update_or_create(
        briefing=_locked(briefing),
        defaults={"content": content, "size": len(content), "uploaded_at": now},
    )


@one_transaction
def drop_flyer(briefing: Briefing) -> None:
    """Go back to the flyer that is made from the data."""
    BriefingFlyer.objects.filter(briefing=_locked(briefing)).delete()


# --- keys and drafts -----------------------------------------------------------------------


def reminder_prefix(briefing_pk: int, starts_at: datetime) -> str:
    """How the keys of all reminders of one time of a briefing begin."""
    return f"{REMINDER}:{briefing_pk}:{starts_at.astimezone(UTC):%Y%m%dT%H%M%SZ}:"


def _draft(kind: str, key: str, booking: BriefingBooking, **context: Any) -> Draft:
    """To the mailbox alone: who books may have typed anything as a name, and any address."""
    return Draft(
        kind=kind,
        key=f"{kind}:{key}",
        recipient=booking.email,
        context={"booking": booking.pk, **context},
    )


def _confirmation(booking: BriefingBooking, now: datetime) -> Draft:
    kind = BOOKED if booking.is_booked else WAITING
    day = timezone.localdate(now)
    return _draft(kind, f"{booking.pk}:{day}:{booking.link_generation}", booking)


def _locked(briefing: Briefing) -> Briefing:
    """The briefing's row, locked: who books, changes or ticks waits here."""
    return Briefing.objects.select_for_update(no_key=True).get(pk=briefing.pk)


def _locked_booking(booking: BriefingBooking) -> BriefingBooking:
    return BriefingBooking.objects.select_for_update(no_key=True).get(pk=booking.pk)


def is_seat_free(briefing: Briefing) -> bool:
    """Whether a seat is left; who acts on it has locked the briefing."""
    booked = BriefingBooking.objects.booked().filter(briefing=briefing).count()
    return briefing.seats_free(booked) != 0


def _active_booking_of(person: Person, briefing: Briefing) -> BriefingBooking | None:
    """What this person has booked already, as the constraint has it."""
    return (
        BriefingBooking.objects.filter(briefing=briefing, state__in=BriefingBooking.ACTIVE)
        .annotate(address=Lower("email"), person=Lower("name"))
        .filter(address=person.email.lower(), person=person.name.lower())
        .exclude(email="")
        .first()
    )


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
        name=person.name,
        email=person.email,
        role=person.role,
        school=person.school,
        school_as_typed=person.school_as_typed,
        form_token=form_token,
        state=state,
        source=source,
        booked_at=now,
    )
    save_as(booking, by=by, now=now, why=f"Booked: {booking.get_source_display()}")
    return booking


def _give_seat(booking: BriefingBooking, *, by: Account | None, now: datetime) -> None:
    booking.state = State.BOOKED
    save_as(booking, by=by, now=now, why="Took a seat that had come free")


def _note_walk_in(person: Person, briefing: Briefing, *, by: Account | None, now: datetime) -> None:
    """Somebody who had booked after all is ticked, not entered twice."""
    known = _active_booking_of(person, briefing) or _walk_in_like(person, briefing)
    if known is None:
        known = BriefingBooking(
            briefing=briefing,
            **{name: getattr(person, name) for name in Person.__dataclass_fields__},
            source=BriefingBooking.Source.DOOR,
            booked_at=now,
        )
    known.state, known.has_come = State.BOOKED, True
    save_as(known, by=by, now=now, why="Came without having booked")


def _walk_in_like(person: Person, briefing: Briefing) -> BriefingBooking | None:
    """The same page sent twice: somebody without an address is told by name and school."""
    rows = BriefingBooking.objects.filter(
        briefing=briefing,
        source=BriefingBooking.Source.DOOR,
        email="",
        name__iexact=person.name,
        school=person.school,
        school_as_typed=person.school_as_typed,
    )
    return None if person.email else rows.first()


def _refuse_over(briefing: Briefing, now: datetime) -> None:
    if briefing.is_cancelled or briefing.has_begun(now):
        raise BriefingOver


def _tell_those_who_wait(briefing: Briefing, now: datetime) -> None:
    """One e-mail a day at most: a seat is free, and goes to who takes it first."""
    if not (briefing.takes_bookings(now) and is_seat_free(briefing)):
        return
    day = timezone.localdate(now)
    waiting: Collection[BriefingBooking] = BriefingBooking.objects.waiting().filter(
        briefing=briefing
    )
    drafts = [_draft(SEAT_FREE, f"{briefing.pk}:{day}:{each.pk}", each) for each in waiting]
    queue_messages(drafts, now=now)


def _tell_of_change(
    briefing: Briefing, was: Arrangements, booked: list[BriefingBooking], now: datetime
) -> None:
    """What was told last counts as the old time: notices that still wait are replaced."""
    prefix = f"{CHANGED}:{briefing.pk}:"
    waiting = Message.objects.waiting().filter(key__startswith=prefix).order_by("pk").first()
    old = waiting.context["was"] if waiting else was.starts_at.isoformat()
    cancel_messages(key_prefix=prefix, reason="another change followed")
    drafts = [
        _draft(CHANGED, f"{briefing.pk}:{briefing.sequence}:{each.pk}", each, was=old)
        for each in booked
        if each.email
    ]
    settled_at = now + SETTLES_IN
    queue_messages([replace(draft, due_at=settled_at) for draft in drafts], now=now)


def _follow_with_reminders(briefing: Briefing, old_start: datetime) -> None:
    """Stop reminders of the old time; a briefing that moves back gets those it had again.

    A key is used once for ever, so without this a briefing moved to and fro would not remind.
    """
    cancel_messages(key_prefix=reminder_prefix(briefing.pk, old_start), reason=WHY_MOVED)
    Message.objects.filter(
        key__startswith=reminder_prefix(briefing.pk, briefing.starts_at),
        state=Message.State.CANCELLED,
        state_reason=WHY_MOVED,
    ).update(state=Message.State.QUEUED, state_reason="", claim=None, lease_until=None)
