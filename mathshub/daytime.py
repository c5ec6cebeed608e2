"""Daytime in London: when a message that can wait may leave."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

LONDON = ZoneInfo("Europe/London")
MIDNIGHT = 24


def day_begins() -> time:
    """From when on what can wait may leave."""
    return time(settings.MAIL_HOURS[0])


def day_ends() -> time:
    """Until when it may."""
    hour = settings.MAIL_HOURS[1]
    return time.max if hour == MIDNIGHT else time(hour)


def latest_start() -> time:
    """Nothing is planned for later: what has much before it in the queue must leave by the evening."""
    return time(settings.MAIL_HOURS[1] - 1)


def at_daytime(day: date, wanted: time) -> datetime:
    """``wanted`` on that day, or the nearest time by day, in UTC. No clock changes by day."""
    wall_time = min(max(wanted.replace(tzinfo=None), day_begins()), latest_start())
    return datetime.combine(day, wall_time, tzinfo=LONDON).astimezone(UTC)


def is_daytime(moment: datetime) -> bool:
    """Whether what can wait may leave at this moment."""
    return day_begins() <= moment.astimezone(LONDON).time() < day_ends()


def next_daytime(moment: datetime) -> datetime:
    """The moment itself by day; at night, when the day begins."""
    if is_daytime(moment):
        return moment
    local = moment.astimezone(LONDON)
    day = local.date() if local.time() < day_begins() else local.date() + timedelta(days=1)
    return datetime.combine(day, day_begins(), tzinfo=LONDON).astimezone(UTC)
