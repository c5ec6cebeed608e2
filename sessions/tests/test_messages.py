"""The messages: what they say, to whom, and when they no longer go."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from html import unescape
from typing import Any

import pytest
from icalendar import Calendar

from enrolment.models import Seat
from enrolment.services.places import accept_place, decline_place
from enrolment.services.seats import NamedSeat, give_up_seat
from enrolment.tests.factories import (
    make_accepted_place,
    make_expression,
    make_participant,
    make_place,
)
from mathshub.accounts.models import Account
from mathshub.links import make_token
from mathshub.outbox.kinds import kind_named
from mathshub.outbox.letters import write_email
from mathshub.outbox.models import Message
from mathshub.outbox.services import Draft, queue_messages
from sessions.models import Session
from sessions.reminders import plan_reminders
from sessions.services.apologies import give_apology
from sessions.services.changes import cancel_session, move_session
from sessions.services.own_links import mail_own_links
from sessions.tests.factories import (
    NOW,
    make_apology,
    make_running_group,
    make_seat_in,
    make_session,
    make_sessions,
    token_of,
)
from sessions.times import at_wall_time, london_day
from workgroups.models import Hub, Programme, WorkGroup
from workgroups.tests.factories import (
    make_account,
    make_member,
    make_offering,
    make_programme,
    make_school,
)

SITE = "http://lea-valley.localhost:8000"
START = at_wall_time(date(2027, 1, 14), time(15, 45))
DUE = START - timedelta(days=2)
pytestmark = pytest.mark.usefixtures("hub")


def message_of(kind: str) -> Message:
    return Message.objects.get(kind=kind)


def written(message: Message, now: datetime = NOW) -> Any:
    """The e-mail as it would go at ``now``; nothing may speak against it."""
    kind = kind_named(message.kind)
    assert kind.unwanted(message, now) == ""
    letter = kind.letter_or_reason(message, now)
    assert letter == kind.render(message, now)
    return write_email(message, letter)


def why_unwanted(message: Message, now: datetime = NOW) -> str:
    reason = kind_named(message.kind).unwanted(message, now)
    if reason:
        assert kind_named(message.kind).letter_or_reason(message, now) == reason
    return reason


def html_of(email: Any) -> str:
    return str(email.alternatives[0][0])


def make_group_of_january() -> WorkGroup:
    """Hackney and Newham's group of Mastery Sustaining: two sessions, led by R. Okafor."""
    programme = make_programme(name="Mastery Sustaining")
    lead = make_member(account=make_account(name="R. Okafor"))
    group = make_running_group(
        offering=make_offering(programme=programme), name="Hackney and Newham", leads=[lead]
    )
    make_session(
        work_group=group,
        starts_at=START,
        venue="Plainfields Primary School, Marsh Lane, E17 0XX",
        bring="notes from your gap task",
    )
    make_session(
        work_group=group,
        starts_at=at_wall_time(date(2027, 3, 4), time(16)),
        mode=Session.Mode.VIRTUAL,
        join_link="https://meet.example.org/abc",
    )
    return group


def test_each_message_names_what_it_is_about():
    group = make_group_of_january()
    place = make_accepted_place(
        work_group=group, seats=(NamedSeat(name="Sam Okafor", email="sam@school.example"),)
    )
    participant, session = place.seats.get().participant, group.sessions.get(starts_at=START)
    plan_reminders(DUE)
    later = START + timedelta(days=7)
    move_session(session, starts_at=later, ends_at=later + timedelta(hours=1), by=None, now=DUE)
    about = Message.objects.values_list("kind", "school", "work_group", "participant", "session")
    place_of_school = (place.school_id, group.pk)
    assert set(about) == {
        ("place-offered", *place_of_school, None, None),
        ("seat-named", *place_of_school, participant.pk, None),
        ("session-reminder", *place_of_school, participant.pk, session.pk),
        ("session-changed", *place_of_school, participant.pk, session.pk),
    }


def test_a_message_outlives_what_it_is_about():
    place = make_place()
    message = message_of("place-offered")
    place.delete()
    place.work_group.delete()
    message.refresh_from_db()
    assert (message.school, message.work_group) == (place.school, None)


def test_the_offer_says_what_to_do_until_when_and_gives_the_link():
    place = make_place(work_group=make_group_of_january(), reply_by=date(2026, 12, 4))
    email = written(message_of("place-offered"))
    assert email.to == [f'"Grace Obi" <{place.contact_email}>']
    assert email.subject == (
        f"A place in Mastery Sustaining for {place.school}: please answer by Friday 4 December"
    )
    token = make_token("place", place.pk, place.link_generation)
    answer_url = f"{SITE}/place/{token}/"
    for body in (email.body, html_of(email)):
        assert answer_url in body
        assert f"{place.school} is offered a place in Mastery Sustaining 2026/27" in body
        assert "by <strong>Friday 4" in body or "by Friday 4 December" in body
        assert "Thursday 14 January, 15:45 to 17:15" in body
        assert "for two people of your school" in body
        assert "0 of 2 held, next on Thursday 14 January" in body
        assert "hello@lea-valley.example.org" in body
        assert "https://meet.example.org/abc" not in body


def test_an_offer_without_dates_says_so():
    make_place()
    assert "The dates are not fixed yet" in written(message_of("place-offered")).body


def test_an_offer_that_was_answered_no_longer_goes():
    place = make_place()
    message = message_of("place-offered")
    decline_place(place, by=None, now=NOW)
    assert why_unwanted(message) == "the place is no longer offered"


def test_the_welcome_carries_the_page_the_next_session_and_the_calendar():
    place = make_accepted_place(
        work_group=make_group_of_january(),
        seats=(NamedSeat(name="Sam Okafor", email="sam@school.example"),),
    )
    participant = place.seats.get().participant
    email = written(message_of("seat-named"))
    assert email.subject == (
        "Your sessions in Mastery Sustaining: the next is on Thursday 14 January"
    )
    for body in (email.body, html_of(email)):
        assert f"{SITE}/my/{token_of(participant)}/" in body
        assert f"{SITE}/my/calendar/{token_of(participant, 'calendar')}.ics" in body
        assert "Thursday 14 January, 15:45 to 17:15" in body
        assert "Plainfields Primary School, Marsh Lane, E17 0XX" in body
        assert "R. Okafor" in body
        assert "notes from your gap task" in body
    [part] = email.attachments
    assert part.get_filename() == "sessions.ics"
    assert part.get_content_type() == "text/calendar"
    assert part.get_param("method") == "PUBLISH"
    events = Calendar.from_ical(part.get_payload(decode=True)).walk("VEVENT")
    assert len(events) == 2


def test_a_welcome_without_dates_has_no_empty_calendar():
    make_accepted_place(seats=(NamedSeat(name="Sam Okafor", email="sam@school.example"),))
    email = written(message_of("seat-named"))
    assert email.attachments == []
    assert "Its dates are not fixed yet" in email.body


def test_a_welcome_goes_no_more_once_the_seat_is_given_up_or_the_address_changed():
    place = make_accepted_place(
        seats=(NamedSeat(name="Sam Okafor", email="sam@school.example"),),
        now=NOW - timedelta(days=2),
    )
    message, seat = message_of("seat-named"), place.seats.get()
    seat.participant.email = "other@school.example"
    seat.participant.save()
    assert why_unwanted(message) == "the participant's address has changed"
    seat.participant.email = "Sam@School.example"
    seat.participant.save()
    assert why_unwanted(message) == ""
    give_up_seat(seat, on=london_day(NOW) - timedelta(days=1), by=None, now=NOW)
    assert why_unwanted(message) == "the seat was given up"


def reminder_of(session: Session) -> Message:
    """The reminder two days before, queued for the only seat."""
    plan_reminders(DUE)
    return Message.objects.get(kind="session-reminder", context__session=session.pk)


@pytest.fixture
def session(hub) -> Session:
    session = make_group_of_january().sessions.order_by("number")[0]
    make_seat_in(session.work_group)
    return session


def test_the_reminder_says_when_where_and_how_to_say_no(session):
    seat = session.work_group.places.get().seats.get()
    email = written(reminder_of(session), DUE)
    assert email.subject == "Session 1 is on Thursday 14 January, 15:45"
    assert email.body.splitlines()[0] == ("Session 1 is on Thursday 14 January, 15:45 to 17:15.")
    for body in (email.body, html_of(email)):
        assert "Plainfields Primary School, Marsh Lane, E17 0XX" in body
        assert "R. Okafor" in body
        assert f"{SITE}/my/{token_of(seat.participant)}/" in body
        assert "0 of 2 held, next on Thursday 14 January" in body
    assert html_of(email).count('class="bar"') == 1


def test_the_reminder_of_a_virtual_session_has_the_way_in(session):
    online = session.work_group.sessions.get(number=2)
    plan_reminders(online.starts_at - timedelta(days=2))
    message = Message.objects.get(kind="session-reminder", context__session=online.pk)
    email = written(message, online.starts_at - timedelta(days=2))
    assert "https://meet.example.org/abc" in email.body
    assert 'href="https://meet.example.org/abc"' in html_of(email)


def test_letters_that_are_alike_say_what_each_would_say_by_itself(session):
    """They are rendered once and filled in; the second reader is the one who could notice."""
    school = make_school(name='St Ode’s & <b>All</b> "Saints" O\'Brien Primary School')
    group = session.work_group
    expression = make_expression(offering=group.offering, school=school)
    place = make_accepted_place(work_group=group, expression=expression)
    make_seat_in(group, place=place)
    plan_reminders(DUE)
    reminders = list(Message.objects.filter(kind="session-reminder").order_by("pk"))
    assert len(reminders) == 2
    written_to = {}
    for message in reminders:
        letter = kind_named(message.kind).render(message, DUE)
        filled_in = write_email(message, letter)
        by_itself = write_email(message, replace(letter, alike=None))
        assert (filled_in.subject, filled_in.body) == (by_itself.subject, by_itself.body)
        assert unescape(html_of(filled_in)) == unescape(html_of(by_itself))
        seat = Seat.objects.select_related("participant", "place").get(pk=message.context["seat"])
        assert f"/my/{token_of(seat.participant)}/" in html_of(filled_in)
        assert filled_in.body.count("/my/") == 2, "the page and the calendar, and nobody else's"
        written_to[seat.place.school_id] = filled_in
    assert "&amp; &lt;b&gt;All&lt;/b&gt;" in html_of(written_to[school.pk])
    assert '& <b>All</b> "Saints" O\'Brien' in written_to[school.pk].body


def rename_group(session: Session) -> str:
    WorkGroup.objects.update(name="Another name")
    return "Another name"


def rename_programme(session: Session) -> str:
    Programme.objects.update(name="Mastery Enhancing")
    return "Mastery Enhancing"


def change_venue(session: Session) -> str:
    Session.objects.update(venue="The new hall")
    return "The new hall"


def change_telephone(session: Session) -> str:
    Hub.objects.update(contact_phone="020 7946 0999")
    return "020 7946 0999"


def rename_lead(session: Session) -> str:
    Account.objects.update(name="A. New Lead")
    return "A. New Lead"


@pytest.mark.parametrize(
    "change", [rename_group, rename_programme, change_venue, change_telephone, rename_lead]
)
def test_a_letter_that_is_kept_is_never_stale(session, change):
    message = reminder_of(session)
    before = written(message, DUE)
    words = change(session)
    message = Message.objects.select_related("hub").get(pk=message.pk)
    after = written(message, DUE)
    assert words not in before.body
    assert words in after.body
    assert words in html_of(after)


def test_a_reminder_is_checked_and_written_with_few_queries(session, django_assert_num_queries):
    message = reminder_of(session)
    look = kind_named(message.kind).letter_or_reason
    look(message, DUE)
    with django_assert_num_queries(5):  # the seat, its group, the sessions, apologies, leads
        write_email(message, look(message, DUE))


def test_a_reminder_no_longer_goes_when_its_session_is_planned_anew(session):
    message = reminder_of(session)
    Session.objects.update(state=Session.State.PLANNED)
    assert why_unwanted(message, DUE) == "the session was cancelled"


def test_time_and_place_are_read_when_the_reminder_goes(session):
    message = reminder_of(session)
    move_session(
        session,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        venue="Another School",
        by=None,
        now=DUE,
    )
    assert "Another School" in written(message, DUE).body


def test_a_reminder_no_longer_goes_when_the_session_was_moved(session):
    message = reminder_of(session)
    session.starts_at += timedelta(hours=1)
    session.save()
    assert why_unwanted(message, DUE) == "the session was moved"


def test_a_reminder_no_longer_goes_when_the_session_was_cancelled(session):
    message = reminder_of(session)
    cancel_session(session, reason="snow", by=None, now=DUE)
    assert why_unwanted(message, DUE) == "the session was cancelled"


def test_a_reminder_no_longer_goes_once_the_session_has_begun(session):
    assert why_unwanted(reminder_of(session), START) == "the session has begun"


def test_a_reminder_no_longer_goes_after_an_apology(session):
    message, seat = reminder_of(session), session.work_group.places.get().seats.get()
    give_apology(seat, session, reason="", now=DUE)
    assert why_unwanted(message, DUE) == "the participant can't come"


def test_a_reminder_no_longer_goes_when_the_seat_was_given_up(session):
    message, seat = reminder_of(session), session.work_group.places.get().seats.get()
    give_up_seat(seat, on=date(2027, 1, 12), by=None, now=DUE)
    assert why_unwanted(message, DUE) == "the seat was given up"


def test_a_reminder_no_longer_goes_when_messages_were_turned_off(session):
    message = reminder_of(session)
    session.work_group.offering.messages_on = False
    session.work_group.offering.save()
    assert why_unwanted(message, DUE) == "messages of the offering are off"


def test_the_bar_in_a_message_shows_the_readers_own_apologies(session):
    seat = session.work_group.places.get().seats.get()
    make_apology(session=session.work_group.sessions.get(number=2), seat=seat)
    email = written(reminder_of(session), DUE)
    assert "2. 4 Mar: apology" in email.body


def links_mail(address: str) -> Message:
    mail_own_links(address, now=NOW)
    return Message.objects.get(kind="my-link")


def test_a_lost_link_is_mailed_for_everyone_who_reads_the_mailbox():
    group = make_group_of_january()
    sam = make_participant(name="Sam Okafor", email="office@school.example")
    ana = make_participant(name="Ana Lima", email="Office@School.example")
    make_participant(name="Someone else", email="other@school.example")
    make_seat_in(group, participant=sam)
    email = written(links_mail(" OFFICE@school.example "))
    assert email.to == ["office@school.example"]
    assert email.subject == "The links to your sessions"
    for body in (email.body, html_of(email)):
        assert f"{SITE}/my/{token_of(sam)}/" in body
        assert f"{SITE}/my/{token_of(ana)}/" in body
        assert "Thursday 14 January, 15:45 to 17:15" in body
        assert "Someone else" not in body


def test_nobody_is_written_to_at_an_address_that_we_do_not_know():
    message = links_mail("stranger@school.example")
    assert why_unwanted(message) == "no participant has this address"


def test_at_most_three_links_a_day_go_to_one_address():
    for _ in range(5):
        mail_own_links("sam@school.example", now=NOW)
        Message.objects.update(state=Message.State.SENT)
    assert Message.objects.count() == 3
    mail_own_links("ana@school.example", now=NOW)
    mail_own_links("sam@school.example", now=NOW + timedelta(days=1))
    assert Message.objects.count() == 5


def test_asking_twice_before_the_first_mail_went_sends_one():
    mail_own_links("sam@school.example", now=NOW)
    mail_own_links("SAM@school.example", now=NOW)
    assert Message.objects.count() == 1


def test_markup_typed_by_anyone_stays_text_in_every_message():
    evil = "<script>alert(1)</script>{{ hub }}{% now %}"
    group = make_running_group(name=evil[:80])
    make_session(work_group=group, starts_at=START, venue=evil, bring=evil, title=evil)
    seats = (NamedSeat(name=evil, email="sam@school.example"),)
    place = make_place(work_group=group)
    emails = [written(message_of("place-offered"))]
    accept_place(place, seats=seats, by=None, now=NOW)
    emails.append(written(message_of("seat-named")))
    plan_reminders(DUE)
    emails.append(written(message_of("session-reminder"), DUE))
    emails.append(written(links_mail("sam@school.example")))
    for email in emails:
        assert "<script>" not in html_of(email)
        assert "\n" not in email.subject
        email.message()  # no header holds a line break


def test_a_message_whose_seat_is_gone_is_refused_in_words():
    queue_messages(
        [
            Draft(
                kind="seat-named",
                key="seat-named:0",
                recipient="sam@school.example",
                context={"seat": 0},
            )
        ],
        now=NOW,
    )
    assert why_unwanted(message_of("seat-named")) == "the seat was given up"


def test_who_joins_during_the_year_reads_of_the_sessions_from_then_on():
    group = make_running_group()
    make_sessions(work_group=group, count=6, first_in=-1)
    make_accepted_place(
        work_group=group, seats=(NamedSeat(name="Sam Okafor", email="sam@school.example"),)
    )
    assert "All five (0 of 5 held" in written(message_of("seat-named")).body


def test_a_year_of_six_stands_in_full_in_the_welcome():
    group = make_running_group()
    make_sessions(work_group=group, count=6, first_in=3)
    make_accepted_place(
        work_group=group, seats=(NamedSeat(name="Sam Okafor", email="sam@school.example"),)
    )
    body = written(message_of("seat-named")).body
    assert "All six (0 of 6 held, next on Thursday 19 November):" in body
    assert body.count("\n- ") == 6
