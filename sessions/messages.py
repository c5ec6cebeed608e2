"""Messages that carry sessions: the offer, the welcome, the reminder, the link that was lost."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet

from enrolment.models import Participant, Place, Seat
from enrolment.services.places import PLACE_OFFERED
from enrolment.services.seats import SEAT_NAMED
from mathshub.calendar import CONTENT_TYPE
from mathshub.fragments import contents
from mathshub.links import absolute, make_token
from mathshub.outbox.kinds import Kind, Letter, register, register_foreseer, register_planner
from mathshub.outbox.models import Message
from mathshub.outbox.nights import put_off_to_daytime
from mathshub.prepared import prepared
from sessions import bar, reminders
from sessions.calendars import own_calendar
from sessions.models import Apology, Session
from sessions.schedules import own_schedule
from sessions.services.changes import CANCELLED, MOVED
from sessions.services.own_links import MY_LINK
from sessions.times import london_day
from sessions.wording import WORDED_MY_LINK, WORDED_OFFER, WORDED_SEAT, WORDED_SESSION
from sessions.words import day_words, number_words, when, where
from workgroups.models import WorkGroup, WorkGroupLead

PLACE_OFFERED_TEMPLATE = "sessions/email/place_offered"
SEAT_NAMED_TEMPLATE = "sessions/email/seat_named"
REMINDER_TEMPLATE = "sessions/email/session_reminder"
MY_LINK_TEMPLATE = "sessions/email/my_link"
GIVEN_UP = "the seat was given up"
ARRIVE_BEFORE = timedelta(minutes=10)
MAP = "https://www.openstreetmap.org/search"

Fact = tuple[str, ...]
"""A line of the small table (templates/email/_facts.html): label, value, perhaps a link, its words."""


def render_place_offered(message: Message, now: datetime) -> Letter:
    """To the headteacher: a place is offered, until when, and the one link to answer it."""
    place = place_of(message)
    token = make_token("place", place.pk, place.link_generation)
    year = group_year(place.work_group, sessions_of(work_group=place.work_group), now=now)
    return Letter(
        template=PLACE_OFFERED_TEMPLATE,
        context={
            "place": place,
            "answer_url": absolute(message.hub, "enrolment:answer_place", token),
            **year,
            "facts": [
                *place_facts(place, year["next_session"], year["leads"]),
                *([("Reply by", day_words(place.reply_by))] if place.reply_by else []),
            ],
        },
        programme=year["programme"].pk,
    )


def why_place_offered_is_unwanted(message: Message, now: datetime) -> str:
    place = Place.objects.filter(pk=message.context["place"]).first()
    if place is None or place.state != Place.State.OFFERED:
        return "the place is no longer offered"
    return ""


def render_seat_named(message: Message, now: datetime) -> Letter:
    """To the participant: the sessions, the personal page, and the file for the calendar."""
    seat = seat_of(message)
    assert seat is not None, "the seat was there a moment ago"
    calendar = own_calendar(
        message.hub, seat.participant_id, seat.participant.link_generation, now=now
    )
    attachments = [("sessions.ics", calendar.to_ical(), CONTENT_TYPE)] if calendar.rows else []
    year = own_year(
        seat, sessions_of(work_group=seat.place.work_group), apologies_of(seat=seat), now
    )
    return Letter(
        template=SEAT_NAMED_TEMPLATE,
        context={
            "place": seat.place,
            **own_links(message.hub, seat.participant),
            **year,
            "facts": joining_facts(year["next_session"], year["leads"]),
        },
        attachments=attachments,
        programme=year["programme"].pk,
    )


def why_seat_named_is_unwanted(message: Message, now: datetime) -> str:
    return why_not_to_seat(seat_of(message), message, on=now)


def is_online(session: Session) -> bool:
    """Whether people join it by a link: a virtual one, or one that has a link and no venue."""
    return session.mode == Session.Mode.VIRTUAL or bool(session.join_link and not session.venue)


def map_of(session: Session) -> str:
    """A map that shows the venue; it is told nothing but that."""
    return f"{MAP}?{urlencode({'query': session.venue})}" if session.venue else ""


@dataclass(frozen=True)
class _Reminder:
    """What a reminder is about, as it stands at the moment; None for what is gone."""

    session: Session | None
    seat: Seat | None
    sessions: list[Session]
    """Those of the group that participants are told of."""
    sorry: Collection[int]
    """The ids of the sessions to which the seat's holder can't come."""


def look_at_session_reminder(message: Message, now: datetime) -> Letter | str:
    """The letter, or why it should no longer go."""
    reminder = _reminder(message)
    return _why_not_to_remind(reminder, message, now) or _remind(reminder, message, now)


def render_session_reminder(message: Message, now: datetime) -> Letter:
    """To the participant: when and where the session is, and how to say that one can't come."""
    return _remind(_reminder(message), message, now)


def why_session_reminder_is_unwanted(message: Message, now: datetime) -> str:
    return _why_not_to_remind(_reminder(message), message, now)


def _reminder(message: Message) -> _Reminder:
    seat = seat_of(message)
    if seat is None:
        return _Reminder(None, None, [], [])
    sessions = sessions_of(work_group=seat.place.work_group_id)
    session = next((each for each in sessions if each.pk == message.context["session"]), None)
    if session:
        session.work_group = seat.place.work_group
    return _Reminder(session, seat, sessions, apologies_of(seat=seat))


def _remind(reminder: _Reminder, message: Message, now: datetime) -> Letter:
    session, seat = reminder.session, reminder.seat
    assert session is not None, "there is nothing to remind of"
    assert seat is not None, "there is nobody to remind"
    year = own_year(seat, reminder.sessions, reminder.sorry, now)
    group, programme = year["work_group"], year["programme"]
    assert session.starts_at is not None, "a reminder is of a time"
    said = (*map(contents, (session, group, programme)), *year["leads"], *year["cells"])
    is_today = london_day(session.starts_at) == london_day(now)
    return Letter(
        template=REMINDER_TEMPLATE,
        context={
            "session": session,
            **year,
            "facts": joining_facts(session, year["leads"]),
            "is_today": is_today,
            "is_online": is_online(session),
            "arrive_at": session.starts_at - ARRIVE_BEFORE,
            "map_url": map_of(session),
        },
        own={
            "school": str(seat.place.school),
            **own_links(message.hub, seat.participant),
        },
        alike=(*said, year["summary"], is_today),
        programme=programme.pk,
    )


def _why_not_to_remind(reminder: _Reminder, message: Message, now: datetime) -> str:
    if reminder.seat is None:
        return GIVEN_UP
    session = reminder.session
    if session is None or session.state != Session.State.PUBLISHED:
        return CANCELLED
    if session.starts_at is None or not message.key.startswith(
        reminders.key_prefix(session.pk, session.starts_at)
    ):
        return MOVED
    if session.starts_at <= now:
        return "the session has begun"
    if not session.work_group.is_public:
        return "the Work Group has finished or was cancelled"
    if not session.work_group.offering.messages_on:
        return "messages of the offering are off"
    if session.pk in reminder.sorry:
        return "the participant can't come"
    return why_not_to_seat(reminder.seat, message, on=session.starts_at)


def render_my_link(message: Message, now: datetime) -> Letter:
    """To a mailbox: the personal links of everyone who reads it."""
    people = _readers(message.recipient)
    return Letter(
        template=MY_LINK_TEMPLATE,
        context={"people": [_own_page(message.hub, person, now) for person in people]},
    )


def why_my_link_is_unwanted(message: Message, now: datetime) -> str:
    return "" if _readers(message.recipient) else "no participant has this address"


def place_of(message: Message) -> Place:
    return Place.objects.select_related(
        "school", "work_group__offering__programme", "work_group__offering__academic_year"
    ).get(pk=message.context["place"])


def seat_of(message: Message) -> Seat | None:
    """The seat with its person, place, school and Work Group; None when it is gone."""
    seat = next(iter(_seats(pk=message.context["seat"])), None)
    if seat:
        [seat.place.work_group] = _work_groups(pk=seat.place.work_group_id)
    return seat


# A reminder goes to each of hundreds of people at the same hour, and reads all of this for each: time
# and place are as fresh as the moment. Two queries over four tables each are planned in a quarter of
# the time that PostgreSQL needs for one over eight.


@prepared
def _seats(pk: Any) -> QuerySet[Seat]:
    return Seat.objects.filter(pk=pk).order_by().select_related("participant", "place__school")


@prepared
def _work_groups(pk: Any) -> QuerySet[WorkGroup]:
    found = WorkGroup.objects.filter(pk=pk).order_by()
    return found.select_related("offering__programme", "offering__academic_year")


@prepared
def sessions_of(work_group: Any) -> QuerySet[Session]:
    return Session.objects.on_the_calendar().filter(work_group=work_group).order_by("number")


@prepared
def apologies_of(seat: Any) -> QuerySet[Apology, int]:
    """The ids of the sessions to which the seat's holder can't come."""
    return Apology.objects.filter(seat=seat).order_by().values_list("session_id", flat=True)


@prepared
def _lead_names(work_group: Any) -> QuerySet[WorkGroupLead, str]:
    """Of those who have given a name, as ``schedules.lead_names`` has them."""
    leads = WorkGroupLead.objects.filter(work_group=work_group).exclude(member__account__name="")
    return leads.values_list("member__account__name", flat=True)


def why_not_to_seat(seat: Seat | None, message: Message, *, on: datetime) -> str:
    """Why the seat's holder should not have a message about ``on``, if so."""
    if seat is None or (seat.held_until is not None and seat.held_until < london_day(on)):
        return GIVEN_UP
    if seat.place.state != Place.State.ACCEPTED:
        return "the school's place was withdrawn"
    if seat.place.work_group.state == WorkGroup.State.CANCELLED:
        return "the Work Group was cancelled"
    if seat.participant.email.casefold() != message.recipient.casefold():
        return "the participant's address has changed"
    return ""


def _readers(address: str) -> list[Participant]:
    """The participants who read that mailbox, by name."""
    return list(Participant.objects.filter(email__iexact=address))


def own_links(hub: Any, participant: Participant) -> dict[str, str]:
    page = make_token("my", participant.pk, participant.link_generation)
    calendar = make_token("calendar", participant.pk, participant.link_generation)
    return {
        "my_url": absolute(hub, "sessions:show_my_sessions", page),
        "calendar_url": absolute(hub, "sessions:calendar_feed", calendar),
    }


def _own_page(hub: Any, participant: Participant, now: datetime) -> dict[str, Any]:
    """One participant in the e-mail with lost links: the links, and what is next."""
    year = own_schedule(participant, now=now).next_year
    page: dict[str, Any] = {"participant": participant, **own_links(hub, participant)}
    if year and year.next:
        page["facts"] = joining_facts(year.next.session, year.leads)
        page |= {"cells": year.cells, "summary": year.summary}
    return page


def place_facts(place: Place, coming: Session | None, leads: list[str]) -> list[Fact]:
    """What a headteacher decides on. No link to join: that is for those who take part."""
    seats = place.work_group.offering.programme.seats_per_school
    people = "one person" if seats == 1 else f"{number_words(seats)} people"
    facts: list[Fact] = [
        ("Work Group", place.work_group.name),
        ("Seats", f"for {people} of your school"),
    ]
    if coming:
        facts += [("Next session", when(coming)), ("Where", where(coming))]
    if leads:
        facts.append(("Led by", ", ".join(leads)))
    return facts


def joining_facts(session: Session | None, leads: list[str]) -> list[Fact]:
    """What a participant needs on the day: date, time, place, the way in, what to bring."""
    if session is None:
        return []
    facts: list[Fact] = [("When", when(session)), ("How", session.get_mode_display())]
    join = (session.join_link, "Join online") if session.join_link else ()
    facts.append(("Where", where(session), *join))
    if leads:
        facts.append(("Led by", ", ".join(leads)))
    if session.bring:
        facts.append(("Bring", session.bring))
    return facts


def _is_expected(seat: Seat, session: Session) -> bool:
    return session.starts_at is None or seat.is_held_on(london_day(session.starts_at))


def own_year(
    seat: Seat, sessions: list[Session], sorry: Collection[int], now: datetime
) -> dict[str, Any]:
    """The year of the seat's holder: from the day on that the seat is theirs, with their apologies."""
    own = [each for each in sessions if _is_expected(seat, each)]
    return group_year(seat.place.work_group, own, now=now, sorry=sorry)


def group_year(
    work_group: WorkGroup,
    sessions: list[Session],
    *,
    now: datetime,
    sorry: Collection[int] = (),
) -> dict[str, Any]:
    """What every message carries: the group, its next session, all of them, the bar, whom to ask.

    ``sorry`` holds the ids of the sessions to which the reader can't come.
    """
    return {
        "work_group": work_group,
        "programme": work_group.offering.programme,
        "academic_year": work_group.offering.academic_year,
        "sessions": sessions,
        "next_session": bar.next_session(sessions, now),
        "cells": bar.cells(sessions, now=now, apologies=sorry),
        "summary": bar.summary(sessions, now=now),
        "leads": _lead_names(work_group=work_group),
    }


register(
    Kind(
        name=PLACE_OFFERED,
        label="place offered, to the headteacher",
        render=render_place_offered,
        unwanted=why_place_offered_is_unwanted,
        template=PLACE_OFFERED_TEMPLATE,
        worded=WORDED_OFFER,
    )
)
register(
    Kind(
        name=SEAT_NAMED,
        label="seat named, to the participant",
        render=render_seat_named,
        unwanted=why_seat_named_is_unwanted,
        template=SEAT_NAMED_TEMPLATE,
        worded=WORDED_SEAT,
    )
)
register(
    Kind(
        name=reminders.KIND,
        label="session reminder",
        render=render_session_reminder,
        unwanted=why_session_reminder_is_unwanted,
        look=look_at_session_reminder,
        leaves_by_day=True,
        priority=Message.Priority.REMINDER,
        template=REMINDER_TEMPLATE,
        worded=WORDED_SESSION,
    )
)
register(
    Kind(
        name=MY_LINK,
        label="link to the own page",
        render=render_my_link,
        unwanted=why_my_link_is_unwanted,
        expires_after=timedelta(hours=24),
        template=MY_LINK_TEMPLATE,
        worded=WORDED_MY_LINK,
    )
)
register_planner(reminders.plan_reminders)
register_foreseer(reminders.foresee_reminders)
register_planner(put_off_to_daytime)
