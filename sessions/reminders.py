"""Reminders: which are due and not yet written, each once for ever (by its key)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial, reduce
from operator import or_

from django.db.models import Q, QuerySet

from enrolment.models import Place, Seat
from mathshub.daytime import next_daytime
from mathshub.outbox.kinds import kind_named
from mathshub.outbox.models import Message
from mathshub.outbox.services import Draft, queue_messages
from sessions.models import Apology, Session
from sessions.notices import CHANGED
from sessions.times import at_wall_time, london_day
from workgroups.lead_times import reminder_at
from workgroups.models import Programme, WorkGroup
from workgroups.school_days import school_days_between

KIND = "session-reminder"
LONGEST_LEAD = 60  # days, as the form of a programme takes them


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


def foresee_reminders(now: datetime, until: datetime) -> Iterator[Draft]:
    """What ``plan_reminders`` will queue after ``now`` up to ``until``, as things stand."""
    sessions = _sessions_ahead(now, due_by=until)
    school_days = _SchoolDaysOfGroups(sessions)
    coming = (each for session in sessions for each in _coming(session, school_days, now))
    return _drafts([(each, next_daytime(each.due_at)) for each in coming if each.due_at <= until])


def moments_of(sessions: QuerySet[Session]) -> set[datetime]:
    """When the reminders of these sessions go, whether they have gone or not."""
    rows = list(sessions.select_related("work_group__offering__programme"))
    school_days = _SchoolDaysOfGroups(rows)
    return {at for session in rows for _, at in _moments(session, school_days)}


@dataclass(frozen=True)
class _Reminder:
    """A reminder of one session. Of those that are due the planner takes the nearest one.

    ``until`` is when the next one falls due, or the session begins.
    """

    session: Session
    starts_at: datetime
    days: int
    due_at: datetime
    until: datetime

    @property
    def is_last(self) -> bool:
        return self.until == self.starts_at

    def repeats_the_welcome(self, seat: Seat) -> bool:
        """Whether the seat was named after this fell due: the welcome said the same already.

        Never of the last reminder before the session, which everyone gets.
        """
        return not self.is_last and _named_at(seat) > self.due_at

    def repeats_a_change(self, seat: Seat, told: dict[tuple[int, int], datetime]) -> bool:
        """The same of a notice that the session has moved to this time."""
        told_at = told.get((self.session.pk, seat.pk))
        return not self.is_last and told_at is not None and told_at > self.due_at


def _due(now: datetime) -> Iterator[Draft]:
    """What fell due at night, while nothing ran, waits for the day."""
    leaves_at = next_daytime(now)
    sessions = _sessions_ahead(now, due_by=now)
    school_days = _SchoolDaysOfGroups(sessions)
    found = [_nearest_due(session, school_days, now) for session in sessions]
    return _drafts([(each, leaves_at) for each in found if each])


def _drafts(reminders: "Sequence[tuple[_Reminder, datetime]]") -> Iterator[Draft]:
    """Each reminder, with when it leaves, for everybody whom it has something to tell."""
    kind = kind_named(KIND)
    in_time = [(each, leaves_at) for each, leaves_at in reminders if leaves_at < each.until]
    only = [each for each, _ in in_time]
    seats, sorry, told = _seats_by_group(only), _apologies(only), _told_of_change(only)
    for reminder, leaves_at in in_time:
        session, starts_at = reminder.session, reminder.starts_at
        day = london_day(starts_at)
        for seat in seats.get(session.work_group_id, []):
            if (session.pk, seat.pk) in sorry or not seat.is_held_on(day):
                continue
            if reminder.repeats_the_welcome(seat) or reminder.repeats_a_change(seat, told):
                continue
            yield Draft(
                kind=kind,
                key=f"{key_prefix(session.pk, starts_at)}{reminder.days}:{seat.participant_id}",
                recipient=seat.participant.email,
                recipient_name=seat.participant.name,
                context={"session": session.pk, "seat": seat.pk},
                school_id=seat.place.school_id,
                work_group_id=session.work_group_id,
                participant_id=seat.participant_id,
                session_id=session.pk,
                due_at=leaves_at,
                expires_at=reminder.until,
            )


def _sessions_ahead(now: datetime, *, due_by: datetime) -> list[Session]:
    """Sessions that may remind by then: dated, published, not begun, in active groups with messages
    on.
    """
    earliest = max(
        (
            days
            for programme in Programme.objects.all()
            for mode in Session.Mode
            for days in programme.reminder_days_for(mode)
        ),
        default=0,
    )
    return list(
        Session.objects.filter(
            state=Session.State.PUBLISHED,
            starts_at__gt=now,
            # A reminder goes at most as much earlier as its lead is long; a clock change may lie
            # between, and one at noon may be for a session in the evening.
            starts_at__lte=due_by + timedelta(days=2 * earliest + 1),
            # The first dates of a group that still takes schools are as real as the others.
            work_group__in=WorkGroup.objects.public(),
            work_group__offering__messages_on=True,
        ).select_related("work_group__offering__programme")
    )


def _nearest_due(
    session: Session, school_days: "_SchoolDaysOfGroups", now: datetime
) -> _Reminder | None:
    """Of the reminders that have fallen due the one nearest to the session; None before the first."""
    starts_at = session.starts_at
    if starts_at is None:
        return None
    moments = _moments(session, school_days)
    fallen = [each for each in moments if each[1] <= now]
    if not fallen:
        return None
    days, due_at = min(fallen)
    later = [at for _, at in moments if at > now]
    return _Reminder(
        session=session,
        starts_at=starts_at,
        days=days,
        due_at=due_at,
        until=min(later, default=starts_at),
    )


def _coming(
    session: Session, school_days: "_SchoolDaysOfGroups", now: datetime
) -> Iterator[_Reminder]:
    """Those of its reminders that are not due yet."""
    starts_at = session.starts_at
    if starts_at is None:
        return
    moments = _moments(session, school_days)
    for days, due_at in moments:
        if due_at > now:
            until = min((at for _, at in moments if at > due_at), default=starts_at)
            yield _Reminder(session, starts_at, days, due_at, until)


def _moments(session: Session, school_days: "_SchoolDaysOfGroups") -> list[tuple[int, datetime]]:
    """Each lead time of the session with the moment at which it reminds, before it begins."""
    starts_at = session.starts_at
    if starts_at is None:
        return []
    lead_times = session.work_group.offering.programme.reminder_days_for(session.mode)
    is_school_day = partial(school_days.is_school_day, session.work_group_id)
    moments = [(days, reminder_at(starts_at, days, is_school_day)) for days in lead_times]
    return [(days, at) for days, at in moments if at < starts_at]


class _SchoolDaysOfGroups:
    """Whether there is school for the Work Groups of these sessions, in two queries."""

    def __init__(self, sessions: Sequence[Session]) -> None:
        starts = [session.starts_at for session in sessions if session.starts_at]
        self._boroughs: dict[int, list[int]] = defaultdict(list)
        if not starts:
            return
        first = london_day(min(starts)) - timedelta(days=2 * LONGEST_LEAD)
        self._school_days = school_days_between(first, london_day(max(starts)))
        areas = WorkGroup.local_authorities.through.objects.filter(
            workgroup__in={session.work_group_id for session in sessions}
        )
        for group, borough in areas.values_list("workgroup_id", "localauthority_id"):
            self._boroughs[group].append(borough)

    def is_school_day(self, group: int, day: date) -> bool:
        return self._school_days.is_school_day(day, self._boroughs[group])


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


def _told_of_change(reminders: Iterable[_Reminder]) -> dict[tuple[int, int], datetime]:
    """Since when the session has not been what each seat's holder knew, by session and seat."""
    moved = [each.session.pk for each in reminders if each.session.sequence and not each.is_last]
    if not moved:
        return {}
    of_these = reduce(or_, (Q(key__startswith=f"{CHANGED}:{session}:") for session in moved))
    notices = Message.objects.filter(of_these).exclude(state=Message.State.CANCELLED)
    contexts = notices.order_by("pk").values_list("context", flat=True)
    return {
        (each["session"], each["seat"]): datetime.fromisoformat(each["since"]) for each in contexts
    }


def _named_at(seat: Seat) -> datetime:
    """When the seat was named, as far as its row says: with the place, or at the start of its day."""
    first_moment = at_wall_time(seat.held_from, time(0))
    return max(filter(None, (seat.place.answered_at, first_moment)))
