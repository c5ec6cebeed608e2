"""Calendar files: read back by a parser, over clock changes, with any text."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from icalendar.cal import Component

from mathshub.calendar import Entry, build_calendar

LONDON = ZoneInfo("Europe/London")
ENTRY = Entry(
    uid="6c4e7c1e-1@sessions.mathshub",
    sequence=3,
    starts_at=datetime(2027, 1, 14, 15, 45, tzinfo=UTC),
    ends_at=datetime(2027, 1, 14, 17, 15, tzinfo=UTC),
    changed_at=datetime(2026, 11, 16, 10, 30, tzinfo=UTC),
    summary="Mastery Sustaining, session 3",
    description="Questions: hello@leavalley.example.org",
    location="Plainfields Primary School",
    url="https://leavalley.example.org/work-groups/1/",
)


def build(*entries: Entry, name: str = "My sessions", organiser_name: str = "Lea Valley") -> bytes:
    return build_calendar(
        entries or [ENTRY],
        name=name,
        organiser_name=organiser_name,
        organiser_email="hello@leavalley.example.org",
    )


def event_of(entry: Entry) -> Component:
    [event] = Calendar.from_ical(build(entry)).walk("VEVENT")
    return event


def test_an_entry_says_all_that_calendars_need_to_follow_it():
    event = event_of(ENTRY)
    assert {name: event[name].to_ical().decode() for name in event} == {
        "UID": "6c4e7c1e-1@sessions.mathshub",
        "SEQUENCE": "3",
        "DTSTAMP": "20261116T103000Z",
        "LAST-MODIFIED": "20261116T103000Z",
        "DTSTART": "20270114T154500",
        "DTEND": "20270114T171500",
        "SUMMARY": "Mastery Sustaining\\, session 3",
        "DESCRIPTION": "Questions: hello@leavalley.example.org",
        "LOCATION": "Plainfields Primary School",
        "URL": "https://leavalley.example.org/work-groups/1/",
        "ORGANIZER": "mailto:hello@leavalley.example.org",
        "STATUS": "CONFIRMED",
        "TRANSP": "OPAQUE",
    }


def test_the_calendar_is_published_and_holds_the_zone_once():
    text = build(ENTRY, replace(ENTRY, uid="other")).decode()
    assert "METHOD:PUBLISH\r\n" in text
    assert text.count("BEGIN:VTIMEZONE") == 1
    assert text.count("BEGIN:VEVENT") == 2
    assert text.endswith("END:VEVENT\r\nEND:VCALENDAR\r\n")


def test_an_empty_calendar_is_still_one():
    text = build_calendar([], name="x", organiser_name="x", organiser_email="x@example.org")
    assert Calendar.from_ical(text).walk("VEVENT") == []


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 10, 25),  # the clocks go back
        date(2026, 10, 26),
        date(2027, 3, 28),  # the clocks go forward
        date(2027, 3, 29),
    ],
)
def test_wall_times_hold_over_clock_changes(day):
    start = datetime(day.year, day.month, day.day, 15, 45, tzinfo=LONDON)
    entry = replace(ENTRY, starts_at=start.astimezone(UTC), ends_at=start + timedelta(minutes=90))
    event = event_of(entry)
    assert event["DTSTART"].to_ical() == f"{day:%Y%m%d}T154500".encode()
    assert event["DTSTART"].params["TZID"] == "Europe/London"
    assert event.start == start


def test_the_zone_in_the_file_agrees_with_the_worlds_register_of_zones():
    """What a program reads that trusts the file's own VTIMEZONE and knows no zone by name."""
    [zone] = Calendar.from_ical(build()).walk("VTIMEZONE")
    own = zone.to_tz(lookup_tzid=False)
    for day in (date(2026, 10, 24), date(2026, 10, 26), date(2027, 3, 27), date(2027, 3, 29)):
        noon = datetime(day.year, day.month, day.day, 12)  # noqa: DTZ001  put into both zones
        assert own.utcoffset(noon) == noon.replace(tzinfo=LONDON).utcoffset()


@pytest.mark.parametrize(
    "text",
    [
        "one, two; three \\ four",
        "first\nsecond",
        "Grüße 🎉 " * 40,
        "x" * 200,
        "BEGIN:VEVENT\nATTENDEE:mailto:x@example.org\nEND:VEVENT",
        'quoted "text": here',
    ],
)
def test_any_text_comes_back_as_it_was_typed(text):
    event = event_of(replace(ENTRY, summary=text, description=text, location=text))
    assert [str(event[name]) for name in ("SUMMARY", "DESCRIPTION", "LOCATION")] == [text] * 3
    assert "ATTENDEE" not in event


def test_lines_are_folded_at_75_octets_between_characters():
    lines = build(replace(ENTRY, description="Grüße 🎉 " * 60)).split(b"\r\n")
    assert max(map(len, lines)) <= 75
    for line in lines:
        line.decode()  # no character is cut in two


def test_control_characters_are_left_out():
    assert str(event_of(replace(ENTRY, summary="a\x00b\x07c\r\nd"))["SUMMARY"]) == "abc\nd"
    assert b"\x00" not in build(name="a\x00b", organiser_name='Lea "\x00\nValley"')


def test_a_cancelled_entry_says_so_and_frees_the_time():
    event = event_of(replace(ENTRY, is_cancelled=True))
    assert (str(event["STATUS"]), str(event["TRANSP"])) == ("CANCELLED", "TRANSPARENT")


def test_the_same_entries_give_the_same_bytes():
    assert build() == build()
