"""What staff have written to many, as each reader gets it: with the reader's own next session."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from enrolment.models import Mailing, Place, Seat
from enrolment.services.mailings.audience import state_of_places
from enrolment.services.mailings.sending import MAILING
from mathshub.outbox.kinds import Kind, Letter, register
from mathshub.outbox.models import Message
from sessions.messages import (
    apologies_of,
    group_year,
    joining_facts,
    own_links,
    own_year,
    place_facts,
    sessions_of,
)
from workgroups.models import WorkGroup, WorkGroupLead

TEMPLATE = "sessions/email/mailing"
WITHDRAWN = "the message was deleted"
FILES_GONE = "its files are no longer kept"
NO_LONGER = "nobody who reads this mailbox fits it any more"


@dataclass(frozen=True)
class _For:
    """Those people of one mailbox whom the mailing still fits: their seats, or their places."""

    mailing: Mailing | None
    seats: list[Seat]
    places: list[Place]

    @property
    def groups(self) -> list[WorkGroup]:
        held = [seat.place for seat in self.seats] or self.places
        return list({place.work_group_id: place.work_group for place in held}.values())


def look_at_mailing(message: Message, now: datetime) -> Letter | str:
    """The letter, or why it should no longer go."""
    found = _for(message, now)
    return _why_not(found) or _write(found, message, now)


def render_mailing(message: Message, now: datetime) -> Letter:
    """To a mailbox: the text, and of whom it is for the next session, if that is one person's."""
    return _write(_for(message, now), message, now)


def why_mailing_is_unwanted(message: Message, now: datetime) -> str:
    return _why_not(_for(message, now))


def _for(message: Message, now: datetime) -> _For:
    mailing = Mailing.objects.filter(pk=message.context["mailing"]).first()
    if mailing is None:
        return _For(None, [], [])
    people, address = message.context["people"], message.recipient
    if mailing.to == Mailing.To.PARTICIPANTS:
        seats = Seat.objects.current(timezone.localdate(now)).filter(
            pk__in=people, participant__email__iexact=address
        )
        seats = seats.select_related(
            "participant", "place__school", *_of_group("place__work_group")
        )
        return _For(mailing, list(seats.order_by("pk")), [])
    places = Place.objects.filter(
        pk__in=people, contact_email__iexact=address, state=state_of_places(mailing)
    )
    places = places.select_related("school", *_of_group("work_group"))
    return _For(mailing, [], list(places.order_by("pk")))


def _of_group(path: str) -> tuple[str, str]:
    return f"{path}__offering__programme", f"{path}__offering__academic_year"


def _why_not(found: _For) -> str:
    if found.mailing is None:
        return WITHDRAWN
    if all(group.state == WorkGroup.State.CANCELLED for group in found.groups):
        return NO_LONGER
    return FILES_GONE if found.mailing.has_lost_files else ""


def _write(found: _For, message: Message, now: datetime) -> Letter:
    mailing = found.mailing
    assert mailing is not None, "there is nothing to write"
    files = [(file.name, bytes(file.content), file.content_type) for file in mailing.files.all()]
    return Letter(
        template=TEMPLATE,
        context={"mailing": mailing, "groups": found.groups, **_next_session(found, message, now)},
        attachments=files,
        reply_to=_leads_of(found.groups) if mailing.replies_to == Mailing.Replies.LEADS else [],
    )


def _next_session(found: _For, message: Message, now: datetime) -> dict[str, Any]:
    """Of the only seat, or the only place. A mailbox of several people names none of theirs."""
    if len(found.seats) == 1:
        [seat] = found.seats
        sessions = list(sessions_of(work_group=seat.place.work_group_id))
        year = own_year(seat, sessions, apologies_of(seat=seat), now)
        facts = joining_facts(year["next_session"], year["leads"])
        return {"facts": facts, **own_links(message.hub, seat.participant)}
    if len(found.places) == 1:
        [place] = found.places
        sessions = list(sessions_of(work_group=place.work_group_id))
        year = group_year(place.work_group, sessions, now=now)
        return {"facts": place_facts(place, year["next_session"], year["leads"])}
    return {}


def _leads_of(groups: list[WorkGroup]) -> list[str]:
    leads = WorkGroupLead.objects.filter(work_group__in=[group.pk for group in groups])
    active = leads.filter(member__account__is_active=True).order_by("pk")
    return list(dict.fromkeys(active.values_list("member__account__email", flat=True)))


register(
    Kind(
        name=MAILING,
        label="message to many",
        render=render_mailing,
        unwanted=why_mailing_is_unwanted,
        look=look_at_mailing,
        priority=Message.Priority.REMINDER,
        template=TEMPLATE,
        has_notice=True,
    )
)
