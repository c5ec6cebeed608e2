"""Who came to a briefing, and writing to them afterwards."""

from collections.abc import Sequence
from datetime import datetime

from enrolment.errors import AttendanceNotTaken, BriefingNotOver, BriefingOver, NobodyToFollowUp
from enrolment.models import Briefing, BriefingBooking
from enrolment.services.briefings.drafts import FOLLOW_UP, draft_of
from enrolment.services.briefings.people import Person, active_booking_of
from enrolment.services.briefings.rows import locked_briefing
from enrolment.services.history import save_as, update_all_as
from enrolment.services.transactions import one_transaction
from mathshub.accounts.models import Account
from mathshub.outbox.services import queue_messages


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
    briefing = locked_briefing(briefing)
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
    briefing = locked_briefing(briefing)
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
        [draft_of(FOLLOW_UP, f"{booking.pk}", booking) for booking in bookings], now=now
    )


def _note_walk_in(person: Person, briefing: Briefing, *, by: Account | None, now: datetime) -> None:
    """Somebody who had booked after all is ticked, not entered twice."""
    known = active_booking_of(person, briefing) or _walk_in_like(person, briefing)
    if known is None:
        known = BriefingBooking(
            briefing=briefing,
            **vars(person),
            source=BriefingBooking.Source.DOOR,
            booked_at=now,
        )
    known.state, known.has_come = BriefingBooking.State.BOOKED, True
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
