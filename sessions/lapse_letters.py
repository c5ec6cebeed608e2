"""Letters about an offer that nobody has answered: it is about to lapse, it has lapsed."""

from datetime import datetime

from django.utils import timezone

from enrolment.models import Place
from enrolment.services.lapsing import (
    foresee_lapses,
    foresee_warnings,
    lapse_places,
    plan_warnings,
    warning_key,
)
from enrolment.services.places import PLACE_LAPSED, PLACE_LAPSING
from mathshub.links import absolute, make_token
from mathshub.outbox.kinds import Kind, Letter, register, register_foreseer, register_planner
from mathshub.outbox.models import Message
from sessions.messages import group_year, place_facts, place_of, sessions_of
from sessions.wording import WORDED_OFFER

PLACE_LAPSING_TEMPLATE = "sessions/email/place_lapsing"
PLACE_LAPSED_TEMPLATE = "sessions/email/place_lapsed"


def render_place_lapsing(message: Message, now: datetime) -> Letter:
    """To the headteacher: by when, what happens then, and the one link to answer."""
    place = place_of(message)
    token = make_token("place", place.pk, place.link_generation)
    year = group_year(place.work_group, sessions_of(work_group=place.work_group), now=now)
    return Letter(
        template=PLACE_LAPSING_TEMPLATE,
        context={
            "place": place,
            "answer_url": absolute(message.hub, "enrolment:answer_place", token),
            **year,
            "facts": place_facts(place, year["next_session"], year["leads"]),
        },
        programme=year["programme"].pk,
    )


def why_place_lapsing_is_unwanted(message: Message, now: datetime) -> str:
    place = _place(message)
    if place is None or place.state != Place.State.OFFERED:
        return "the place is no longer offered"
    if message.first_key != warning_key(place):
        return "the school has another day to answer by"
    if not place.work_group.offering.offers_lapse:
        return "offers of this programme do not lapse"
    return ""


def render_place_lapsed(message: Message, now: datetime) -> Letter:
    """To the headteacher: nobody answered, the place went back, and what can still be done."""
    place = place_of(message)
    year = group_year(place.work_group, sessions_of(work_group=place.work_group), now=now)
    return Letter(
        template=PLACE_LAPSED_TEMPLATE,
        context={
            "place": place,
            **year,
            "facts": place_facts(place, year["next_session"], year["leads"]),
        },
        programme=year["programme"].pk,
    )


def why_place_lapsed_is_unwanted(message: Message, now: datetime) -> str:
    place = _place(message)
    if place and place.state == Place.State.LAPSED:
        return ""
    # Written beforehand it is due with the lapse itself, and may leave minutes before it.
    if place and Place.objects.to_lapse(timezone.localdate(now)).filter(pk=place.pk).exists():
        return ""
    return "the school has been offered a place again"


def _place(message: Message) -> Place | None:
    places = Place.objects.select_related("work_group__offering")
    return places.filter(pk=message.context["place"]).first()


register(
    Kind(
        name=PLACE_LAPSING,
        label="place about to lapse, to the headteacher",
        render=render_place_lapsing,
        unwanted=why_place_lapsing_is_unwanted,
        priority=Message.Priority.REMINDER,
        template=PLACE_LAPSING_TEMPLATE,
        worded=WORDED_OFFER,
        leaves_by_day=True,
    )
)
register(
    Kind(
        name=PLACE_LAPSED,
        label="place lapsed, to the headteacher",
        render=render_place_lapsed,
        unwanted=why_place_lapsed_is_unwanted,
        priority=Message.Priority.CHANGE,
        template=PLACE_LAPSED_TEMPLATE,
        worded=WORDED_OFFER,
        leaves_by_day=True,
    )
)
register_planner(plan_warnings)
register_planner(lapse_places)
register_foreseer(foresee_warnings)
register_foreseer(foresee_lapses)
