"""The bar of six: what each cell of a Work Group's year says (drawn by templates/_bar.html)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sessions.models import Session
from sessions.words import day_words, number_words, short_day


@dataclass(frozen=True)
class Cell:
    """One session in the bar. ``words`` replaces the state's own words; see templates/_bar.html."""

    state: str
    date: str = ""
    words: str = ""
    share: float | None = None
    url: str = ""


def next_session(sessions: Iterable[Session], now: datetime) -> Session | None:
    """The one that is going on or comes next: published, dated, not ended."""
    coming = [
        session
        for session in sessions
        if session.state == Session.State.PUBLISHED
        and session.starts_at is not None
        and not session.has_taken_place(now)
    ]
    return min(coming, key=lambda session: (session.starts_at, session.number), default=None)


def cells(
    sessions: Sequence[Session], *, now: datetime, apologies: Collection[int] = ()
) -> list[Cell]:
    """A cell for each session, in the given order; ``apologies`` holds ids of sessions missed.

    Until registers are taken, a session that was held says no more than that.
    """
    coming = next_session(sessions, now)
    return [
        _cell(session, is_next=session is coming, apology=session.pk in apologies, now=now)
        for session in sessions
    ]


def _cell(session: Session, *, is_next: bool, apology: bool, now: datetime) -> Cell:
    date = short_day(session.starts_at) if session.starts_at else ""
    if session.state == Session.State.CANCELLED:
        return Cell("cancelled", date)
    if session.starts_at is None:
        return Cell("unconfirmed")
    if apology:
        return Cell("apology", date)
    if session.has_taken_place(now):
        return Cell("held", date)
    if is_next:
        return Cell("next", date)
    return Cell("to_come", date, session.get_mode_display())


def summary(sessions: Sequence[Session], *, now: datetime) -> str:
    """What the bar says, in words: “2 of 6 held, next on Thursday 14 January”."""
    wanted = [session for session in sessions if session.state != Session.State.CANCELLED]
    held = sum(session.has_taken_place(now) for session in wanted)
    coming = next_session(wanted, now)
    if not wanted:
        return "no sessions yet"
    if held == len(wanted):
        return f"all {number_words(held)} held"
    count = f"{held} of {len(wanted)} held"
    if coming is None or coming.starts_at is None:
        return f"{count}, next date to be confirmed"
    return f"{count}, next on {day_words(coming.starts_at)}"
