"""How sessions are put into words, alike on pages, in e-mails and in calendars."""

from datetime import date, datetime

from sessions.models import Session
from sessions.times import LONDON

TO_BE_CONFIRMED = "Date to be confirmed"
ONLINE = "Online"
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def number_words(number: int) -> str:
    """Small numbers as a word, others in figures."""
    return _NUMBERS[number] if 0 <= number < len(_NUMBERS) else str(number)


def day_words(day: date | datetime) -> str:
    """“Thursday 14 January”, in London."""
    local = day.astimezone(LONDON) if isinstance(day, datetime) else day
    return f"{local:%A} {local.day} {local:%B}"


def short_day(moment: datetime) -> str:
    """“14 Jan”, in London: for a cell of the bar."""
    local = moment.astimezone(LONDON)
    return f"{local.day} {local:%b}"


def time_words(moment: datetime) -> str:
    """“15:45”, in London."""
    return f"{moment.astimezone(LONDON):%H:%M}"


def when(session: Session) -> str:
    """“Thursday 14 January, 15:45 to 17:15”, or that the date is to be confirmed."""
    if session.starts_at is None or session.ends_at is None:
        return TO_BE_CONFIRMED
    start, end = session.starts_at.astimezone(LONDON), session.ends_at.astimezone(LONDON)
    last_day = "" if start.date() == end.date() else f"{day_words(end)}, "
    return f"{day_words(start)}, {start:%H:%M} to {last_day}{end:%H:%M}"


def where(session: Session) -> str:
    """“Online”, the venue, or that the venue is to be confirmed; never a join link."""
    if session.mode == Session.Mode.VIRTUAL:
        return ONLINE
    return session.venue or "Venue to be confirmed"


def how_and_where(session: Session) -> str:
    """“virtual, online”, “twilight, Plainfields Primary School”."""
    place = where(session)
    return f"{session.get_mode_display()}, {'online' if place == ONLINE else place}"


def how_far(day: date, today: date) -> str:
    """A day to come as people say it: “today”, “tomorrow”, “on Thursday”, “on Thursday 14 January”.

    The bare weekday only where it cannot be taken for the week after.
    """
    days = (day - today).days
    if days == 0:
        return "today"
    if days == 1:
        return "tomorrow"
    if 1 < days < 7:
        return f"on {day:%A}"
    return f"on {day_words(day)}"
