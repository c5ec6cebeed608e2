"""A participant's own year: the sessions of each Work Group in which they hold a seat."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from enrolment.models import Participant, Place, Seat
from sessions import bar
from sessions.models import Apology, Session
from sessions.times import london_day
from sessions.words import how_far
from workgroups.models import WorkGroup, WorkGroupLead


@dataclass(frozen=True)
class OwnSession:
    """A session to which the participant is or was expected, and their apology, if they gave one."""

    session: Session
    seat: Seat
    apology: Apology | None
    is_next: bool
    is_past: bool
    takes_apology: bool


@dataclass(frozen=True)
class OwnYear:
    """A Work Group as the participant sees it: its sessions, and the bar that they make."""

    work_group: WorkGroup
    school: str
    leads: list[str]
    sessions: list[OwnSession]
    cells: list[bar.Cell]
    summary: str

    @property
    def next(self) -> OwnSession | None:
        """The session that is going on or comes next."""
        return next((own for own in self.sessions if own.is_next), None)

    @property
    def to_come(self) -> list[OwnSession]:
        """What is still ahead, also without a date."""
        return [own for own in self.sessions if not own.is_past]

    @property
    def past(self) -> list[OwnSession]:
        """What has been, also what was cancelled then."""
        return [own for own in self.sessions if own.is_past]


@dataclass(frozen=True)
class OwnSchedule:
    """All that a participant's page shows. ``years`` begin with the one whose session is next."""

    years: list[OwnYear]
    headline: str

    @property
    def next_year(self) -> OwnYear | None:
        """The year whose session comes next; None when no dated session is to come."""
        return next((year for year in self.years if year.next), None)


def own_schedule(participant: Participant, *, now: datetime) -> OwnSchedule:
    """What the participant's page shows at ``now``; the same few queries for any number of groups."""
    seats = _seats(participant)
    groups = {seat.place.work_group_id: seat.place.work_group for seat in seats}
    sessions = Session.objects.on_the_calendar().filter(work_group__in=groups).order_by("number")
    apologies = {
        (apology.session_id, apology.seat_id): apology
        for apology in Apology.objects.filter(seat__in=seats)
    }
    leads = lead_names(groups)
    today = london_day(now)
    years = []
    for group in groups.values():
        own = [
            (session, seat)
            for session in sessions
            if session.work_group_id == group.pk
            and (seat := _seat_for(session, seats, today)) is not None
        ]
        if own:
            years.append(_year(group, own, apologies, leads.get(group.pk, []), now))
    years.sort(key=_when_next)
    return OwnSchedule(years=years, headline=_headline(years, bool(groups), now))


def lead_names(groups: Iterable[int]) -> dict[int, list[str]]:
    """The names of the people who lead each of these Work Groups, as far as they have given one."""
    names: dict[int, list[str]] = {}
    leads = WorkGroupLead.objects.filter(work_group__in=list(groups)).select_related(
        "member__account"
    )
    for lead in leads:
        if lead.member.account.name:
            names.setdefault(lead.work_group_id, []).append(lead.member.account.name)
    return names


def _seats(participant: Participant) -> list[Seat]:
    """All seats ever held in places that stand, the latest first."""
    return list(
        Seat.objects.filter(participant=participant, place__state=Place.State.ACCEPTED)
        .exclude(place__work_group__state=WorkGroup.State.CANCELLED)
        .select_related(
            "place__school",
            "place__work_group__offering__programme",
            "place__work_group__offering__academic_year",
        )
        .order_by("-held_from", "-pk")
    )


def _seat_for(session: Session, seats: Sequence[Seat], today: date) -> Seat | None:
    """The seat by which the participant is expected at the session; without a date, today's seat."""
    day = london_day(session.starts_at) if session.starts_at else today
    return next(
        (
            seat
            for seat in seats
            if seat.place.work_group_id == session.work_group_id and seat.is_held_on(day)
        ),
        None,
    )


def _year(
    group: WorkGroup,
    own: Sequence[tuple[Session, Seat]],
    apologies: dict[tuple[int, int], Apology],
    leads: list[str],
    now: datetime,
) -> OwnYear:
    sessions = [session for session, _ in own]
    sorry = {session.pk for session, seat in own if (session.pk, seat.pk) in apologies}
    coming = bar.next_session(sessions, now)
    return OwnYear(
        work_group=group,
        school=own[0][1].place.school.name,
        leads=leads,
        sessions=[
            OwnSession(
                session=session,
                seat=seat,
                apology=apologies.get((session.pk, seat.pk)),
                is_next=session is coming,
                is_past=session.ends_at is not None and session.ends_at <= now,
                takes_apology=session.takes_apology(now),
            )
            for session, seat in own
        ],
        cells=bar.cells(sessions, now=now, apologies=sorry),
        summary=bar.summary(sessions, now=now),
    )


def _when_next(year: OwnYear) -> tuple[bool, float, int]:
    """Years with a session to come first, the soonest on top; then the latest year."""
    start_year = year.work_group.offering.academic_year.start_year
    if year.next is None or year.next.session.starts_at is None:
        return (True, 0, -start_year)
    return (False, year.next.session.starts_at.timestamp(), -start_year)


def _headline(years: Sequence[OwnYear], has_seat: bool, now: datetime) -> str:
    """The fact that the page begins with."""
    coming = next((year.next for year in years if year.next), None)
    if coming is not None and coming.session.starts_at is not None:
        return _coming_words(coming, coming.session.starts_at, now)
    if any(own.session.is_to_be_confirmed for year in years for own in year.sessions):
        return "Your next date is to be confirmed"
    if years:
        return "All sessions are done"
    if has_seat:
        return "Your dates are not fixed yet"
    return "You have no seat at the moment"


def _coming_words(own: OwnSession, starts_at: datetime, now: datetime) -> str:
    if own.apology:
        return f"You can’t come {how_far(london_day(starts_at), london_day(now))}"
    if starts_at <= now:
        return "Your session is on now"
    return f"Your next session is {how_far(london_day(starts_at), london_day(now))}"
