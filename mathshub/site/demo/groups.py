"""The Work Groups of a hub and their sessions: one of each state, most of them running."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

from mathshub.outbox.notices import SETTLES_IN
from mathshub.site.demo.scene import Scene
from sessions.models import Session
from sessions.services.changes import (
    cancel_session,
    create_sessions,
    move_session,
    publish_sessions,
)
from sessions.services.planner import USUAL_SLOTS, PlannedSession
from sessions.times import at_wall_time
from workgroups.models import WorkGroup, WorkGroupLead

Mode = Session.Mode
WEEK = timedelta(days=7)
SESSIONS = 6
# Between these, in weeks from 1 September, the six lie when nothing else is asked.
FIRST_WEEK, LAST_WEEK = 3, 41
SHORTEST_GAP = 3  # weeks
TUESDAY = 1
IsFree = Callable[[date], bool]

TITLES = {
    "mastery-readiness": (
        "Where we stand, and where we want to be",
        "Small steps and what they add up to",
        "Representations that show the structure",
        "Talk: full sentences, every child",
        "Fluency with number facts",
        "Our action plan for next year",
    ),
    "mastery-development": (
        "Five big ideas, and one lesson",
        "Coherence: the next small step",
        "Representation and structure",
        "Mathematical thinking aloud",
        "Variation that makes a point",
        "What we take to our colleagues",
    ),
    "mastery-embedding": (
        "From two classrooms to all",
        "Planning together, every week",
        "Early support, same lesson",
        "Looking at books across year groups",
        "Leading a lesson study",
        "Keeping it when people leave",
    ),
    "mastery-sustaining": (
        "What did last year leave behind?",
        "Progression in multiplication",
        "Fractions from Year 1 to Year 6",
        "Reading pupils' work together",
        "Leading professional development",
        "The curriculum we keep",
    ),
}
BRING = ("", "Notes from your gap task", "Three pupils' books", "Your year group's plan", "", "")


@dataclass(frozen=True)
class GroupPlan:
    """A Work Group; boroughs by their place in the hub's list. ``next_in`` is in days from today."""

    stage: str
    boroughs: tuple[int, ...]
    capacity: int
    modes: tuple[Mode, ...]
    led_by: str
    state: WorkGroup.State = WorkGroup.State.RUNNING
    next_in: int = 0
    name: str = ""


F2F, ONLINE, TWILIGHT = Mode.FACE_TO_FACE, Mode.VIRTUAL, Mode.TWILIGHT
LAST_YEAR = {
    "readiness": GroupPlan("mastery-readiness", (0, 1), 8, (F2F,), "group-lead"),
    "development": GroupPlan("mastery-development", (3, 4), 6, (F2F,), "second-group-lead"),
}
THIS_YEAR = {
    # The mode of the next session comes first: its reminder carries the link to join.
    "sustaining": GroupPlan(
        "mastery-sustaining", (0, 5), 8, (ONLINE, TWILIGHT, F2F), "group-lead", next_in=1
    ),
    "readiness": GroupPlan("mastery-readiness", (1, 2), 8, (F2F,), "group-lead", next_in=4),
    "full": GroupPlan("mastery-development", (0, 3), 6, (F2F,), "second-group-lead", next_in=8),
    "roomy": GroupPlan("mastery-development", (4, 5), 7, (F2F,), "lead", next_in=13),
    "embedding": GroupPlan(
        "mastery-embedding", (3, 4), 6, (F2F, ONLINE), "second-group-lead", next_in=10
    ),
}
CANCELLED = GroupPlan("mastery-sustaining", (2,), 8, (TWILIGHT,), "lead", WorkGroup.State.CANCELLED)
NEXT_YEAR = {
    "readiness": GroupPlan(
        "mastery-readiness",
        (0, 1, 2, 3, 4, 5),
        8,
        (F2F,),
        "group-lead",
        WorkGroup.State.FORMING,
        name="All boroughs",
    ),
    "development": GroupPlan(
        "mastery-development", (0, 3), 7, (F2F,), "group-lead", WorkGroup.State.FORMING
    ),
    "sustaining": GroupPlan(
        "mastery-sustaining", (0, 5), 8, (TWILIGHT, ONLINE), "group-lead", WorkGroup.State.DRAFT
    ),
}


def make_group(scene: Scene, plan: GroupPlan, year: int) -> WorkGroup:
    """The group without schools and sessions, open to both until ``settle`` gives it its state."""
    authorities = [scene.boroughs[place] for place in plan.boroughs]
    first, *others = [authority.name for authority in authorities]
    host = scene.mainstream[plan.boroughs[0]]
    group = WorkGroup.objects.create(
        offering=scene.offerings[plan.stage, year],
        name=plan.name or " and ".join([first, *others]),
        capacity=plan.capacity,
        state=WorkGroup.State.FORMING,
        usual_venue=f"{host.name}, {host.street}, {host.postcode}",
    )
    group.local_authorities.set(authorities)
    WorkGroupLead.objects.create(work_group=group, member=scene.members[plan.led_by])
    return group


def settle(group: WorkGroup, state: WorkGroup.State) -> None:
    """Give the group the state in which the demonstration shows it."""
    group.state = state
    group.save()


def hold_sessions(scene: Scene, group: WorkGroup, plan: GroupPlan, year: int) -> list[Session]:
    """Six sessions over the year, published; where the plan says so, the next one in some days."""
    busy = scene.booked.setdefault(plan.led_by, set())

    def is_free(day: date) -> bool:
        return day not in busy and scene.has_school(day, boroughs=plan.boroughs, start_year=year)

    anchor = _next_day(scene, plan, year, is_free) if plan.next_in else None
    days = spread_days(year, anchor, is_free)
    busy.update(days)
    lead = scene.members[plan.led_by].account
    coming = days.index(anchor) if anchor else 0
    # Rotated so that the next session has the first of the modes.
    modes = [plan.modes[(number - coming) % len(plan.modes)] for number in range(SESSIONS)]
    planned = [_planned(day, mode) for day, mode in zip(days, modes, strict=True)]
    sessions = create_sessions(group, planned=planned, by=lead, now=scene.now)
    for session in sessions:
        _describe(session, group, plan.stage)
    publish_sessions(group, by=lead, now=scene.now)
    return list(group.sessions.order_by("number"))


def call_off(scene: Scene, session: Session) -> None:
    """Cancel a session to come, as a lead does who has fallen ill."""
    cancel_session(session, reason="The group's lead is ill", by=scene.lead, now=scene.now)


def leave_open(scene: Scene, session: Session) -> None:
    """Take a session's date away: it is to be confirmed. Participants hear of it now."""
    move_session(session, starts_at=None, ends_at=None, by=scene.lead, now=scene.now - SETTLES_IN)


def put_off(scene: Scene, session: Session) -> None:
    """Half an hour later than it was, and online. Participants hear of it now."""
    assert session.starts_at is not None, "a date is put off"
    assert session.ends_at is not None, "it goes with the beginning"
    move_session(
        session,
        starts_at=session.starts_at + timedelta(minutes=30),
        ends_at=session.ends_at + timedelta(minutes=30),
        mode=Mode.VIRTUAL,
        join_link=f"https://meet.example.org/{scene.hub.slug}/put-off/{session.number}",
        by=scene.lead,
        now=scene.now - SETTLES_IN,
    )


def is_to_come(session: Session, now: datetime) -> bool:
    """Whether it is dated and has not begun at ``now``."""
    return session.starts_at is not None and session.starts_at > now


def _planned(day: date, mode: Mode) -> PlannedSession:
    slot = USUAL_SLOTS[mode]
    return PlannedSession(mode, at_wall_time(day, slot.starts), at_wall_time(day, slot.ends))


def _describe(session: Session, group: WorkGroup, stage: str) -> None:
    session.title = TITLES[stage][session.number - 1]
    session.bring = BRING[session.number - 1]
    if session.mode == Mode.VIRTUAL:
        session.join_link = f"https://meet.example.org/{group.hub.slug}/{stage}/{session.number}"
    session.save()


def _next_day(scene: Scene, plan: GroupPlan, year: int, is_free: IsFree) -> date | None:
    """The first free day, that many days from today, on which the group can meet."""
    earliest = date(year, 9, 1) + WEEK + timedelta(days=plan.next_in)
    day = max(scene.today + timedelta(days=plan.next_in), earliest)
    while day < date(year + 1, 8, 1):
        if is_free(day):
            return day
        day += timedelta(days=1)
    return None


def spread_days(year: int, anchor: date | None, is_free: IsFree) -> Sequence[date]:
    """Six free days of one rhythm over the academic year, one of them ``anchor``."""
    first = date(year, 9, 1) + FIRST_WEEK * WEEK
    last = date(year, 9, 1) + LAST_WEEK * WEEK
    if anchor is None:
        first += timedelta(days=(TUESDAY - first.weekday()) % 7)
        return _spread(first, (last - first) // WEEK, SESSIONS, is_free)
    share = min(max((anchor - first) / (last - first), 0), 1)
    held = min(ceil((SESSIONS - 1) * share), max((anchor - first) // WEEK // SHORTEST_GAP, 0))
    begins = anchor - WEEK * ((anchor - first) // WEEK) if held else anchor
    before = _spread(begins, (anchor - begins) // WEEK, held + 1, is_free)[:-1]
    after = _spread(anchor, (last - anchor) // WEEK, SESSIONS - held, is_free)
    return [*before, *after]


def _spread(first: date, weeks: int, count: int, is_free: IsFree) -> list[date]:
    """``count`` days from ``first`` over about so many weeks, each moved on to a free one."""
    days: list[date] = []
    for number in range(count):
        gap = weeks * number // max(count - 1, 1)
        day = max([first + gap * WEEK, *(taken + WEEK for taken in days[-1:])])
        days.append(_first_free(day, is_free))
    return days


def _first_free(day: date, is_free: IsFree) -> date:
    """``day`` or the first same weekday after it that is free; ``day`` itself late in the year."""
    return next((later for n in range(6) if is_free(later := day + n * WEEK)), day)
