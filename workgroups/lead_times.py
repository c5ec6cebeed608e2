"""How long before something its reminder goes: on a school day where there is one, and by day."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from mathshub.daytime import LONDON, at_daytime

MORNING = 0
"""The lead time that means: on the morning of the day itself."""

MORNING_AT = time(8)
IsSchoolDay = Callable[[date], bool]


def reminder_at(starts_at: datetime, days: int, is_school_day: IsSchoolDay) -> datetime:
    """When the reminder ``days`` before ``starts_at`` goes, in UTC; pure.

    The same wall time so many days before, over clock changes too, but never at night. Where that
    day is none at school, the last school day before it, if one lies no further off than the lead
    is long; otherwise the day itself. ``MORNING`` is the morning of the day, whatever day it is.
    """
    start = starts_at.astimezone(LONDON)
    if days == MORNING:
        return at_daytime(start.date(), MORNING_AT)
    day = school_day_before(start.date() - timedelta(days=days), days, is_school_day)
    return at_daytime(day, start.time())


def school_day_before(day: date, within: int, is_school_day: IsSchoolDay) -> date:
    """``day``, or the last school day in the ``within`` days before it; without one, ``day``."""
    candidates = (day - timedelta(days=number) for number in range(within + 1))
    return next((each for each in candidates if is_school_day(each)), day)
