"""Messages that carry sessions: the offer, the welcome, the reminder, the link that was lost."""

from datetime import datetime, timedelta
from typing import Any

from enrolment.models import Participant, Place, Seat
from enrolment.services.places import PLACE_OFFERED
from enrolment.services.seats import SEAT_NAMED
from mathshub.calendar import CONTENT_TYPE
from mathshub.links import absolute, make_token
from mathshub.outbox.kinds import Kind, Letter, register, register_planner
from mathshub.outbox.models import Message
from sessions import bar, reminders
from sessions.calendars import own_calendar
from sessions.models import Apology, Session
from sessions.schedules import lead_names, own_schedule
from sessions.services.changes import CANCELLED, MOVED
from sessions.services.own_links import MY_LINK
from sessions.times import london_day
from sessions.words import number_words, when, where
from workgroups.models import WorkGroup

PLACE_OFFERED_TEMPLATE = "sessions/email/place_offered"
SEAT_NAMED_TEMPLATE = "sessions/email/seat_named"
REMINDER_TEMPLATE = "sessions/email/session_reminder"
MY_LINK_TEMPLATE = "sessions/email/my_link"

Fact = tuple[str, ...]
"""A line of the small table (templates/email/_facts.html): label, value, perhaps a link, its words."""

_GROUP = (
    "work_group__offering__programme",
    "work_group__offering__academic_year",
)


def render_place_offered(message: Message, now: datetime) -> Letter:
    """To the headteacher: a place is offered, until when, and the one link to answer it."""
    place = _place(message)
    token = make_token("place", place.pk, place.link_generation)
    year = _year(place.work_group, now=now)
    return Letter(
        template=PLACE_OFFERED_TEMPLATE,
        context={
            "place": place,
            "answer_url": absolute(message.hub, "enrolment:answer_place", token),
            **year,
            "facts": _place_facts(place, year["next_session"], year["leads"]),
        },
    )


def why_place_offered_is_unwanted(message: Message, now: datetime) -> str:
    place = Place.objects.filter(pk=message.context["place"]).first()
    if place is None or place.state != Place.State.OFFERED:
        return "the place is no longer offered"
    return ""


def render_seat_named(message: Message, now: datetime) -> Letter:
    """To the participant: the sessions, the personal page, and the file for the calendar."""
    seat = _seat(message)
    calendar = own_calendar(
        message.hub, seat.participant_id, seat.participant.link_generation, now=now
    )
    attachments = [("sessions.ics", calendar.to_ical(), CONTENT_TYPE)] if calendar.rows else []
    year = _year(seat.place.work_group, now=now, seat=seat)
    return Letter(
        template=SEAT_NAMED_TEMPLATE,
        context={
            "place": seat.place,
            **_own_links(message.hub, seat.participant),
            **year,
            "facts": _joining_facts(year["next_session"], year["leads"]),
        },
        attachments=attachments,
    )


def why_seat_named_is_unwanted(message: Message, now: datetime) -> str:
    return _why_not_to_seat(message, on=now)


def render_session_reminder(message: Message, now: datetime) -> Letter:
    """To the participant: when and where the session is, and how to say that one can't come."""
    seat = _seat(message)
    session = Session.objects.get(pk=message.context["session"])
    year = _year(seat.place.work_group, now=now, seat=seat)
    return Letter(
        template=REMINDER_TEMPLATE,
        context={
            "place": seat.place,
            "session": session,
            **_own_links(message.hub, seat.participant),
            **year,
            "facts": _joining_facts(session, year["leads"]),
        },
    )


def why_session_reminder_is_unwanted(message: Message, now: datetime) -> str:
    session = (
        Session.objects.filter(pk=message.context["session"])
        .select_related("work_group__offering")
        .first()
    )
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
    if Apology.objects.filter(session=session, seat=message.context["seat"]).exists():
        return "the participant can't come"
    return _why_not_to_seat(message, on=session.starts_at)


def render_my_link(message: Message, now: datetime) -> Letter:
    """To a mailbox: the personal links of everyone who reads it."""
    people = _readers(message.recipient)
    return Letter(
        template=MY_LINK_TEMPLATE,
        context={"people": [_own_page(message.hub, person, now) for person in people]},
    )


def why_my_link_is_unwanted(message: Message, now: datetime) -> str:
    return "" if _readers(message.recipient) else "no participant has this address"


def _place(message: Message) -> Place:
    return Place.objects.select_related("school", *_GROUP).get(pk=message.context["place"])


def _seat(message: Message) -> Seat:
    return Seat.objects.select_related(
        "participant", "place__school", *(f"place__{each}" for each in _GROUP)
    ).get(pk=message.context["seat"])


def _why_not_to_seat(message: Message, *, on: datetime) -> str:
    """Why the seat's holder should not have a message about ``on``, if so."""
    seat = (
        Seat.objects.filter(pk=message.context["seat"])
        .select_related("participant", "place__work_group")
        .first()
    )
    if seat is None or (seat.held_until is not None and seat.held_until < london_day(on)):
        return "the seat was given up"
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


def _own_links(hub: Any, participant: Participant) -> dict[str, str]:
    page = make_token("my", participant.pk, participant.link_generation)
    calendar = make_token("calendar", participant.pk, participant.link_generation)
    return {
        "my_url": absolute(hub, "sessions:show_my_sessions", page),
        "calendar_url": absolute(hub, "sessions:calendar_feed", calendar),
    }


def _own_page(hub: Any, participant: Participant, now: datetime) -> dict[str, Any]:
    """One participant in the e-mail with lost links: the links, and what is next."""
    year = own_schedule(participant, now=now).next_year
    page: dict[str, Any] = {"participant": participant, **_own_links(hub, participant)}
    if year and year.next:
        page["facts"] = _joining_facts(year.next.session, year.leads)
        page |= {"cells": year.cells, "summary": year.summary}
    return page


def _place_facts(place: Place, coming: Session | None, leads: list[str]) -> list[Fact]:
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


def _joining_facts(session: Session | None, leads: list[str]) -> list[Fact]:
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


def _year(work_group: WorkGroup, *, now: datetime, seat: Seat | None = None) -> dict[str, Any]:
    """What every message carries: the group, its next session, all of them, the bar, whom to ask.

    With a seat, the sessions and the bar are its holder's own: from the day on that the seat is
    theirs, and with their apologies.
    """
    sessions = list(
        Session.objects.on_the_calendar().filter(work_group=work_group).order_by("number")
    )
    if seat:
        sessions = [each for each in sessions if _is_expected(seat, each)]
    sorry = Apology.objects.filter(seat=seat) if seat else Apology.objects.none()
    apologies = set(sorry.values_list("session_id", flat=True))
    return {
        "work_group": work_group,
        "programme": work_group.offering.programme,
        "academic_year": work_group.offering.academic_year,
        "sessions": sessions,
        "next_session": bar.next_session(sessions, now),
        "cells": bar.cells(sessions, now=now, apologies=apologies),
        "summary": bar.summary(sessions, now=now),
        "leads": lead_names([work_group.pk]).get(work_group.pk, []),
    }


register(
    Kind(
        name=PLACE_OFFERED,
        label="place offered, to the headteacher",
        render=render_place_offered,
        unwanted=why_place_offered_is_unwanted,
        template=PLACE_OFFERED_TEMPLATE,
    )
)
register(
    Kind(
        name=SEAT_NAMED,
        label="seat named, to the participant",
        render=render_seat_named,
        unwanted=why_seat_named_is_unwanted,
        template=SEAT_NAMED_TEMPLATE,
    )
)
register(
    Kind(
        name=reminders.KIND,
        label="session reminder",
        render=render_session_reminder,
        unwanted=why_session_reminder_is_unwanted,
        priority=Message.Priority.REMINDER,
        template=REMINDER_TEMPLATE,
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
    )
)
register_planner(reminders.plan_reminders)
