"""Apologies: who can't come to a session, since when we know, and why."""

from datetime import datetime

from enrolment.models import Seat
from enrolment.services.history import save_as
from enrolment.services.transactions import one_transaction
from sessions.errors import NoDateYet, SeatNotInSession, SessionIsCancelled, SessionIsOver
from sessions.models import Apology, Session
from sessions.times import london_day
from sessions.words import when


@one_transaction
def give_apology(seat: Seat, session: Session, *, reason: str, now: datetime) -> Apology:
    """Note that the seat's holder can't come; sent again it keeps the time at which we first knew.

    A new reason replaces the old one, none leaves it. Accepted until the session ends. Raises
    ``SessionIsOver``, ``SessionIsCancelled``, ``NoDateYet`` and ``SeatNotInSession``.
    """
    current = Session.objects.select_for_update(no_key=True).get(pk=session.pk)
    check_apology(seat, current, now=now)
    apology = Apology.objects.filter(session=current, seat=seat).first()
    if apology is None:
        apology = Apology(session=current, seat=seat, given_at=now)
    elif reason in (apology.reason, ""):
        return apology
    apology.reason = reason
    save_as(apology, by=None, now=now, why="Gave an apology")
    return apology


@one_transaction
def take_back_apology(seat: Seat, session: Session, *, now: datetime) -> bool:
    """The seat's holder comes after all; returns whether there was an apology.

    Raises what ``give_apology`` raises.
    """
    current = Session.objects.select_for_update(no_key=True).get(pk=session.pk)
    check_apology(seat, current, now=now)
    apology = Apology.objects.filter(session=current, seat=seat).first()
    if apology is None:
        return False
    apology.delete()
    return True


def check_apology(seat: Seat, session: Session, *, now: datetime) -> None:
    """Raise why the seat's holder can't say now whether they come to the session, if so."""
    if session.state == Session.State.CANCELLED:
        raise SessionIsCancelled("This session was cancelled: there is nothing to apologise for.")
    if session.state == Session.State.PLANNED or session.starts_at is None:
        raise NoDateYet("This session has no date yet. You can tell us once it has one.")
    if session.has_taken_place(now):
        raise SessionIsOver(f"This session has taken place: {when(session)}.")
    held = Seat.objects.held_on(london_day(session.starts_at))
    if not held.filter(pk=seat.pk, place__work_group=session.work_group_id).exists():
        raise SeatNotInSession("You do not have a seat in this session.")
