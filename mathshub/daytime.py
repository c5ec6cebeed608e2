"""Daytime in London: when a message that can wait may leave."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
BEGINS, ENDS = time(7), time(19)
LATEST_START = time(18)
"""Nothing is planned for later: what has much before it in the queue must leave by the evening."""


def at_daytime(day: date, wanted: time) -> datetime:
    """``wanted`` on that day, or the nearest time by day, in UTC. No clock changes by day."""
    wall_time = min(max(wanted.replace(tzinfo=None), BEGINS), LATEST_START)
    return datetime.combine(day, wall_time, tzinfo=LONDON).astimezone(UTC)


def is_daytime(moment: datetime) -> bool:
    """Whether what can wait may leave at this moment."""
    return BEGINS <= moment.astimezone(LONDON).time() < ENDS


def next_daytime(moment: datetime) -> datetime:
    """The moment itself by day; at night, when the day begins."""
    if is_daytime(moment):
        return moment
    local = moment.astimezone(LONDON)
    day = local.date() if local.time() < BEGINS else local.date() + timedelta(days=1)
    return datetime.combine(day, BEGINS, tzinfo=LONDON).astimezone(UTC)
