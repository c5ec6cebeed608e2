"""Clock changes, other time zones, late workers, and calendars that follow."""

import time as clock
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from enrolment.models import Seat
from enrolment.tests.factories import make_participant
from mathshub.outbox.models import Message
from mathshub.outbox.services import plan_messages
from mathshub.testing.drill.drill import Drill
from mathshub.testing.portal import LivePortal
from mathshub.testing.smtp import SmtpSink
from mathshub.tests.drills.browsing import Browser, Page
from mathshub.tests.drills.calendar_readers import READERS, Read, longest_line
from mathshub.tests.drills.reminding import remind
from mathshub.tests.drills.senders import Senders
from mathshub.tests.drills.tally import Tally, count_all
from sessions.models import Session
from sessions.tests.factories import make_running_group, make_seat_in, make_session, token_of
from sessions.times import at_wall_time
from sessions.words import when
from workgroups.bank_holidays import bank_holidays
from workgroups.lead_times import school_day_before
from workgroups.models import Hub
from workgroups.school_days import SchoolDays
from workgroups.tests.staff import staff_client

LONDON = ZoneInfo("Europe/London")
A_DAY, A_MINUTE = timedelta(days=1), timedelta(minutes=1)
QUARTER_TO_FOUR = time(15, 45)


def clock_changes(count: int) -> list[date]:
    """The next days on which England's clocks change, in spring and in autumn."""
    day, found = timezone.localdate() + A_DAY, []
    while len(found) < count:
        if _offset(day) != _offset(day + A_DAY):
            found.append(day)
        day += A_DAY
    return found


def _offset(day: date) -> timedelta | None:
    return datetime.combine(day, time(0), LONDON).utcoffset()


def spring_and_autumn() -> tuple[date, date]:
    spring, autumn = sorted(clock_changes(2), key=lambda day: day.month)
    return spring, autumn


# --- reminders ------------------------------------------------------------------------------


@pytest.mark.drill("reminder days across both clock changes", group="Time", promises=(2, 5))
def test_reminders_fall_due_at_the_sessions_own_wall_time(drill: Drill, hub: Hub) -> None:
    """Planned a minute before and at the moment, for sessions before, on and after each change."""
    wrong, planned = Tally(), 0
    for change in clock_changes(drill.size(short=2, full=20)):
        for days in (0, 1, 2, 14) if drill.is_full else (1,):
            session = make_session(starts_at=at_wall_time(change + days * A_DAY, QUARTER_TO_FOUR))
            make_seat_in(session.work_group, participant=make_participant(name=f"P {session.pk}"))
            for before in (14, 2):
                due = at_wall_time(
                    school_day_before(change + (days - before) * A_DAY, before, has_school),
                    QUARTER_TO_FOUR,
                )
                wrong["too early"] += reminders_of(session, before, due - A_MINUTE)
                wrong["not there"] += 1 - reminders_of(session, before, due)
                planned += 1
            Session.objects.all().update(state=Session.State.CANCELLED)
    count_all(drill, wrong)
    drill.note(f"{planned} reminders at 15:45, 14 and 2 days before, or on the school day before")


def has_school(day: date) -> bool:
    """Where the hub knows no terms."""
    return SchoolDays({}, bank_holidays(day.year, day.year)).is_school_day(day, [])


def reminders_of(session: Session, days: int, now: datetime) -> int:
    plan_messages(now)
    prefix = f"session-reminder:{session.pk}:"
    return sum(
        message.key.split(":")[3] == str(days)
        for message in Message.objects.filter(key__startswith=prefix)
    )


@pytest.mark.drill("worker late, after the session", group="Time", promises=(2, 5))
def test_no_reminder_goes_once_the_session_has_begun(
    drill: Drill, hub: Hub, smtp_sink: SmtpSink, senders: Senders
) -> None:
    begins = timezone.now() + timedelta(seconds=2)
    for number in range(drill.size(short=5, full=200)):
        session = make_session(starts_at=begins)
        address = f"late{number}@school.example"
        make_seat_in(session.work_group, participant=make_participant(email=address))
        drill.tell(address, end=Message.State.CANCELLED)
    remind(begins - A_MINUTE)
    Message.objects.exclude(kind="session-reminder").delete()
    drill.count("reminders not planned", int(Message.objects.count() == 0))
    clock.sleep(max(0, (begins - timezone.now()).total_seconds()) + 0.1)
    senders.start()
    drill.wait_until_ended()


@pytest.mark.drill("server in another time zone", group="Time", promises=(2, 5))
@pytest.mark.parametrize("zone", ["Pacific/Auckland"])
def test_a_server_elsewhere_speaks_of_londons_time(
    drill: Drill, hub: Hub, smtp_sink: SmtpSink, senders: Senders, zone: str
) -> None:
    """The sender is a process with another TZ; the letter says what clocks in London show."""
    soon = (timezone.now() + timedelta(hours=30)).replace(second=0, microsecond=0)
    session = make_session(starts_at=soon)
    seat = make_seat_in(session.work_group)
    remind(timezone.now())
    drill.tell(seat.participant.email)
    Message.objects.exclude(kind="session-reminder").delete()
    senders.start(TZ=zone)
    drill.wait_until_taken(1, seconds=20)
    drill.wait_until_ended()
    said = " ".join(smtp_sink.deliveries[0].text.split())
    drill.count("another time in the letter", int(when(session) not in said))
    drill.note(when(session))


# --- odd hours ------------------------------------------------------------------------------


def move(browser: Browser, session: Session, day: date, starts: str, ends: str) -> Page:
    page = reverse("admin:workgroup_sessions_session_move", args=[session.pk])
    form = browser.get(page).form("starts")
    return browser.post(page, form | {"day": [str(day)], "starts": [starts], "ends": [ends]})


@pytest.mark.drill("a wall time that does not exist", group="Time", promises=(5,))
def test_a_time_that_no_clock_shows_is_refused_in_words(
    drill: Drill, hub: Hub, live_portal: LivePortal
) -> None:
    spring, _ = spring_and_autumn()
    lead, session = Browser.of_staff(live_portal.port, staff_client()), make_session()
    for starts, ends in (("01:30", "03:00"), ("00:30", "01:15")):
        answer = move(lead, session, spring, starts, ends)
        is_said = answer.status == 200 and "because the clocks go forward" in answer.text
        drill.count(f"{starts} to {ends} not refused in words", int(not is_said))
    beside = move(lead, session, spring, "02:30", "03:30")
    drill.count("not taken beside it", int(beside.status != 302))
    session.refresh_from_db()
    drill.count("changed otherwise", int(session.starts_at != at_wall_time(spring, time(2, 30))))


@pytest.mark.drill("a wall time that comes twice", group="Time", promises=(5,))
def test_of_a_time_that_comes_twice_the_first_is_meant_everywhere(
    drill: Drill, hub: Hub, live_portal: LivePortal
) -> None:
    """In the row, on the page, and in calendars; the hour in between counts for the end."""
    _, autumn = spring_and_autumn()
    seat = make_seat_in(make_running_group())
    session = make_session(work_group=seat.place.work_group)
    lead = Browser.of_staff(live_portal.port, staff_client())
    answer = move(lead, session, autumn, "01:30", "02:30")
    session.refresh_from_db()
    first = datetime.combine(autumn, time(0, 30), UTC)
    two_hours = (first, first + timedelta(hours=2))
    drill.count("not the first", int((session.starts_at, session.ends_at) != two_hours))
    drill.count("not taken", int(answer.status != 302))
    for name, read in READERS.items():
        [entry] = read(feed_of(live_portal, seat))
        drill.count(f"read otherwise by {name}", int(entry.starts_at != first))


# --- calendars ------------------------------------------------------------------------------


def feed_of(portal: LivePortal, seat: Seat) -> bytes:
    path = reverse("sessions:calendar_feed", args=[token_of(seat.participant, "calendar")])
    page = Browser(portal.port).get(path)
    assert page.status == 200
    return page.text.encode()


def read_by_all(portal: LivePortal, seat: Seat) -> dict[str, list[Read]]:
    file = feed_of(portal, seat)
    return {name: read(file) for name, read in READERS.items()}


@pytest.mark.drill("calendars of clock-change days in three readers", group="Time", promises=(5,))
def test_three_readers_agree_on_the_days_around_clock_changes(
    drill: Drill, hub: Hub, live_portal: LivePortal
) -> None:
    seat, wrong = make_seat_in(make_running_group()), Tally()
    changes = clock_changes(drill.size(short=2, full=10))
    starts = [
        at_wall_time(change + days * A_DAY, hour)
        for change in changes
        for days in (-1, 0, 1)
        for hour in (time(9), QUARTER_TO_FOUR)
    ]
    sessions = [make_session(work_group=seat.place.work_group, starts_at=each) for each in starts]
    expected = [(each.starts_at, each.ends_at) for each in sessions]
    for name, entries in read_by_all(live_portal, seat).items():
        got = [(entry.starts_at, entry.ends_at) for entry in entries]
        wrong[f"times that {name} reads otherwise"] += sum(
            one != other for one, other in zip(got, expected, strict=True)
        )
    count_all(drill, wrong)
    drill.note(f"{len(sessions)} sessions around {len(changes)} changes")


@pytest.mark.drill("moves and the calendar's UID and SEQUENCE", group="Time", promises=(5,))
def test_a_moved_session_stays_the_same_entry_with_a_higher_sequence(
    drill: Drill, hub: Hub, live_portal: LivePortal
) -> None:
    seat, wrong = make_seat_in(make_running_group()), Tally()
    session = make_session(work_group=seat.place.work_group)
    lead = Browser.of_staff(live_portal.port, staff_client())
    before = read_by_all(live_portal, seat)
    for number in range(drill.size(short=2, full=20)):
        day = timezone.localdate() + (40 + number) * A_DAY
        wrong["moves not taken"] += int(move(lead, session, day, "15:45", "17:15").status != 302)
        after = read_by_all(live_portal, seat)
        for name in READERS:
            [old], [new] = before[name], after[name]
            wrong["another UID"] += int(old.uid != new.uid)
            wrong["SEQUENCE not raised by one"] += int(new.sequence != old.sequence + 1)
            wrong["another time"] += int(new.starts_at != at_wall_time(day, QUARTER_TO_FOUR))
        before = after
    count_all(drill, wrong)


BACKSLASH_N = "back\\nslash is no line break"
# ics 0.7 undoes the escapes one after the other, and so makes a line break of this one.
MISREAD = {("ics", BACKSLASH_N)}
ODD_TEXTS = (
    "one, two; three \\ four",
    BACKSLASH_N,
    "Zoë’s 🧮 Grüße 🎉 " * 5,
    "x" * 120,
    "é" * 120,
    "a\u2028b",
    "BEGIN:VEVENT END:VEVENT",
    "ends with a backslash \\",
    '"quoted": ;colon:',
    "tab\tbetween",
)


@pytest.mark.drill("odd text in calendars", group="Time", promises=(5,))
def test_three_readers_give_back_whatever_was_typed(
    drill: Drill, hub: Hub, live_portal: LivePortal
) -> None:
    seat, wrong = make_seat_in(make_running_group()), Tally()
    group = seat.place.work_group
    for number, text in enumerate(ODD_TEXTS):
        make_session(
            work_group=group,
            starts_at=timezone.now() + (30 + number) * A_DAY,
            title=text[:120],
            venue=(text * 20)[:200],
            bring=text,
        )
    file = feed_of(live_portal, seat)
    for name, read in READERS.items():
        for text, entry in zip(ODD_TEXTS, read(file), strict=True):
            is_same = (
                entry.summary.endswith(f": {text[:120]}")
                and entry.location == (text * 20)[:200]
                and f"\nBring: {text}\n" in entry.description
            )
            if (name, text) not in MISREAD:
                wrong[f"read otherwise by {name}"] += int(not is_same)
    wrong["lines of more than 75 octets"] += int(longest_line(file) > 75)
    count_all(drill, wrong)
    drill.note(f"{len(ODD_TEXTS)} texts in title, venue and description")
