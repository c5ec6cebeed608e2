"""A participant's own calendar: what it holds, how it follows, what it costs."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar
from icalendar.cal import Component

from enrolment.models import Place, Seat
from enrolment.tests.factories import make_accepted_place, make_participant
from mathshub.scope import hub_scope
from sessions.models import Session
from sessions.services.changes import cancel_session, move_session
from sessions.tests.factories import (
    NOW,
    make_running_group,
    make_seat_in,
    make_session,
    make_sessions,
    token_of,
)
from sessions.times import at_wall_time, london_day
from workgroups.models import Hub, WorkGroup
from workgroups.tests.factories import make_hub, make_offering, make_programme

START = at_wall_time(date(2027, 1, 14), time(15, 45))
A_DAY = timedelta(days=1)


@pytest.fixture
def seat(hub: Hub) -> Seat:
    """A seat in a group of Mastery Sustaining that meets on 14 January."""
    offering = make_offering(programme=make_programme(name="Mastery Sustaining"))
    group = make_running_group(offering=offering, name="Hackney")
    make_session(work_group=group, starts_at=START, title="Multiplication", bring="your notes")
    return make_seat_in(group)


def feed(client: Client, seat: Seat, *, now: datetime = NOW, **headers: str):
    with time_machine.travel(now, tick=False):
        path = f"/my/calendar/{token_of(seat.participant, 'calendar')}.ics"
        return client.get(path, headers=headers)


def events(client: Client, seat: Seat, *, now: datetime = NOW) -> list[Component]:
    return Calendar.from_ical(feed(client, seat, now=now).content).walk("VEVENT")


def test_the_feed_is_a_calendar_with_all_that_one_needs_on_the_day(client, seat):
    response = feed(client, seat)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    session, group = seat.place.work_group.sessions.get(), seat.place.work_group
    [event] = Calendar.from_ical(response.content).walk("VEVENT")
    assert str(event["SUMMARY"]) == "Mastery Sustaining, session 1: Multiplication"
    assert str(event["LOCATION"]) == session.venue
    assert str(event["DESCRIPTION"]) == (
        "Work Group Hackney, twilight\nBring: your notes\nQuestions: hello@lea-valley.example.org"
    )
    assert str(event["URL"]) == f"http://lea-valley.localhost:8000/work-groups/{group.pk}/"
    assert str(event["ORGANIZER"]) == "mailto:hello@lea-valley.example.org"
    assert event["ORGANIZER"].params["CN"] == "Lea Valley Maths Hub"
    assert event.start == START


def test_a_virtual_session_brings_the_way_in(client, seat):
    Session.objects.update(mode=Session.Mode.VIRTUAL, join_link="https://meet.example.org/abc")
    [event] = events(client, seat)
    assert str(event["LOCATION"]) == "https://meet.example.org/abc"
    assert "Join online: https://meet.example.org/abc" in str(event["DESCRIPTION"])


def test_a_moved_session_keeps_its_uid_and_raises_its_sequence(client, seat):
    [before] = events(client, seat)
    session = Session.objects.get()
    with time_machine.travel(NOW + A_DAY, tick=False):
        move_session(
            session,
            starts_at=START + 7 * A_DAY,
            ends_at=START + 7 * A_DAY + timedelta(hours=1),
            by=None,
            now=NOW + A_DAY,
        )
    [after] = events(client, seat)
    assert str(after["UID"]) == str(before["UID"])
    assert (int(before["SEQUENCE"]), int(after["SEQUENCE"])) == (0, 1)
    assert after.start == START + 7 * A_DAY
    assert after["LAST-MODIFIED"].dt == NOW + A_DAY


def test_each_person_has_an_entry_of_their_own(client, seat):
    other = make_seat_in(
        seat.place.work_group, place=seat.place, participant=make_participant(name="Ana Lima")
    )
    [mine], [theirs] = events(client, seat), events(client, other)
    assert str(mine["UID"]) != str(theirs["UID"])


def test_a_cancelled_session_stays_for_thirty_days(client, seat):
    cancel_session(Session.objects.get(), reason="snow", by=None, now=NOW)
    [event] = events(client, seat, now=NOW + 29 * A_DAY)
    assert str(event["STATUS"]) == "CANCELLED"
    assert str(event["SUMMARY"]).startswith("Cancelled: ")
    assert int(event["SEQUENCE"]) == 1
    assert events(client, seat, now=NOW + 31 * A_DAY) == []


def test_only_published_and_dated_sessions_of_own_groups_are_there(client, seat):
    group = seat.place.work_group
    make_session(work_group=group, state=Session.State.PLANNED)
    make_session(work_group=group, starts_at=None)
    make_session()  # of another group
    assert len(events(client, seat)) == 1
    WorkGroup.objects.filter(pk=group.pk).update(state=WorkGroup.State.CANCELLED)
    assert events(client, seat) == []


def test_only_sessions_while_the_seat_is_held_are_there(client, seat):
    group = seat.place.work_group
    make_session(work_group=group, starts_at=START - 130 * A_DAY)  # before the seat was named
    make_session(work_group=group, starts_at=START + 60 * A_DAY)
    seat.held_until = london_day(START)
    seat.save()
    assert [event.start for event in events(client, seat)] == [START]
    Place.objects.update(state=Place.State.WITHDRAWN)
    assert events(client, seat) == []


def test_a_participant_of_two_groups_has_one_calendar(client, seat):
    other = make_running_group()
    make_session(work_group=other, starts_at=START - A_DAY)
    make_seat_in(other, participant=seat.participant)
    make_seat_in(other, participant=make_participant(name="Ana Lima"))
    assert [event.start for event in events(client, seat)] == [START - A_DAY, START]


def test_an_unchanged_feed_is_not_sent_again(client, seat):
    first = feed(client, seat)
    again = feed(client, seat, now=NOW + A_DAY, if_none_match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    by_date = feed(client, seat, now=NOW + A_DAY, if_modified_since=first["Last-Modified"])
    assert by_date.status_code == 304


def session_moved(seat: Seat) -> None:
    session = Session.objects.get()
    move_session(session, starts_at=START + A_DAY, ends_at=START + 2 * A_DAY, by=None, now=NOW)


def link_changed(seat: Seat) -> None:
    Session.objects.update(join_link="https://meet.example.org/new")


def seat_given_up(seat: Seat) -> None:
    Seat.objects.update(held_until=london_day(NOW))


def hub_renamed(seat: Seat) -> None:
    Hub.objects.update(name="Another name")


def programme_renamed(seat: Seat) -> None:
    seat.place.work_group.offering.programme.name = "Another name"
    seat.place.work_group.offering.programme.save()


@pytest.mark.parametrize(
    "change", [session_moved, link_changed, seat_given_up, hub_renamed, programme_renamed]
)
def test_whatever_the_feed_says_it_is_never_stale(client, seat, change):
    first = feed(client, seat)
    change(seat)
    again = feed(
        client, seat, if_none_match=first["ETag"], if_modified_since=first["Last-Modified"]
    )
    assert again.status_code == 200
    assert again.content != first.content


def test_a_raised_generation_ends_the_old_address(client, seat):
    old = f"/my/calendar/{token_of(seat.participant, 'calendar')}.ics"
    seat.participant.link_generation += 1
    seat.participant.save()
    assert client.get(old).status_code == 404
    assert feed(client, seat).status_code == 200


def test_the_link_to_the_page_opens_no_calendar_nor_the_other_way(client, seat):
    page, calendar = token_of(seat.participant), token_of(seat.participant, "calendar")
    assert client.get(f"/my/calendar/{page}.ics").status_code == 404
    assert client.get(f"/my/{calendar}/").status_code == 404


def test_another_hubs_host_does_not_know_the_calendar(client, seat):
    other = make_hub()
    path = f"/my/calendar/{token_of(seat.participant, 'calendar')}.ics"
    assert client.get(path, headers={"host": other.host}).status_code == 404


def test_the_feed_takes_two_queries_and_no_more_when_it_grows(client, hub):
    def queries(seat: Seat) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert feed(client, seat).status_code == 200
        return len(captured)

    group = make_running_group()
    seat = make_seat_in(group)
    make_session(work_group=group)
    assert queries(seat) == 2  # the hub, the sessions
    make_sessions(work_group=group, count=3)
    assert queries(seat) == 2


def test_the_feed_of_a_participant_without_sessions_is_empty(client, hub):
    place = make_accepted_place()
    assert events(client, make_seat_in(place.work_group, place=place)) == []


def test_times_of_the_feed_stand_over_the_clock_change(client, seat):
    Session.objects.all().delete()
    group = seat.place.work_group
    for day in (date(2027, 3, 25), date(2027, 4, 1)):  # before and after the clocks go forward
        make_session(work_group=group, starts_at=at_wall_time(day, time(15, 45)))
    assert [event["DTSTART"].to_ical() for event in events(client, seat)] == [
        b"20270325T154500",
        b"20270401T154500",
    ]
    assert [event.start.astimezone(UTC).hour for event in events(client, seat)] == [15, 14]


def test_the_feed_may_be_kept_but_is_asked_for_each_time(client, seat):
    response = feed(client, seat)
    assert response["Cache-Control"] == "private, no-cache"
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Robots-Tag"] == "noindex, nofollow"


def test_a_calendar_of_another_hub_is_not_found_here(client, seat):
    with hub_scope(make_hub()):
        stranger = make_seat_in(make_running_group())
    assert feed(client, stranger).status_code == 404
