"""Reminders: which are due and not yet written, each once for ever (by its key)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from enrolment.models import Place, Seat
from mathshub.outbox.kinds import kind_named
from mathshub.outbox.models import Message
from mathshub.outbox.services import Draft, queue_messages
from sessions.models import Apology, Session
from sessions.times import at_wall_time, days_before, london_day
from workgroups.models import Programme, WorkGroup

KIND = "session-reminder"
USUAL_DAYS = (14, 2)


def key_prefix(session_pk: int, starts_at: datetime) -> str:
    """How the keys of all reminders of one occurrence of a session begin."""
    return f"{KIND}:{session_pk}:{starts_at.astimezone(UTC):%Y%m%dT%H%M%SZ}:"


def plan_reminders(now: datetime) -> int:
    """Queue, for the hub in scope, the reminders that are due at ``now`` and not yet written.

    The question is “due and unsent”: a reminder that fell due while nothing ran is still made, as
    long as its session has not begun. Any number of runs adds each only once. Returns how many
    it added. Costs the same number of queries however many sessions there are.
    """
    drafts = {draft.key: draft for draft in _due(now)}
    if not drafts:
        return 0
    known = Message.objects.filter(key__in=drafts).values_list("key", flat=True)
    new = [drafts[key] for key in drafts.keys() - set(known)]
    if new:
        queue_messages(new, now=now)
    return len(new)


@dataclass(frozen=True)
class _Reminder:
    """The reminder of one session that is due now: for its programme, the nearest one."""

    session: Session
    starts_at: datetime
    days: int
    due_at: datetime
    is_last: bool

    def repeats_the_welcome(self, seat: Seat) -> bool:
        """Whether the seat was named after this fell due: the welcome said the same already.

        Never of the last reminder before the session, which everyone gets.
        """
        return not self.is_last and _named_at(seat) > self.due_at


def _due(now: datetime) -> Iterator[Draft]:
    kind = kind_named(KIND)
    reminders = [due for session in _sessions_ahead(now) if (due := _nearest_due(session, now))]
    seats = _seats_by_group(reminders)
    sorry = _apologies(reminders)
    for reminder in reminders:
        session, starts_at = reminder.session, reminder.starts_at
        day = london_day(starts_at)
        for seat in seats.get(session.work_group_id, []):
            if (session.pk, seat.pk) in sorry or not seat.is_held_on(day):
                continue
            if reminder.repeats_the_welcome(seat):
                continue
            yield Draft(
                kind=kind,
                key=f"{key_prefix(session.pk, starts_at)}{reminder.days}:{seat.participant_id}",
                recipient=seat.participant.email,
                recipient_name=seat.participant.name,
                context={"session": session.pk, "seat": seat.pk},
                expires_at=starts_at,
            )


def _sessions_ahead(now: datetime) -> list[Session]:
    """Sessions that may remind: dated, published, not begun, in active groups with messages on."""
    earliest = max((max(reminder_days(each)) for each in Programme.objects.all()), default=0)
    return list(
        Session.objects.filter(
            state=Session.State.PUBLISHED,
            starts_at__gt=now,
            # A day more than the earliest reminder: a clock change may lie between.
            starts_at__lte=now + timedelta(days=earliest + 1),
            # The first dates of a group that still takes schools are as real as the others.
            work_group__in=WorkGroup.objects.public(),
            work_group__offering__messages_on=True,
        ).select_related("work_group__offering__programme")
    )


def _nearest_due(session: Session, now: datetime) -> _Reminder | None:
    """Of the reminders that have fallen due the one nearest to the session; None before the first."""
    starts_at = session.starts_at
    if starts_at is None:
        return None
    days = reminder_days(session.work_group.offering.programme)
    fallen = [each for each in days if days_before(starts_at, each) <= now]
    if not fallen:
        return None
    nearest = min(fallen)
    return _Reminder(
        session=session,
        starts_at=starts_at,
        days=nearest,
        due_at=days_before(starts_at, nearest),
        is_last=nearest == min(days),
    )


def reminder_days(programme: Programme) -> list[int]:
    """How many days before a session the programme reminds; the usual ones unless it says."""
    own = [days for days in programme.reminder_days if isinstance(days, int) and days >= 0]
    return own or list(USUAL_DAYS)


def _seats_by_group(reminders: Iterable[_Reminder]) -> dict[int, list[Seat]]:
    """Seats of people with an address, by Work Group."""
    groups = {reminder.session.work_group_id for reminder in reminders}
    seats = (
        Seat.objects.filter(place__work_group__in=groups, place__state=Place.State.ACCEPTED)
        .exclude(participant__email="")
        .select_related("participant", "place")
    )
    by_group: dict[int, list[Seat]] = {}
    for seat in seats:
        by_group.setdefault(seat.place.work_group_id, []).append(seat)
    return by_group


def _apologies(reminders: Iterable[_Reminder]) -> set[tuple[int, int]]:
    sessions = [reminder.session.pk for reminder in reminders]
    return set(Apology.objects.filter(session__in=sessions).values_list("session_id", "seat_id"))


def _named_at(seat: Seat) -> datetime:
    """When the seat was named, as far as its row says: with the place, or at the start of its day."""
    first_moment = at_wall_time(seat.held_from, time(0))
    return max(filter(None, (seat.place.answered_at, first_moment)))
