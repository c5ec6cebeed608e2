"""Three programs that read calendars, written by different people: what each makes of a file."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import ics
import vobject
from icalendar import Calendar


@dataclass(frozen=True)
class Read:
    """One entry as a reader understands it; times in UTC."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    summary: str
    description: str
    location: str


def by_icalendar(file: bytes) -> list[Read]:
    return [
        Read(
            uid=str(event["UID"]),
            sequence=int(event["SEQUENCE"]),
            starts_at=event.start.astimezone(UTC),
            ends_at=event.end.astimezone(UTC),
            summary=str(event["SUMMARY"]),
            description=str(event.get("DESCRIPTION", "")),
            location=str(event.get("LOCATION", "")),
        )
        for event in Calendar.from_ical(file).walk("VEVENT")
    ]


def by_vobject(file: bytes) -> list[Read]:
    calendar = vobject.readOne(file.decode())
    return [
        Read(
            uid=event.uid.value,
            sequence=int(event.sequence.value),
            starts_at=event.dtstart.value.astimezone(UTC),
            ends_at=event.dtend.value.astimezone(UTC),
            summary=event.summary.value,
            description=event.description.value if "description" in event.contents else "",
            location=event.location.value if "location" in event.contents else "",
        )
        for event in calendar.contents.get("vevent", [])
    ]


def by_ics(file: bytes) -> list[Read]:
    calendar = ics.Calendar(file.decode())
    return [
        Read(
            uid=event.uid,
            sequence=next(int(line.value) for line in event.extra if line.name == "SEQUENCE"),
            starts_at=event.begin.datetime.astimezone(UTC),
            ends_at=event.end.datetime.astimezone(UTC),
            summary=event.name,
            description=event.description or "",
            location=event.location or "",
        )
        for event in sorted(calendar.events, key=lambda event: event.begin)
    ]


READERS: dict[str, Callable[[bytes], list[Read]]] = {
    "icalendar": by_icalendar,
    "vobject": by_vobject,
    "ics": by_ics,
}


def longest_line(file: bytes) -> int:
    """Octets of the longest line as it stands in the file, without its end."""
    return max(map(len, re.split(rb"\r\n", file)))
