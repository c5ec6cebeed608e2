"""A participant's own calendar: what it holds, and whether it has changed."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, Q, QuerySet

from enrolment.models import Place, Seat
from mathshub.calendar import (
    CANCEL,
    KEPT_AFTER_CANCELLING,
    PUBLISH,
    Entry,
    build_calendar,
    content_type,
)
from mathshub.links import absolute
from mathshub.prepared import prepared
from sessions.models import Session
from sessions.times import at_wall_time, london_day
from workgroups.models import WorkGroup


class Row(NamedTuple):
    """A session as the calendar needs it: plain values, quick to read and to compare."""

    uid: UUID
    sequence: int
    changed_at: datetime
    starts_at: datetime
    ends_at: datetime
    state: str
    number: int
    title: str
    mode: str
    venue: str
    join_link: str
    bring: str
    work_group: int
    group_name: str
    group_state: str
    programme: str
    held_from: date
    held_until: date | None


_NEVER = datetime(2000, 1, 1, tzinfo=UTC)
_SEAT = "work_group__places__seats__"
_COLUMNS = {
    "group_name": F("work_group__name"),
    "group_state": F("work_group__state"),
    "programme": F("work_group__offering__programme__name"),
    "held_from": F(f"{_SEAT}held_from"),
    "held_until": F(f"{_SEAT}held_until"),
}


@dataclass(frozen=True)
class OwnCalendar:
    """The calendar of one participant of ``hub``, as it stands."""

    hub: Any
    participant: int
    rows: tuple[Row, ...]
    changed_at: datetime  # when it last became what it is

    @property
    def etag(self) -> str:
        """Changes with everything that the calendar says, and with nothing else."""
        said = repr((self.hub.name, self.hub.contact_email, self.hub.host, self.rows))
        return f'"{hashlib.sha256(said.encode()).hexdigest()[:32]}"'

    def to_ical(self) -> bytes:
        """The calendar file."""
        return build_calendar(
            [_entry(row, self.hub, self.participant) for row in self.rows],
            name=f"{self.hub.name}: my sessions",
            organiser_name=self.hub.name,
            organiser_email=self.hub.contact_email,
        )


@prepared
def _rows(participant: Any, generation: Any, since: Any) -> QuerySet[Session, tuple[Any, ...]]:
    """Every dated session of the participant's groups, cancelled ``since`` then or not at all."""
    return (
        Session.objects.on_the_calendar()
        .filter(
            Q(cancelled_at=None) | Q(cancelled_at__gt=since),
            starts_at__isnull=False,
            work_group__places__seats__participant=participant,
            work_group__places__seats__participant__link_generation=generation,
            work_group__places__state=Place.State.ACCEPTED,
        )
        .exclude(work_group__state=WorkGroup.State.CANCELLED)
        .annotate(**_COLUMNS)
        .order_by("starts_at", "pk")
        .values_list(*Row._fields)
    )


def own_calendar(hub: Any, participant: int, generation: int, *, now: datetime) -> OwnCalendar:
    """The dated sessions for which the participant holds a seat, in one query.

    ``generation`` is that of the link, or the participant's own: with an older one there are none.
    Those cancelled stay for ``KEPT_AFTER_CANCELLING``.
    """
    found = _rows(participant=participant, generation=generation, since=now - KEPT_AFTER_CANCELLING)
    rows = [Row._make(values) for values in found]
    held = {row.uid: row for row in rows if _is_held(row)}
    changes = [_NEVER, *(row.changed_at for row in rows)]
    # A seat that was given up took its sessions with it, at the latest when its last day ended.
    ended = [at_wall_time(row.held_until, time.max) for row in rows if row.held_until]
    changes += [at for at in ended if at <= now]
    return OwnCalendar(hub, participant, tuple(held.values()), max(changes))


def session_attachment(
    session: Session, seat: Seat, hub: Any, *, was: tuple[datetime | None, datetime | None]
) -> tuple[str, bytes, str] | None:
    """One session of the seat's holder for a letter: name, content, type.

    It takes itself out of calendars where the session is cancelled, has lost the date that it had
    at the times ``was``, or lies on a day on which the seat is no longer held. None where there was
    no date and is none. ``session`` comes with its Work Group, offering and programme.
    """
    starts_at, ends_at = (
        (session.starts_at, session.ends_at) if session.starts_at is not None else was
    )
    if starts_at is None or ends_at is None:
        return None
    group = session.work_group
    row = Row(
        **{name: getattr(session, name) for name in _OWN_COLUMNS},
        starts_at=starts_at,
        ends_at=ends_at,
        work_group=group.pk,
        group_name=group.name,
        group_state=group.state,
        programme=group.offering.programme.name,
        held_from=seat.held_from,
        held_until=seat.held_until,
    )
    is_off = (
        session.state == Session.State.CANCELLED or session.starts_at is None or not _is_held(row)
    )
    if is_off:
        row = row._replace(state=Session.State.CANCELLED, join_link="")
    method = CANCEL if is_off else PUBLISH
    content = build_calendar(
        [_entry(row, hub, seat.participant_id)],
        name=f"{hub.name}: my sessions",
        organiser_name=hub.name,
        organiser_email=hub.contact_email,
        method=method,
    )
    return "session.ics", content, content_type(method)


_OWN_COLUMNS = [
    *("uid", "sequence", "changed_at", "state", "number"),
    *("title", "mode", "venue", "join_link", "bring"),
]


def _is_held(row: Row) -> bool:
    day = london_day(row.starts_at)
    return row.held_from <= day and (row.held_until is None or day <= row.held_until)


def _entry(row: Row, hub: Any, participant: int) -> Entry:
    is_cancelled = row.state == Session.State.CANCELLED
    title = f": {row.title}" if row.title else ""
    name = f"{row.programme}, session {row.number}{title}"
    is_public = row.group_state in (WorkGroup.State.FORMING, WorkGroup.State.RUNNING)
    return Entry(
        uid=f"{row.uid}-{participant}@sessions.mathshub",
        sequence=row.sequence,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        changed_at=row.changed_at,
        summary=f"Cancelled: {name}" if is_cancelled else name,
        description=_description(row, hub),
        location=_location(row),
        url=absolute(hub, "sessions:show_work_group", row.work_group) if is_public else "",
        is_cancelled=is_cancelled,
    )


def _location(row: Row) -> str:
    if row.mode == Session.Mode.VIRTUAL:
        return row.join_link or "Online"
    return row.venue


def _description(row: Row, hub: Any) -> str:
    lines = [f"Work Group {row.group_name}, {Session.Mode(row.mode).label}"]
    if row.join_link:
        lines.append(f"Join online: {row.join_link}")
    if row.bring:
        lines.append(f"Bring: {row.bring}")
    lines.append(f"Questions: {hub.contact_email}")
    return "\n".join(lines)
