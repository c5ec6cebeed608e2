"""Create, publish, move and cancel sessions; what calendars and reminders need goes with it."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max

from enrolment.services.history import delete_as, save_as
from enrolment.services.transactions import one_transaction
from mathshub.accounts.models import Account
from mathshub.outbox.notices import follow_to_new_time
from mathshub.outbox.services import cancel_messages
from sessions import notices, reminders
from sessions.errors import (
    BadTimes,
    DayTaken,
    NoMoreSessions,
    SessionIsCancelled,
    SessionIsOver,
    SessionNotPublished,
)
from sessions.models import Apology, Session
from sessions.services.planner import PlannedSession
from sessions.times import london_day
from sessions.words import when
from workgroups.models import WorkGroup

MOVED = "the session was moved"
CANCELLED = "the session was cancelled"


@one_transaction
def create_sessions(
    work_group: WorkGroup,
    *,
    planned: Iterable[PlannedSession],
    by: Account | None,
    now: datetime,
) -> list[Session]:
    """Write planned sessions, numbered on from the last one; participants see them once published.

    Raises ``NoMoreSessions``, and ``DayTaken`` when the form was sent twice.
    """
    group = _locked(work_group)
    if not group.takes_schools:
        raise NoMoreSessions(f"{group} is {group.get_state_display()}: it takes no more sessions.")
    wanted = list(planned)
    _refuse_taken_days(group, wanted)
    number = group.sessions.aggregate(last=Max("number"))["last"] or 0
    sessions = [
        Session(
            work_group=group,
            number=number + position,
            mode=each.mode,
            starts_at=each.starts_at,
            ends_at=each.ends_at,
            venue="" if each.mode == Session.Mode.VIRTUAL else group.usual_venue,
        )
        for position, each in enumerate(wanted, start=1)
    ]
    for session in sessions:
        save_as(session, by=by, now=now, why="Planned")
    return sessions


@one_transaction
def publish_sessions(work_group: WorkGroup, *, by: Account | None, now: datetime) -> int:
    """Show the group's planned sessions to its participants; returns how many were planned.

    From then on they stand on pages and in calendars, reminders go out, and none is deleted.
    """
    group = _locked(work_group)
    planned = list(group.sessions.filter(state=Session.State.PLANNED))
    for session in planned:
        session.state = Session.State.PUBLISHED
        save_as(session, by=by, now=now, why="Published")
    return len(planned)


@one_transaction
def move_session(
    session: Session,
    *,
    starts_at: datetime | None,
    ends_at: datetime | None,
    mode: str | None = None,
    venue: str | None = None,
    join_link: str | None = None,
    by: Account | None,
    now: datetime,
    tells: bool = True,
) -> Session:
    """Give a session other times (both None: to be confirmed), and another mode, venue or link.

    None leaves mode, venue and link as they are. Calendars follow by the raised sequence. When it
    moves to another time, reminders of the old one are cancelled with it; to another day, apologies
    fall away too (the history keeps them): who can't come on one day may well come on another.

    Participants are told in ten minutes, unless not ``tells``: several changes make one message, and
    a session that is back by then makes none and has its apologies again. Raises
    ``SessionIsCancelled``, ``SessionIsOver`` and ``BadTimes``.
    """
    current = Session.objects.select_for_update(no_key=True).get(pk=session.pk)
    _refuse_ended(current, now)
    _refuse_bad_times(starts_at, ends_at, now)
    changes = {
        "starts_at": starts_at,
        "ends_at": ends_at,
        "mode": current.mode if mode is None else mode,
        "venue": current.venue if venue is None else venue,
        "join_link": current.join_link if join_link is None else join_link,
    }
    was, old_start = notices.arrangement_of(current), current.starts_at
    if all(getattr(current, field) == value for field, value in changes.items()):
        return current
    for field, value in changes.items():
        setattr(current, field, value)
    current.sequence += 1
    save_as(current, by=by, now=now, why="Moved")
    if old_start != starts_at:
        _follow_with_reminders(current, old_start)
        _forget_apologies(current, old_start, by=by, now=now)
    if tells:
        untold = notices.take_back_changes(current)
        notices.tell_of_change(current, was, untold, now=now)
        _bring_back_apologies(current, untold, by=by, now=now)
    return current


@one_transaction
def cancel_session(
    session: Session, *, reason: str, by: Account | None, now: datetime, tells: bool = True
) -> Session:
    """Cancel a published session: pages and calendars say so, its waiting reminders are stopped.

    Participants are told at once, unless not ``tells``; of changes before it they hear no more. A
    second time changes nothing. Raises ``SessionNotPublished`` and ``SessionIsOver``.
    """
    current = Session.objects.select_for_update(no_key=True).get(pk=session.pk)
    if current.state == Session.State.CANCELLED:
        return current
    if current.state == Session.State.PLANNED:
        raise SessionNotPublished("It has not been published: delete it instead.")
    _refuse_ended(current, now)
    current.state = Session.State.CANCELLED
    current.cancelled_at = now
    current.sequence += 1
    save_as(current, by=by, now=now, why=f"Cancelled: {reason}" if reason else "Cancelled")
    if current.starts_at:
        cancel_messages(
            key_prefix=reminders.key_prefix(current.pk, current.starts_at), reason=CANCELLED
        )
    untold = notices.take_back_changes(current)
    if tells:
        notices.tell_of_cancellation(current, untold, now=now)
    return current


def _locked(work_group: WorkGroup) -> WorkGroup:
    """The group's row, locked: who numbers or publishes its sessions waits here."""
    return WorkGroup.objects.select_for_update(no_key=True).get(pk=work_group.pk)


def _refuse_taken_days(group: WorkGroup, wanted: Iterable[PlannedSession]) -> None:
    held = group.sessions.exclude(state=Session.State.CANCELLED)
    taken = {london_day(session.starts_at): session for session in held if session.starts_at}
    for each in wanted:
        if each.day in taken:
            other = taken[each.day]
            raise DayTaken(f"{group} already has a session that day: {when(other)}.")


def _refuse_ended(session: Session, now: datetime) -> None:
    if session.state == Session.State.CANCELLED:
        raise SessionIsCancelled("This session was cancelled.")
    if session.has_taken_place(now):
        raise SessionIsOver(f"This session has taken place: {when(session)}.")


def _refuse_bad_times(starts_at: datetime | None, ends_at: datetime | None, now: datetime) -> None:
    if starts_at is None and ends_at is None:
        return
    if starts_at is None or ends_at is None:
        raise BadTimes("Give both times, or neither while the date is to be confirmed.")
    if ends_at <= starts_at:
        raise BadTimes("The session must end after it starts.")
    if ends_at <= now:
        raise BadTimes("The new date is in the past.")


def _follow_with_reminders(session: Session, old_start: datetime | None) -> None:
    prefixes = [
        reminders.key_prefix(session.pk, start) if start else ""
        for start in (old_start, session.starts_at)
    ]
    follow_to_new_time(old_prefix=prefixes[0], new_prefix=prefixes[1], reason=MOVED)


def _forget_apologies(
    session: Session, old_start: datetime | None, *, by: Account | None, now: datetime
) -> None:
    if _is_same_day(old_start, session.starts_at):
        return
    for apology in Apology.objects.filter(session=session):
        delete_as(apology, by=by, now=now, why=MOVED)


def _bring_back_apologies(
    session: Session, untold: list[notices.Untold], *, by: Account | None, now: datetime
) -> None:
    """Where the day is again the one that participants know: they have heard of no other."""
    since = min((each.since for each in untold), default=None)
    if since is None or not _is_same_day(untold[0].was.starts_at, session.starts_at):
        return
    given = set(Apology.objects.filter(session=session).values_list("seat_id", flat=True))
    gone = Apology.history.filter(
        session_id=session.pk,
        history_type="-",
        history_change_reason=MOVED,
        history_date__gte=since,
    ).order_by("history_date")
    for seat, each in {each.seat_id: each for each in gone}.items():
        if seat not in given:
            apology = Apology(
                session=session, seat_id=seat, reason=each.reason, given_at=each.given_at
            )
            save_as(apology, by=by, now=now, why="Moved back")


def _is_same_day(one: datetime | None, other: datetime | None) -> bool:
    return bool(one and other and london_day(one) == london_day(other))
