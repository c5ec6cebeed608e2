"""Forgetting people: participants, seats and apologies, so many years after their last session.

All of this works on the hub in scope, by its own period.
"""

from datetime import date, datetime

from django.db.models import DateField, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from enrolment.models import Participant, Place, Seat
from enrolment.services.erasing import erase, in_batches
from enrolment.services.retention import empty_places
from mathshub.outbox.retention import delete_messages_to
from mathshub.scope import current_hub
from sessions.models import Apology, Session
from sessions.times import london_day


def participants_to_forget(now: datetime) -> QuerySet:
    """Those none of whose seats is recent; without a seat, those who have been known that long."""
    since = current_hub().people_kept_since(now)
    seats = Seat.objects.filter(participant=OuterRef("pk"))
    return Participant.objects.filter(
        ~Exists(_recent(seats, since)), Q(created_at__lt=since) | Exists(seats)
    )


def places_to_empty(now: datetime) -> QuerySet:
    """Places with a contact in groups that met last before the period began.

    In a group that never had a date, it is the answer to the offer that counts, or the offer.
    """
    sessions = Session.objects.filter(work_group=OuterRef("work_group"))
    ended_at = Coalesce(_last_end(sessions), "answered_at", "offered_at")
    return (
        Place.objects.alias(ended_at=ended_at)
        .filter(ended_at__lt=current_hub().people_kept_since(now))
        .exclude(contact_name="", contact_email="")
    )


def forget_people(now: datetime) -> tuple[int, int]:
    """Delete participants with seats and apologies, and empty places; returns how many of each."""
    participants = in_batches(participants_to_forget(now), _forget)
    return participants, empty_places(places_to_empty(now))


def _recent(seats: QuerySet, since: datetime) -> QuerySet:
    """Seats whose last session ended no earlier; without a session, their last day is no earlier.

    A cancelled session counts as well: somebody meant to come.
    """
    last_day = Coalesce(OuterRef("held_until"), Value(date.max), output_field=DateField())
    within = Session.objects.filter(
        work_group=OuterRef("place__work_group"),
        starts_at__date__gte=OuterRef("held_from"),
        starts_at__date__lte=last_day,
    )
    return seats.alias(
        ended_at=_last_end(within), last_day=Coalesce("held_until", "held_from")
    ).filter(Q(ended_at__gte=since) | Q(ended_at=None, last_day__gte=london_day(since)))


def _last_end(sessions: QuerySet) -> Subquery:
    dated = sessions.filter(ends_at__isnull=False).order_by("-ends_at")
    return Subquery(dated.values("ends_at")[:1])


def _forget(keys: list[int]) -> None:
    seats = list(Seat.objects.filter(participant__in=keys).values_list("pk", flat=True))
    erase(Apology, seat__in=seats)
    erase(Seat, id__in=seats)
    delete_messages_to(keys)
    erase(Participant, id__in=keys)
