"""Times as people in England read them off the wall, whatever the clocks do."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


class NoSuchTime(ValueError):
    """The clocks go forward over this time: no clock in England will show it that day."""


def at_wall_time(day: date, wall_time: time) -> datetime:
    """The moment at which clocks in London show ``wall_time`` on ``day``.

    Of a time that comes twice, when the clocks go back, it is the first. Raises ``NoSuchTime``.
    """
    moment = datetime.combine(day, wall_time, tzinfo=LONDON)
    if moment.astimezone(UTC).astimezone(LONDON).replace(tzinfo=None) != moment.replace(
        tzinfo=None
    ):
        raise NoSuchTime(f"no {wall_time:%H:%M}, because the clocks go forward")
    return moment


def london_day(moment: datetime) -> date:
    """The day in London on which ``moment`` falls."""
    return moment.astimezone(LONDON).date()
