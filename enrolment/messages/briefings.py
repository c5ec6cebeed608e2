"""Messages about briefings. None repeats what somebody typed: anyone may name any address."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from enrolment.briefing_calendar import calendar_attachment
from enrolment.messages.briefing_reminders import (
    foresee_briefing_reminders,
    plan_briefing_reminders,
)
from enrolment.models import Briefing, BriefingBooking
from enrolment.services.briefings import (
    BOOKED,
    CANCELLED,
    CHANGED,
    FOLLOW_UP,
    GIVEN_UP,
    REMINDER,
    SEAT_FREE,
    WAITING,
    WHY_CANCELLED,
    WHY_MOVED,
    is_seat_free,
    reminder_prefix,
)
from enrolment.wording import WORDED_BRIEFING, WORDED_FOLLOW_UP
from mathshub.links import absolute, make_token
from mathshub.outbox.kinds import Kind, Letter, register, register_foreseer, register_planner
from mathshub.outbox.models import Message

BEGUN = "the briefing has begun"
NOT_BOOKED = "the booking was cancelled"
Fact = tuple[str, ...]
Priority = Message.Priority


def render_booked(message: Message, now: datetime) -> Letter:
    """To who booked: the seat is held, when and where, the way in, the calendar file."""
    return _letter(_booking(message), "booked", attaches=True)


def render_waiting(message: Message, now: datetime) -> Letter:
    """To who waits: there is no seat yet, and how to leave the list."""
    return _letter(_booking(message), "waiting", joins=False)


def render_given_up(message: Message, now: datetime) -> Letter:
    """To who cancelled: the seat is given up, and leaves the calendar."""
    letter = _letter(_booking(message), "given_up", joins=False, attaches=True)
    briefing = letter.context["briefing"]
    letter.context["briefing_url"] = absolute(message.hub, "enrolment:show_briefing", briefing.pk)
    return letter


def render_seat_free(message: Message, now: datetime) -> Letter:
    """To who waits: a seat is free for who takes it first."""
    return _letter(_booking(message), "seat_free", joins=False)


def render_changed(message: Message, now: datetime) -> Letter:
    """To who booked: what it was, what it is now; the calendar file follows."""
    booking = _booking(message)
    was = Briefing(starts_at=datetime.fromisoformat(message.context["was"]))
    was.ends_at = was.starts_at
    has_moved = was.starts_at != booking.briefing.starts_at
    old: list[Fact] = [("Was on", f"{was.day}, {was.hours[:5]}")] if has_moved else []
    return _letter(booking, "changed", attaches=True, before=old, has_moved=has_moved)


def render_cancelled(message: Message, now: datetime) -> Letter:
    """To who booked or waits: the briefing does not take place; others do."""
    booking = _booking(message)
    letter = _letter(booking, "cancelled", joins=False, attaches=booking.is_booked)
    letter.context["others_url"] = absolute(message.hub, "enrolment:list_briefings")
    return letter


def render_reminder(message: Message, now: datetime) -> Letter:
    """To who booked: when and where, and how to give the seat up."""
    return _letter(_booking(message), "reminder")


def render_follow_up(message: Message, now: datetime) -> Letter:
    """To who came, or booked and did not come: the way to the form, the school filled in."""
    booking = _booking(message)
    return follow_up_letter(booking, message.hub)


def follow_up_letter(booking: BriefingBooking, hub: Any) -> Letter:
    """What ``render_follow_up`` sends; a preview shows the same."""
    link = absolute(hub, "enrolment:choose_offering")
    if booking.school:
        link = f"{link}?{urlencode({'urn': booking.school.urn})}"
    return Letter(
        template=_template("follow_up"),
        context={"briefing": booking.briefing, "booking": booking, "interest_url": link},
    )


# --- why not -------------------------------------------------------------------------------


def why_booked_is_unwanted(message: Message, now: datetime) -> str:
    return _why_not(_booking(message), now, BriefingBooking.State.BOOKED)


def why_waiting_is_unwanted(message: Message, now: datetime) -> str:
    return _why_not(_booking(message), now, BriefingBooking.State.WAITING)


def why_given_up_is_unwanted(message: Message, now: datetime) -> str:
    return ""


def why_seat_free_is_unwanted(message: Message, now: datetime) -> str:
    booking = _booking(message)
    if reason := _why_not(booking, now, BriefingBooking.State.WAITING):
        return reason
    return "" if is_seat_free(booking.briefing) else "the seat has been taken"


def why_changed_is_unwanted(message: Message, now: datetime) -> str:
    return _why_not(_booking(message), now, BriefingBooking.State.BOOKED)


def why_cancelled_is_unwanted(message: Message, now: datetime) -> str:
    return BEGUN if _booking(message).briefing.has_begun(now) else ""


def why_reminder_is_unwanted(message: Message, now: datetime) -> str:
    booking = _booking(message)
    if reason := _why_not(booking, now, BriefingBooking.State.BOOKED):
        return reason
    briefing = booking.briefing
    is_of_now = message.key.startswith(reminder_prefix(briefing.pk, briefing.starts_at))
    return "" if is_of_now else WHY_MOVED


def why_follow_up_is_unwanted(message: Message, now: datetime) -> str:
    return "" if _booking(message).is_booked else NOT_BOOKED


def _why_not(booking: BriefingBooking, now: datetime, state: BriefingBooking.State) -> str:
    if booking.state != state:
        return NOT_BOOKED if booking.is_cancelled else "the booking has changed"
    if booking.briefing.is_cancelled:
        return WHY_CANCELLED
    return BEGUN if booking.briefing.has_begun(now) else ""


# --- what they share -----------------------------------------------------------------------


def _template(name: str) -> str:
    return f"enrolment/email/briefing_{name}"


def _booking(message: Message) -> BriefingBooking:
    return BriefingBooking.objects.select_related(
        "hub", "school", "briefing__local_authority", "briefing__academic_year"
    ).get(pk=message.context["booking"])


def _letter(
    booking: BriefingBooking,
    name: str,
    *,
    joins: bool = True,
    attaches: bool = False,
    before: list[Fact] | None = None,
    **context: Any,
) -> Letter:
    """``joins`` says the link to join, ``attaches`` adds the calendar file."""
    token = make_token("booking", booking.pk, booking.link_generation)
    return Letter(
        template=_template(name),
        context={
            "briefing": booking.briefing,
            "booking": booking,
            "facts": [*(before or []), *_facts(booking, joins=joins)],
            "manage_url": absolute(booking.hub, "enrolment:manage_booking", token),
            **context,
        },
        attachments=[calendar_attachment(booking, booking.hub)] if attaches else [],
    )


def _facts(booking: BriefingBooking, *, joins: bool) -> list[Fact]:
    briefing = booking.briefing
    join = (briefing.join_link, "Join online") if joins and briefing.join_link else ()
    facts: list[Fact] = [("When", briefing.when), ("Where", briefing.where, *join)]
    if booking.school:
        facts.append(("For", f"{booking.get_role_display()}, {booking.school}"))
    return facts


def _register(
    name: str,
    label: str,
    render: Callable[[Message, datetime], Letter],
    unwanted: Callable[[Message, datetime], str],
    priority: Priority = Priority.IMMEDIATE,
) -> None:
    template = _template(name.removeprefix("briefing-").replace("-", "_"))
    register(
        Kind(
            name=name,
            label=label,
            render=render,
            unwanted=unwanted,
            priority=priority,
            template=template,
            expires_after=timedelta(hours=72),
            leaves_by_day=name == REMINDER,
            worded=WORDED_FOLLOW_UP if name == FOLLOW_UP else WORDED_BRIEFING,
        )
    )


_register(BOOKED, "briefing booked", render_booked, why_booked_is_unwanted)
_register(WAITING, "waits for a seat at a briefing", render_waiting, why_waiting_is_unwanted)
_register(GIVEN_UP, "seat at a briefing given up", render_given_up, why_given_up_is_unwanted)
_register(
    *(SEAT_FREE, "seat at a briefing came free", render_seat_free, why_seat_free_is_unwanted),
    Priority.CHANGE,
)
_register(CHANGED, "briefing changed", render_changed, why_changed_is_unwanted, Priority.CHANGE)
_register(
    *(CANCELLED, "briefing cancelled", render_cancelled, why_cancelled_is_unwanted),
    Priority.CHANGE,
)
_register(
    REMINDER, "briefing reminder", render_reminder, why_reminder_is_unwanted, Priority.REMINDER
)
_register(
    *(FOLLOW_UP, "after a briefing", render_follow_up, why_follow_up_is_unwanted),
    Priority.REMINDER,
)
register_planner(plan_briefing_reminders)
register_foreseer(foresee_briefing_reminders)
