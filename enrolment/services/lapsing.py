"""Offers that nobody answers: their headteachers are warned, and the day after they lapse."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

from django.utils import timezone

from enrolment.errors import PlaceNotDue, PlaceNotOffered, SomeoneElseIsChanging
from enrolment.models import Place
from enrolment.services.places import PLACE_LAPSING, lapse_place, place_lapsed, place_offered
from mathshub.daytime import LONDON, at_daytime, day_ends, is_daytime, next_daytime
from mathshub.outbox.models import Message
from mathshub.outbox.services import Draft, queue_messages
from workgroups.lead_times import MORNING_AT, school_day_before
from workgroups.models import WorkGroup
from workgroups.school_days import SchoolDays, school_days_between

WARNED_BEFORE = 2  # days


def lapse_places(now: datetime) -> int:
    """A planner: take back, for the hub in scope, the offers that were to be answered yesterday.

    By day, for their headteachers are told at once. Not those whose offer has not left: it waits,
    or it failed, and then staff must act. Returns how many lapsed.
    """
    if not is_daytime(now) or now < at_daytime(timezone.localdate(now), MORNING_AT):
        return 0
    due = list(Place.objects.to_lapse(timezone.localdate(now)).order_by("expression_id", "pk"))
    lapsed = 0
    for place in _told_of(due):
        try:
            lapse_place(place, now=now)
        except (PlaceNotDue, PlaceNotOffered, SomeoneElseIsChanging):
            continue  # it was answered meanwhile, or the next round finds it again
        lapsed += 1
    return lapsed


def plan_warnings(now: datetime) -> int:
    """A planner: warn two days before the reply-by day, on a school day where there is one.

    Whoever was asked to answer sooner than that has read the day in the offer.
    """
    leaves_at = next_daytime(now)
    drafts = [
        _warning(place, leaves_at)
        for place, due_at in _warned(now, due_by=now)
        if place.offered_at < due_at <= now and leaves_at < _ends_at(place)
    ]
    return queue_messages(drafts, now=now) if drafts else 0


def foresee_warnings(now: datetime, until: datetime) -> Iterator[Draft]:
    """What ``plan_warnings`` will queue after ``now`` up to ``until``, as things stand."""
    for place, due_at in _warned(now, due_by=until):
        if now < due_at <= until and place.offered_at < due_at:
            yield _warning(place, due_at)


def foresee_lapses(now: datetime, until: datetime) -> Iterator[Draft]:
    """Whom ``lapse_places`` will tell after ``now`` up to ``until``, if nobody answers."""
    last = timezone.localdate(until)
    places = list(Place.objects.to_lapse(last).order_by("pk"))
    for place in _told_of(places):
        lapses_at = at_daytime(_day_of_lapse(place, timezone.localdate(now)), MORNING_AT)
        if now < lapses_at <= until:
            yield replace(place_lapsed(place), due_at=lapses_at)


def warning_key(place: Place) -> str:
    """Once for each day by which an offer is to be answered."""
    return f"{PLACE_LAPSING}:{place.pk}:{place.link_generation}:{place.reply_by:%Y%m%d}"


def _told_of(places: Iterable[Place]) -> list[Place]:
    """Those whose offer has left, as far as the outbox still knows of it."""
    places = list(places)
    if not places:
        return []
    keys = {place_offered(place).key: place.pk for place in places}
    untold = Message.objects.filter(key__in=keys).exclude(state=Message.State.SENT)
    stuck = {keys[key] for key in untold.values_list("key", flat=True)}
    return [place for place in places if place.pk not in stuck]


def _warned(now: datetime, *, due_by: datetime) -> Iterator[tuple[Place, datetime]]:
    """Offers that have left and nobody has answered, each with when its headteacher is warned."""
    today, last = timezone.localdate(now), timezone.localdate(due_by)
    places = _told_of(
        Place.objects.unanswered()
        .filter(
            reply_by__range=(today, last + timedelta(days=2 * WARNED_BEFORE)),
            work_group__offering__offers_lapse=True,
        )
        .order_by("pk")
    )
    if not places:
        return
    school_days = school_days_between(today - timedelta(days=7), last + timedelta(days=7))
    boroughs = _boroughs_of({place.work_group_id for place in places})
    for place in places:
        assert place.reply_by is not None, "they were chosen by it"
        own = boroughs.get(place.work_group_id, [])
        yield place, warned_at(place.reply_by, school_days, own)


def _warning(place: Place, leaves_at: datetime) -> Draft:
    return Draft(
        kind=PLACE_LAPSING,
        key=warning_key(place),
        recipient=place.contact_email,
        recipient_name=place.contact_name,
        context={"place": place.pk},
        school_id=place.school_id,
        work_group_id=place.work_group_id,
        due_at=leaves_at,
        expires_at=_ends_at(place),
    )


def _ends_at(place: Place) -> datetime:
    """When a warning is of no use any more."""
    assert place.reply_by is not None, "only offers with a day are warned of"
    return datetime.combine(place.reply_by, day_ends(), tzinfo=LONDON).astimezone(UTC)


def _day_of_lapse(place: Place, today: date) -> date:
    assert place.reply_by is not None, "only offers with a day lapse"
    return max(place.reply_by + timedelta(days=1), today)


def warned_at(reply_by: date, school_days: SchoolDays, boroughs: Collection[int]) -> datetime:
    """On the morning two days before, or of the school day before that."""
    is_school_day = partial(school_days.is_school_day, boroughs=boroughs)
    day = reply_by - timedelta(days=WARNED_BEFORE)
    return at_daytime(school_day_before(day, WARNED_BEFORE, is_school_day), MORNING_AT)


def _boroughs_of(groups: Collection[int]) -> dict[int, list[int]]:
    boroughs: dict[int, list[int]] = {}
    areas = WorkGroup.local_authorities.through.objects.filter(workgroup__in=groups)
    for group, borough in areas.values_list("workgroup_id", "localauthority_id"):
        boroughs.setdefault(group, []).append(borough)
    return boroughs
