"""When a message is tried again, by what went wrong; plain arithmetic, no database."""

from datetime import datetime, timedelta

# Temporary refusals (4xx): the last step repeats until the message expires.
REFUSED = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60)]
# Nobody knows how the last attempt ended: the connection was lost after the text had begun, the
# letter could not be written, or the sender died. Each may repeat what the reader already has, so
# there are few, spread so that they outlast a mail server that is ill for a day.
UNEXPLAINED = [
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=20),
]
MAX_UNEXPLAINED = len(UNEXPLAINED) + 1
# After a failed connection nobody tries for half a minute, then one, two, four, at last five.
SHORTEST_REST = timedelta(seconds=30)
LONGEST_REST = timedelta(minutes=5)


def next_try(steps: list[timedelta], *, failures: int, pk: int, now: datetime) -> datetime:
    """When to try again after ``failures`` (1 or more) that went by ``steps``.

    Up to a fifth is added by the message's number, so that messages refused together do not all
    come back together.
    """
    step = steps[min(failures, len(steps)) - 1]
    scatter = (pk * 37 % 100) / 500
    return now + step * (1 + scatter)


def rest_after(failures: int) -> timedelta:
    """How long the mail server is left alone after so many failed connections in a row."""
    doublings = min(failures - 1, 10)
    return min(SHORTEST_REST * 2**doublings, LONGEST_REST)
