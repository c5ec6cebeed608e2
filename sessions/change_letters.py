"""Letters about one session that has changed or was cancelled: what it was, what it is, what is next."""

from datetime import datetime
from typing import Any

from enrolment.models import Seat
from mathshub.outbox.kinds import Kind, Letter, register
from mathshub.outbox.models import Message
from sessions.calendars import session_attachment
from sessions.messages import (
    Fact,
    apologies_of,
    joining_facts,
    own_links,
    own_year,
    seat_of,
    sessions_of,
    why_not_to_seat,
)
from sessions.models import Session
from sessions.notices import CANCELLED, CHANGED, Arrangement, arrangement_of
from sessions.times import london_day
from sessions.wording import WORDED_SESSION
from sessions.words import when, where
from workgroups.models import WorkGroup

CHANGED_TEMPLATE = "sessions/email/session_changed"
CANCELLED_TEMPLATE = "sessions/email/session_cancelled"
OVER = "the session is over"


def render_session_changed(message: Message, now: datetime) -> Letter:
    """To a participant: what has changed, from what they knew to what it is now."""
    seat = _seat(message)
    session, was = _session(message, seat), _was(message)
    moved = (was.starts_at, was.ends_at) != (session.starts_at, session.ends_at)
    facts = _changed_facts(session, was)
    same_day = bool(
        was.starts_at
        and session.starts_at
        and london_day(was.starts_at) == london_day(session.starts_at)
    )
    return _letter(
        *(CHANGED_TEMPLATE, message, seat, session, now),
        facts=facts,
        has_moved=moved,
        stays_on_its_day=same_day,
    )


def why_session_changed_is_unwanted(message: Message, now: datetime) -> str:
    seat = seat_of(message)
    if seat is None:
        return why_not_to_seat(seat, message, on=now)
    session, was = _session(message, seat), _was(message)
    if session.state != Session.State.PUBLISHED:
        return "the session was cancelled"
    if was == arrangement_of(session):
        return "it is again as it was"
    return _why_not(seat, session, was, message, now)


def render_session_cancelled(message: Message, now: datetime) -> Letter:
    """To a participant: the session that they know of does not take place; the next one does."""
    seat = _seat(message)
    session, was = _session(message, seat), _was(message)
    facts: list[Fact] = [("Was on", was.when), ("Session", _named(session))]
    return _letter(CANCELLED_TEMPLATE, message, seat, session, now, facts=facts)


def why_session_cancelled_is_unwanted(message: Message, now: datetime) -> str:
    seat = seat_of(message)
    if seat is None:
        return why_not_to_seat(seat, message, on=now)
    session = _session(message, seat)
    if session.state != Session.State.CANCELLED:
        return "the session takes place"
    return _why_not(seat, session, _was(message), message, now)


def _seat(message: Message) -> Seat:
    seat = seat_of(message)
    assert seat is not None, "the seat was there a moment ago"
    return seat


def _session(message: Message, seat: Seat) -> Session:
    session = Session.objects.get(pk=message.context["session"])
    session.work_group = seat.place.work_group
    return session


def _was(message: Message) -> Arrangement:
    return Arrangement.of_context(message.context["was"])


def _why_not(
    seat: Seat, session: Session, was: Arrangement, message: Message, now: datetime
) -> str:
    group: WorkGroup = session.work_group
    over_at = session.ends_at or was.ends_at
    if over_at and over_at <= now:
        return OVER
    if not group.is_public:
        return "the Work Group has finished or was cancelled"
    if not group.offering.messages_on:
        return "messages of the offering are off"
    known = [at for at in (was.starts_at, session.starts_at) if at]
    return why_not_to_seat(seat, message, on=min(known, default=now))


def _letter(
    template: str, message: Message, seat: Seat, session: Session, now: datetime, **said: Any
) -> Letter:
    """``next_facts`` are those of the next session, where it is another one."""
    was = _was(message)
    year = own_year(
        seat, sessions_of(work_group=seat.place.work_group), apologies_of(seat=seat), now
    )
    coming = year["next_session"]
    is_other = coming is not None and coming.pk != session.pk
    attachment = session_attachment(session, seat, message.hub, was=(was.starts_at, was.ends_at))
    return Letter(
        template=template,
        context={
            "session": session,
            "was": was,
            "school": seat.place.school,
            "next_facts": joining_facts(coming, year["leads"]) if is_other else [],
            **own_links(message.hub, seat.participant),
            **year,
            **said,
        },
        attachments=[attachment] if attachment else [],
        programme=year["programme"].pk,
    )


def _named(session: Session) -> str:
    return f"{session.number}: {session.title}" if session.title else str(session.number)


def _changed_facts(session: Session, was: Arrangement) -> list[Fact]:
    """As in every letter; below what has changed stands what it was."""
    old = Session(starts_at=was.starts_at, ends_at=was.ends_at, mode=was.mode, venue=was.venue)
    join = (session.join_link, "Join online") if session.join_link and session.starts_at else ()
    facts: list[Fact] = [
        ("When", _with_before(when(session), when(old))),
        ("How", _with_before(session.get_mode_display(), old.get_mode_display())),
        ("Where", _with_before(where(session), where(old)), *join),
    ]
    if join and was.link and arrangement_of(session).link != was.link:
        facts.append(("Link", "It is a new one; the earlier link no longer counts"))
    if session.bring:
        facts.append(("Bring", session.bring))
    return facts


def _with_before(now: str, before: str) -> str:
    return now if now == before else f"{now}\n(before: {before})"


register(
    Kind(
        name=CHANGED,
        label="session changed",
        render=render_session_changed,
        unwanted=why_session_changed_is_unwanted,
        priority=Message.Priority.CHANGE,
        template=CHANGED_TEMPLATE,
        worded=WORDED_SESSION,
    )
)
register(
    Kind(
        name=CANCELLED,
        label="session cancelled",
        render=render_session_cancelled,
        unwanted=why_session_cancelled_is_unwanted,
        priority=Message.Priority.CHANGE,
        template=CANCELLED_TEMPLATE,
        worded=WORDED_SESSION,
    )
)
