"""When, where and for how many a briefing is: moved, changed, called off."""

from dataclasses import dataclass, replace
from datetime import datetime

from enrolment.errors import BriefingOver, SeatsBelowBooked
from enrolment.models import Briefing, BriefingBooking
from enrolment.services.briefings.drafts import (
    CANCELLED,
    CHANGED,
    REMINDER,
    SEAT_FREE,
    WHY_CANCELLED,
    WHY_MOVED,
    draft_of,
    reminder_prefix,
)
from enrolment.services.briefings.rows import locked_briefing
from enrolment.services.briefings.waiting_list import tell_those_who_wait
from enrolment.services.history import save_as
from enrolment.services.transactions import one_transaction
from mathshub.accounts.models import Account
from mathshub.outbox.notices import SETTLES_IN, follow_to_new_time, take_back_notices
from mathshub.outbox.services import cancel_messages, queue_messages


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


@one_transaction
def change_briefing(
    briefing: Briefing, *, to: Arrangements, by: Account | None, now: datetime
) -> int:
    """Move a briefing, or change its place, link or seats; returns how many are told.

    Everyone with a seat is told, ten minutes later, so that several changes make one e-mail.
    Reminders of the old time are stopped, and those of the new one planned. More seats are told
    to those who wait. Raises ``BriefingOver`` and ``SeatsBelowBooked``.
    """
    briefing = locked_briefing(briefing)
    _refuse_over(briefing, now)
    booked = list(BriefingBooking.objects.booked().filter(briefing=briefing))
    if to.capacity is not None and to.capacity < len(booked):
        raise SeatsBelowBooked(len(booked))
    was = arrangements_of(briefing)
    if to == was:
        return 0
    for name, value in vars(to).items():
        setattr(briefing, name, value)
    tells = replace(to, capacity=was.capacity) != was
    briefing.sequence += tells
    save_as(briefing, by=by, now=now, why="Changed when, where or for how many it is")
    if was.starts_at != to.starts_at:
        follow_to_new_time(
            old_prefix=reminder_prefix(briefing.pk, was.starts_at),
            new_prefix=reminder_prefix(briefing.pk, briefing.starts_at),
            reason=WHY_MOVED,
        )
    told = [each for each in booked if each.email] if tells else []
    if tells:
        _tell_of_change(briefing, was, told, now)
    tell_those_who_wait(briefing, now)
    return len(told)


@one_transaction
def cancel_briefing(briefing: Briefing, *, by: Account | None, now: datetime, reason: str) -> int:
    """Call the briefing off; everyone with a seat, or waiting for one, is told. Returns how many.

    A second time changes nothing. Raises ``BriefingOver``.
    """
    briefing = locked_briefing(briefing)
    if briefing.is_cancelled:
        return 0
    _refuse_over(briefing, now)
    briefing.cancelled_at = now
    briefing.sequence += 1
    save_as(briefing, by=by, now=now, why=f"Cancelled: {reason}")
    for kind in (REMINDER, CHANGED, SEAT_FREE):
        cancel_messages(key_prefix=f"{kind}:{briefing.pk}:", reason=WHY_CANCELLED)
    told = BriefingBooking.objects.active().filter(briefing=briefing).exclude(email="")
    drafts = [draft_of(CANCELLED, f"{briefing.pk}:{booking.pk}", booking) for booking in told]
    return queue_messages(drafts, now=now)


def _refuse_over(briefing: Briefing, now: datetime) -> None:
    if not briefing.is_to_come(now):
        raise BriefingOver


def _tell_of_change(
    briefing: Briefing, was: Arrangements, told: list[BriefingBooking], now: datetime
) -> None:
    """What each was told last counts as the old time: notices that still wait are replaced."""
    known = {
        each["booking"]: each["was"]
        for each in take_back_notices(key_prefix=f"{CHANGED}:{briefing.pk}:")
    }
    now_old = was.starts_at.isoformat()
    drafts = [
        draft_of(
            *(CHANGED, f"{briefing.pk}:{briefing.sequence}:{each.pk}", each),
            was=known.get(each.pk, now_old),
        )
        for each in told
    ]
    settled_at = now + SETTLES_IN
    queue_messages([replace(draft, due_at=settled_at) for draft in drafts], now=now)
