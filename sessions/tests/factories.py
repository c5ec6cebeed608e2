"""Valid rows of this app, for tests; keyword-only, each usable within ``hub_scope``."""

from datetime import datetime, time, timedelta
from typing import Any

from enrolment.models import Participant, Place, Seat
from enrolment.tests.factories import NOW, make_accepted_place, make_participant, make_seat
from mathshub.links import make_token
from sessions.models import Apology, Session
from sessions.times import at_wall_time, london_day
from workgroups.models import WorkGroup
from workgroups.tests.factories import make_work_group

__all__ = [
    "NOW",
    "make_apology",
    "make_running_group",
    "make_seat_in",
    "make_session",
    "make_sessions",
    "token_of",
]


def make_running_group(**fields: Any) -> WorkGroup:
    """A Work Group that has begun its year."""
    return make_work_group(**{"state": WorkGroup.State.RUNNING} | fields)


def make_session(
    *,
    work_group: WorkGroup | None = None,
    starts_at: datetime | None = NOW + timedelta(days=30),
    ends_at: datetime | None = None,
    **fields: Any,
) -> Session:
    """A published twilight of an hour and a half, 30 days from ``NOW``, in a running group."""
    group = work_group or make_running_group()
    if starts_at is not None and ends_at is None:
        ends_at = starts_at + timedelta(minutes=90)
    return Session.objects.create(
        **{
            "work_group": group,
            "number": group.sessions.count() + 1,
            "mode": Session.Mode.TWILIGHT,
            "state": Session.State.PUBLISHED,
            "venue": "Invented Primary School, Marsh Lane, E17 0XX",
            "starts_at": starts_at,
            "ends_at": ends_at,
        }
        | fields
    )


def make_sessions(
    *, work_group: WorkGroup, count: int = 6, first_in: int = -30, every: int = 30
) -> list[Session]:
    """Published sessions at 15:45 in London: the first ``first_in`` days from ``NOW``."""
    first = london_day(NOW) + timedelta(days=first_in)
    return [
        make_session(
            work_group=work_group,
            starts_at=at_wall_time(first + timedelta(days=every * position), time(15, 45)),
        )
        for position in range(count)
    ]


def make_seat_in(
    work_group: WorkGroup,
    *,
    place: Place | None = None,
    participant: Participant | None = None,
    named_at: datetime = NOW - timedelta(days=60),
    **fields: Any,
) -> Seat:
    """A seat in the Work Group, named 60 days before ``NOW``."""
    place = place or make_accepted_place(work_group=work_group, now=named_at)
    return make_seat(
        place=place,
        participant=participant or make_participant(school=place.school),
        held_from=london_day(named_at),
        **fields,
    )


def make_apology(*, session: Session, seat: Seat, **fields: Any) -> Apology:
    """An apology given at ``NOW``, without a reason."""
    return Apology.objects.create(session=session, seat=seat, **{"given_at": NOW} | fields)


def token_of(participant: Participant, purpose: str = "my") -> str:
    """The token of the participant's own page, or of the calendar feed."""
    return make_token(purpose, participant.pk, participant.link_generation)
