"""Telling the participants of a session that it has changed, or that it is cancelled."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from enrolment.models import Place, Seat
from mathshub.outbox.models import Message
from mathshub.outbox.notices import SETTLES_IN, take_back_notices
from mathshub.outbox.services import Draft, queue_messages
from sessions.models import Session
from sessions.times import london_day
from sessions.words import when
from workgroups.models import WorkGroup

CHANGED: Final = "session-changed"
CANCELLED: Final = "session-cancelled"

TOO_NEAR = timedelta(hours=1)
"""So shortly before a session nobody waits for further changes."""

WORTH_TELLING = timedelta(hours=72)


@dataclass(frozen=True)
class Arrangement:
    """What a participant knows of a session: when, how, where; of the link only whether it is new."""

    starts_at: datetime | None
    ends_at: datetime | None
    mode: str
    venue: str
    link: str

    def to_context(self) -> dict[str, Any]:
        """For the message, which outlives the link and must not hold it."""
        return asdict(self) | {
            "starts_at": self.starts_at and self.starts_at.isoformat(),
            "ends_at": self.ends_at and self.ends_at.isoformat(),
        }

    @classmethod
    def of_context(cls, kept: dict[str, Any]) -> "Arrangement":
        moments = {
            name: kept[name] and datetime.fromisoformat(kept[name])
            for name in ("starts_at", "ends_at")
        }
        return cls(**kept | moments)

    @property
    def when(self) -> str:
        return when(Session(starts_at=self.starts_at, ends_at=self.ends_at))


def arrangement_of(session: Session) -> Arrangement:
    """As it stands; what stands beside a virtual session as its venue is told to nobody."""
    is_virtual = session.mode == Session.Mode.VIRTUAL
    return Arrangement(
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        mode=session.mode,
        venue="" if is_virtual else session.venue,
        link=_fingerprint(session.join_link),
    )


@dataclass(frozen=True)
class Untold:
    """A change that its reader has not heard of: what they know, and since when it is not so."""

    seat: int
    was: Arrangement
    since: datetime


def seats_told(session: Session, *moments: datetime | None, now: datetime) -> list[Seat]:
    """Who hears of a change: the seats with an address, held on the day of one of the moments.

    Without a date today counts. Nobody, where participants have not been told of the session.
    """
    if session.state == Session.State.PLANNED or not _is_told_of(session.work_group_id):
        return []
    days = {london_day(moment or now) for moment in moments}
    seats = (
        Seat.objects.filter(
            place__work_group=session.work_group_id, place__state=Place.State.ACCEPTED
        )
        .exclude(participant__email="")
        .select_related("participant", "place__school")
        .order_by("participant__name", "pk")
    )
    return [seat for seat in seats if any(seat.is_held_on(day) for day in days)]


def take_back_changes(session: Session) -> list[Untold]:
    """Stop the notices of earlier changes that have not left."""
    return [
        Untold(
            seat=kept["seat"],
            was=Arrangement.of_context(kept["was"]),
            since=datetime.fromisoformat(kept["since"]),
        )
        for kept in take_back_notices(key_prefix=_prefix(CHANGED, session))
    ]


def tell_of_change(
    session: Session, was: Arrangement, untold: list[Untold], *, now: datetime
) -> None:
    """Queue what is new to each, from what they know; who knows nothing else gets no message."""
    known = {each.seat: each for each in untold}
    moments = [was.starts_at, session.starts_at, *(each.was.starts_at for each in untold)]
    stands, due_at = arrangement_of(session), _due_at(moments, now)
    drafts = []
    for seat in seats_told(session, *moments, now=now):
        each = known.get(seat.pk, Untold(seat.pk, was, now))
        if each.was != stands:
            context = {"was": each.was.to_context(), "since": each.since.isoformat()}
            over_at = session.ends_at
            drafts.append(_draft(CHANGED, seat, session, due_at=due_at, over_at=over_at, **context))
    queue_messages(drafts, now=now)


def tell_of_cancellation(session: Session, untold: list[Untold], *, now: datetime) -> None:
    """Queue at once that the session does not take place, at the time that each knows of."""
    known = {each.seat: each.was for each in untold}
    stands = arrangement_of(session)
    moments = [session.starts_at, *(each.was.starts_at for each in untold)]
    drafts = []
    for seat in seats_told(session, *moments, now=now):
        was = known.get(seat.pk, stands)
        over_at = was.ends_at or session.ends_at
        drafts.append(
            _draft(CANCELLED, seat, session, due_at=now, over_at=over_at, was=was.to_context())
        )
    queue_messages(drafts, now=now)


def waiting_notices(session: Session) -> QuerySet[Message]:
    """What was queued by the latest change of the session and has not left."""
    kind = CANCELLED if session.state == Session.State.CANCELLED else CHANGED
    prefix = f"{_prefix(kind, session)}{session.sequence}:"
    return Message.objects.waiting().filter(key__startswith=prefix).order_by("pk")


def _is_told_of(work_group: int) -> bool:
    group = WorkGroup.objects.public().filter(pk=work_group)
    return group.filter(offering__messages_on=True).exists()


def _due_at(moments: list[datetime | None], now: datetime) -> datetime:
    soonest = min(filter(None, moments), default=None)
    return now if soonest and soonest < now + TOO_NEAR else now + SETTLES_IN


def _draft(
    kind: str,
    seat: Seat,
    session: Session,
    *,
    due_at: datetime,
    over_at: datetime | None,
    **context: Any,
) -> Draft:
    expires_at = due_at + WORTH_TELLING
    if over_at and due_at < over_at:
        expires_at = min(expires_at, over_at)
    return Draft(
        kind=kind,
        key=f"{_prefix(kind, session)}{session.sequence}:{seat.pk}",
        recipient=seat.participant.email,
        recipient_name=seat.participant.name,
        context={"session": session.pk, "seat": seat.pk, **context},
        school_id=seat.place.school_id,
        work_group_id=session.work_group_id,
        participant_id=seat.participant_id,
        session_id=session.pk,
        due_at=due_at,
        expires_at=expires_at,
    )


def _prefix(kind: str, session: Session) -> str:
    return f"{kind}:{session.pk}:"


def _fingerprint(link: str) -> str:
    """Stands for the link to join, which only those with a seat may know."""
    return (
        salted_hmac("sessions.notices", link, algorithm="sha256").hexdigest()[:16] if link else ""
    )
