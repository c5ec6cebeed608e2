"""Places: offered to schools within a Work Group's capacity, then accepted, declined, withdrawn."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from enrolment.errors import (
    AlreadyPlaced,
    ExpressionWithdrawn,
    OtherOffering,
    PlaceNotDue,
    PlaceNotHeld,
    PlaceNotOffered,
    Refusal,
    SchoolNotMatched,
    WorkGroupClosed,
    WorkGroupFull,
)
from enrolment.models import ExpressionOfInterest, Place
from enrolment.services.history import save_as
from enrolment.services.seats import NamedSeat, end_seats, fill_seats, lock_place
from enrolment.services.transactions import one_transaction
from mathshub.accounts.models import Account
from mathshub.outbox.services import Draft, cancel_messages, queue_messages
from workgroups.models import WorkGroup

PLACE_OFFERED = "place-offered"
"""The kind of message with the link to accept; registered by ``sessions``, which knows the dates."""

PLACE_LAPSING = "place-lapsing"
PLACE_LAPSED = "place-lapsed"
"""That an offer is about to lapse, and that it has; registered there too."""

Expressions = Collection[ExpressionOfInterest]


@dataclass(frozen=True)
class OfferPreview:
    """What offering places would do: who gets an e-mail, and who is refused and why."""

    work_group: WorkGroup
    offered: list[ExpressionOfInterest]
    refused: list[tuple[ExpressionOfInterest, Refusal]]
    free_places: int


def preview_offer(expressions: Expressions, *, work_group: WorkGroup) -> OfferPreview:
    """What ``offer_places`` would do at this moment; nothing is changed."""
    judged = _judge(list(expressions), work_group)
    return OfferPreview(
        work_group=work_group,
        offered=[expression for expression, refusal in judged if refusal is None],
        refused=[(expression, refusal) for expression, refusal in judged if refusal],
        free_places=max(
            0, work_group.capacity - Place.objects.held().filter(work_group=work_group).count()
        ),
    )


def offer_place(
    expression: ExpressionOfInterest,
    *,
    work_group: WorkGroup,
    by: Account | None,
    now: datetime,
    reply_by: date | None = None,
) -> Place:
    """Offer the school a place and tell its headteacher, with a link to accept or decline.

    Raises ``SchoolNotMatched``, ``OtherOffering``, ``ExpressionWithdrawn``, ``AlreadyPlaced``,
    ``WorkGroupClosed``, ``WorkGroupFull``, ``SomeoneElseIsChanging``.
    """
    return offer_places([expression], work_group=work_group, by=by, now=now, reply_by=reply_by)[0]


@one_transaction
def offer_places(
    expressions: Expressions,
    *,
    work_group: WorkGroup,
    by: Account | None,
    now: datetime,
    reply_by: date | None = None,
) -> list[Place]:
    """Offer a place to each of the schools, or to none: raises what ``offer_place`` raises."""
    work_group = _lock_work_group(work_group)
    judged = _judge(_lock_expressions(expressions), work_group)
    for _, refusal in judged:
        if refusal:
            raise refusal
    places = [
        _offer(expression, work_group=work_group, by=by, now=now, reply_by=reply_by)
        for expression, _ in judged
    ]
    queue_messages([place_offered(place) for place in places], now=now)
    return places


@one_transaction
def accept_place(
    place: Place, *, seats: Sequence[NamedSeat], by: Account | None, now: datetime
) -> Place:
    """Accept an offered place and seat the people named, the first as lead participant.

    Fewer names than seats, or none, will do: the others follow by ``name_seat``. Raises
    ``PlaceNotOffered``, ``WorkGroupClosed``, ``WorkGroupFull`` (the capacity was lowered since),
    ``NoSeatFree``, ``AlreadySeated``, ``SomeoneElseIsChanging``.
    """
    work_group = _lock_work_group(place.work_group)
    place = _lock_offered(place)
    if not work_group.takes_schools:
        raise WorkGroupClosed(work_group.name)
    if work_group.places.filter(state=Place.State.ACCEPTED).count() >= work_group.capacity:
        raise WorkGroupFull(work_group.name, work_group.capacity)
    _answer(place, Place.State.ACCEPTED, by=by, now=now, why="Accepted the place")
    _move_expression(place, ExpressionOfInterest.State.ACCEPTED, by=by, now=now)
    fill_seats(place, seats=seats, by=by, now=now)
    return place


@one_transaction
def decline_place(place: Place, *, by: Account | None, now: datetime) -> Place:
    """Decline an offered place, which frees it. Raises ``PlaceNotOffered``."""
    place = _lock_offered(place)
    _answer(place, Place.State.DECLINED, by=by, now=now, why="Declined the place")
    _move_expression(place, ExpressionOfInterest.State.DECLINED, by=by, now=now)
    return place


@one_transaction
def lapse_place(place: Place, *, now: datetime) -> Place:
    """Take back an offer that nobody has answered by its day, and tell the headteacher.

    Its expression waits for a decision again. Raises ``PlaceNotOffered`` when it was answered
    meanwhile, ``PlaceNotDue`` when it was given a later day, or offers do not lapse for now.
    """
    place = _lock_offered(place)
    if not Place.objects.to_lapse(timezone.localdate(now)).filter(pk=place.pk).exists():
        raise PlaceNotDue
    _answer(place, Place.State.LAPSED, by=None, now=now, why="Nobody answered in time")
    _move_expression(place, ExpressionOfInterest.State.RECEIVED, by=None, now=now)
    queue_messages([place_lapsed(place)], now=now)
    return place


@one_transaction
def withdraw_place(place: Place, *, by: Account | None, now: datetime) -> Place:
    """Take back an offer, or end an accepted place with its seats; raises ``PlaceNotHeld``.

    The expression of a place that was only offered waits for a decision again.
    """
    _lock_expression_of(place)
    place = lock_place(place)
    if place.state not in Place.HELD:
        raise PlaceNotHeld(place.get_state_display())
    was_accepted = place.state == Place.State.ACCEPTED
    state = (
        ExpressionOfInterest.State.WITHDRAWN
        if was_accepted
        else (ExpressionOfInterest.State.RECEIVED)
    )
    release_place(place, by=by, now=now, why="Withdrew the place")
    _move_expression(place, state, by=by, now=now)
    return place


def release_place(place: Place, *, by: Account | None, now: datetime, why: str) -> None:
    """Withdraw a place that the caller has locked, with its seats and the offer on its way."""
    end_seats(place, by=by, now=now, why=why)
    _answer(place, Place.State.WITHDRAWN, by=by, now=now, why=why)


def _judge(
    expressions: list[ExpressionOfInterest], work_group: WorkGroup
) -> list[tuple[ExpressionOfInterest, Refusal | None]]:
    """Each expression in turn with the reason why it can't have a place, if there is one."""
    held = set(
        Place.objects.held().filter(work_group=work_group).values_list("school_id", flat=True)
    )
    elsewhere = _groups_that_hold(expressions, other_than=work_group)
    judged: list[tuple[ExpressionOfInterest, Refusal | None]] = []
    for expression in expressions:
        refusal = _reason_against(expression, work_group, held, elsewhere)
        if refusal is None:
            held.add(expression.school_id)
        judged.append((expression, refusal))
    return judged


def _reason_against(
    expression: ExpressionOfInterest,
    work_group: WorkGroup,
    held: set[int | None],
    elsewhere: dict[int | None, str],
) -> Refusal | None:
    if not work_group.takes_schools:
        return WorkGroupClosed(work_group.name)
    if expression.school_id is None:
        return SchoolNotMatched()
    if expression.offering_id != work_group.offering_id:
        return OtherOffering(str(expression.offering))
    if expression.state == ExpressionOfInterest.State.WITHDRAWN:
        return ExpressionWithdrawn()
    if expression.school_id in held:
        return AlreadyPlaced(work_group.name)
    if expression.pk in elsewhere:
        return AlreadyPlaced(elsewhere[expression.pk])
    if len(held) >= work_group.capacity:
        return WorkGroupFull(work_group.name, work_group.capacity)
    return None


def _groups_that_hold(
    expressions: list[ExpressionOfInterest], *, other_than: WorkGroup
) -> dict[int | None, str]:
    """By expression, the name of another Work Group in which it holds a place."""
    held = Place.objects.held().filter(expression__in=expressions).exclude(work_group=other_than)
    return dict(held.values_list("expression_id", "work_group__name"))


def _lock_work_group(work_group: WorkGroup) -> WorkGroup:
    """The Work Group as it is now; whoever counts its places waits until the transaction ends."""
    return (
        WorkGroup.objects.select_for_update(of=("self",), no_key=True)
        .select_related("offering__programme", "offering__academic_year")
        .get(pk=work_group.pk)
    )


def _lock_expressions(expressions: Expressions) -> list[ExpressionOfInterest]:
    return list(
        ExpressionOfInterest.objects.select_for_update(of=("self",), no_key=True)
        .select_related("school", "offering__programme", "offering__academic_year")
        .filter(pk__in=[expression.pk for expression in expressions])
        .order_by("pk")
    )


def _lock_expression_of(place: Place) -> None:
    """Before the place, so that all actions lock in one order; a place may have none."""
    if place.expression_id:
        ExpressionOfInterest.objects.select_for_update(no_key=True).get(pk=place.expression_id)


def _lock_offered(place: Place) -> Place:
    """The place as it is now, locked with its expression. Raises ``PlaceNotOffered``."""
    _lock_expression_of(place)
    place = lock_place(place)
    if place.state != Place.State.OFFERED:
        raise PlaceNotOffered(place.get_state_display())
    return place


def _offer(
    expression: ExpressionOfInterest,
    *,
    work_group: WorkGroup,
    by: Account | None,
    now: datetime,
    reply_by: date | None,
) -> Place:
    """The school's place in the Work Group: a new row, or the one it declined or lost before."""
    place = work_group.places.filter(school=expression.school).first()
    if place is None:
        place = Place(work_group=work_group, school=expression.school)
    else:
        place.link_generation += 1  # the link of the earlier offer ends here
    place.expression = expression
    place.state = Place.State.OFFERED
    place.contact_name = expression.headteacher_name
    place.contact_email = expression.headteacher_email
    place.offered_at, place.answered_at, place.reply_by = now, None, reply_by
    save_as(place, by=by, now=now, why=f"Offered a place in {work_group}")
    expression.state = ExpressionOfInterest.State.OFFERED
    save_as(expression, by=by, now=now, why=f"Offered a place in {work_group}")
    return place


def _answer(
    place: Place, state: Place.State, *, by: Account | None, now: datetime, why: str
) -> None:
    place.state = state
    place.answered_at = now
    save_as(place, by=by, now=now, why=why)
    for kind in (PLACE_OFFERED, PLACE_LAPSING):
        cancel_messages(key_prefix=f"{kind}:{place.pk}:", reason=why)


def _move_expression(
    place: Place, state: ExpressionOfInterest.State, *, by: Account | None, now: datetime
) -> None:
    if place.expression is None:
        return
    place.expression.state = state
    save_as(place.expression, by=by, now=now, why=f"Its place is {place.get_state_display()}")


def place_offered(place: Place) -> Draft:
    """The message with the link to answer; a new link makes a new message."""
    return Draft(
        kind=PLACE_OFFERED,
        key=f"{PLACE_OFFERED}:{place.pk}:{place.link_generation}",
        recipient=place.contact_email,
        recipient_name=place.contact_name,
        context={"place": place.pk},
        school_id=place.school_id,
        work_group_id=place.work_group_id,
    )


def place_lapsed(place: Place) -> Draft:
    """The message that nobody answered in time; one for each offer."""
    return Draft(
        kind=PLACE_LAPSED,
        key=f"{PLACE_LAPSED}:{place.pk}:{place.link_generation}",
        recipient=place.contact_email,
        recipient_name=place.contact_name,
        context={"place": place.pk},
        school_id=place.school_id,
        work_group_id=place.work_group_id,
    )
