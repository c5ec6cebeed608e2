"""iCalendar building (RFC 5545): sessions as calendars understand them, and follow when they change."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, vCalAddress, vDuration, vText
from icalendar.parser import Contentline, Parameters

LONDON = ZoneInfo("Europe/London")
KEPT_AFTER_CANCELLING = timedelta(days=30)
"""How long a cancelled entry stays in feeds, so that calendars which ask rarely learn of it."""

PUBLISH, CANCEL = "PUBLISH", "CANCEL"


def content_type(method: str = PUBLISH) -> str:
    """The MIME type of a calendar file: mail programs go by the method that stands in it."""
    return f"text/calendar; charset=utf-8; method={method}"


CONTENT_TYPE = content_type()

# The rule in force since 1996; a table of all past changes would be forty times as long.
_VTIMEZONE = b"""\
BEGIN:VTIMEZONE
TZID:Europe/London
X-LIC-LOCATION:Europe/London
BEGIN:DAYLIGHT
TZNAME:BST
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
DTSTART:19960331T010000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZNAME:GMT
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
DTSTART:19961027T020000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
"""
_CONTROLS = dict.fromkeys(code for code in (*range(32), *range(127, 160)) if code not in b"\t\n")
_END = b"END:VCALENDAR\r\n"


@dataclass(frozen=True)
class Entry:
    """One entry of a calendar. Its ``uid`` never changes; ``sequence`` is raised on each change."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    summary: str
    description: str = ""
    location: str = ""
    url: str = ""
    is_cancelled: bool = False


def build_calendar(
    entries: Iterable[Entry],
    *,
    name: str,
    organiser_name: str,
    organiser_email: str,
    method: str = PUBLISH,
) -> bytes:
    """A calendar file that publishes ``entries``; the same entries give the same bytes.

    One whose ``method`` is ``CANCEL`` takes them out of the calendars that have them.

    Times are written as London's wall clock shows them, with the zone's rule beside them, so that
    they hold over clock changes in any calendar. Text is escaped and folded at 75 octets.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Maths Hub portal//Sessions//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add("x-wr-calname", clean(name))
    calendar.add("x-wr-timezone", LONDON.key)
    calendar.add("refresh-interval", vDuration(timedelta(hours=6)), {"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(timedelta(hours=6)))
    events = [_event_lines(entry, organiser_name, organiser_email) for entry in entries]
    head = calendar.to_ical().removesuffix(_END)
    return b"".join([head, _london(), *events, _END])


def clean(text: str) -> str:
    """``text`` without the control characters that no calendar takes; line breaks stay."""
    return text.translate(_CONTROLS)


@cache
def _london() -> bytes:
    """The zone as it stands in every calendar, written once per process."""
    return Timezone.from_ical(_VTIMEZONE).to_ical()


def _event_lines(entry: Entry, organiser_name: str, organiser_email: str) -> bytes:
    before, after = _around_uid(replace(entry, uid=""), organiser_name, organiser_email)
    uid = Contentline.from_parts("UID", Parameters(), vText(entry.uid)).to_ical()
    return b"".join([before, uid, b"\r\n", after])


@lru_cache(maxsize=5_000)
def _around_uid(entry: Entry, organiser_name: str, organiser_email: str) -> tuple[bytes, bytes]:
    """The lines before and after the UID, which is all that differs between two participants.

    Kept by what they say, about a kilobyte each, so that everyone who comes to a session shares them.
    """
    lines = _event(entry, _organiser(organiser_name, organiser_email)).to_ical()
    before, _, after = lines.partition(b"UID:\r\n")
    return before, after


def _organiser(name: str, email: str) -> vCalAddress:
    organiser = vCalAddress(f"mailto:{email}")
    organiser.params["CN"] = vText(clean(name).replace('"', "'").replace("\n", " "))
    return organiser


def _event(entry: Entry, organiser: vCalAddress) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("dtstart", entry.starts_at.astimezone(LONDON))
    event.add("dtend", entry.ends_at.astimezone(LONDON))
    event.add("summary", clean(entry.summary))
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if entry.is_cancelled else "OPAQUE")
    event.add("organizer", organiser)
    if entry.description:
        event.add("description", clean(entry.description))
    if entry.location:
        event.add("location", clean(entry.location))
    if entry.url:
        event.add("url", entry.url)
    return event
