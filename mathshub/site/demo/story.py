"""What happened in a hub of the demonstration: last year, this year, and for the next."""

from datetime import UTC, date, datetime, time, timedelta

from enrolment.models import OpeningNotice, Place
from mathshub.site.demo import groups, interest
from mathshub.site.demo.scene import Scene
from mathshub.site.demo.schools import ALL_THROUGH, OUTSIDE, SPECIAL
from sessions.models import Session
from workgroups.models import WorkGroup

# Which of the hub's mainstream schools are in which group of this year.
THIS_YEAR = {
    "sustaining": slice(0, 5),
    "embedding": slice(5, 9),
    "full": slice(9, 15),
    "roomy": slice(15, 19),
    "readiness": slice(21, 26),
}
DROPPED_OUT, DECLINED, JUST_OFFERED = 19, 20, 26
WAITING = 12
MISTYPED_ADDRESS = "haed.tumblingweir@example.org"
# Last year's: those who went on to Development, and to Embedding or Sustaining.
LAST_YEAR = {"readiness": slice(9, 13), "development": slice(3, 9)}


def tell_last_year(scene: Scene) -> None:
    """Groups that have finished, so that schools come with a history."""
    year = scene.year - 1
    for name, plan in groups.LAST_YEAR.items():
        group = groups.make_group(scene, plan, year)
        schools = scene.mainstream[LAST_YEAR[name]]
        interest.fill(scene, group, schools, first_at=_spring(year))
        groups.hold_sessions(scene, group, plan, year)
        groups.settle(group, WorkGroup.State.FINISHED)


def tell_this_year(scene: Scene) -> Session:
    """Running groups, and one that never came about.

    Returns the session whose reminder is left for the portal to send.
    """
    held: dict[str, list[Session]] = {}
    places: dict[str, list[Place]] = {}
    for name, plan in groups.THIS_YEAR.items():
        group = groups.make_group(scene, plan, scene.year)
        schools = scene.mainstream[THIS_YEAR[name]]
        places[name] = interest.fill(scene, group, schools, first_at=_spring(scene.year))
        held[name] = groups.hold_sessions(scene, group, plan, scene.year)
        groups.settle(group, plan.state)
    _leave_and_decline(scene, places["roomy"][0].work_group)
    interest.swap_teacher(scene, places["full"][0])
    _unsettle(scene, held)
    _apologise(scene, held["sustaining"], places["sustaining"])
    _apologise(scene, held["full"], places["full"])
    groups.settle(groups.make_group(scene, groups.CANCELLED, scene.year), groups.CANCELLED.state)
    return _next(scene, held["sustaining"])


def tell_next_year(scene: Scene) -> None:
    """Interest in every state, and groups that are forming."""
    year = scene.year + 1
    made = {name: groups.make_group(scene, plan, year) for name, plan in groups.NEXT_YEAR.items()}
    for name in ("development", "readiness"):
        groups.hold_sessions(scene, made[name], groups.NEXT_YEAR[name], year)
    _answered_interest(scene, made["development"])
    _new_interest(scene, year)
    groups.settle(made["sustaining"], WorkGroup.State.DRAFT)


def offer_one_now(scene: Scene) -> None:
    """An offer that leaves as soon as the portal runs, with a link to try."""
    group = WorkGroup.objects.get(
        offering=scene.offerings["mastery-readiness", scene.year],
        state=WorkGroup.State.RUNNING,
    )
    school = scene.mainstream[JUST_OFFERED]
    expression = interest.ask(scene, school, group.offering, at=scene.before(days=1, hours=3))
    interest.offer(scene, expression, group, at=scene.now)


def wait_for_windows(scene: Scene) -> None:
    """Where the window of a stage has closed, a dozen schools want to hear when it reopens."""
    if not scene.plan.closed_early:
        return
    OpeningNotice.objects.bulk_create(
        OpeningNotice(
            programme=scene.programmes[scene.plan.closed_early],
            email=f"office.{school.urn}@example.org",
            asked_at=scene.before(hours=3 * number + 1),
        )
        for number, school in enumerate(scene.mainstream[:WAITING])
    )


def _answered_interest(scene: Scene, group: WorkGroup) -> None:
    """Development: offered, accepted, declined, lapsed, withdrawn, and not this year."""
    offering = group.offering
    schools = scene.mainstream[21:25]
    asked = [
        interest.ask(scene, school, offering, at=scene.before(days=28 - 2 * number, hours=3))
        for number, school in enumerate(schools)
    ]
    lapsed = interest.offer(scene, asked.pop(), group, at=scene.before(days=20))
    interest.let_lapse(lapsed)
    offered = [
        interest.offer(scene, expression, group, at=scene.before(days=6, minutes=number))
        for number, expression in enumerate(asked)
    ]
    interest.accept(offered[0], at=scene.before(days=5, hours=2))
    interest.turn_down(scene, offered[1], at=scene.before(days=3, hours=5))
    withdrawn = interest.ask(
        scene, scene.mainstream[DROPPED_OUT], offering, at=scene.before(days=19, hours=1)
    )
    interest.take_back(withdrawn, at=scene.before(days=11))
    special = interest.ask(scene, scene.schools[SPECIAL], offering, at=scene.before(days=16))
    note = "Spoke to the head: the special schools' network meets on Mondays and suits them better."
    interest.not_this_year(scene, special, note=note)


def _new_interest(scene: Scene, year: int) -> None:
    """What waits for a decision, the latest of it from this hour."""
    readiness, development, embedding, sustaining = (
        scene.offerings[slug, year] for slug in scene.programmes
    )
    schools = scene.mainstream
    ask = interest.ask
    ask(scene, schools[25], development, at=scene.before(days=13, hours=6))
    ask(scene, schools[9], embedding, at=scene.before(days=9, hours=2))
    by_telephone = interest.Source.TELEPHONE
    ask(scene, schools[10], embedding, at=scene.before(days=8), source=by_telephone)
    asked = ask(scene, schools[5], sustaining, at=scene.before(days=6, hours=4))
    interest.ask_again(asked, scene, at=scene.before(days=5, hours=2))
    ask(scene, scene.schools[OUTSIDE], sustaining, at=scene.before(days=4, hours=7))
    ask(
        scene,
        schools[20],
        readiness,
        at=scene.before(days=3, hours=1),
        role=interest.SenderRole.MATHS_LEAD,
        is_confirmed=False,
    )
    maybe = interest.Appetite.MAYBE
    ask(scene, schools[26], development, at=scene.before(days=1, hours=9), appetite=maybe)
    interest.leave_unfinished(scene, schools[8], readiness, at=scene.before(days=2))
    ask(scene, scene.schools[ALL_THROUGH], development, at=scene.before(days=2, hours=5))
    typed = "The new primary at Tumbling Weir (opens in September)"
    interest.ask_unlisted(
        scene, readiness, typed=typed, address=MISTYPED_ADDRESS, at=scene.before(hours=20)
    )
    ask(scene, schools[6], sustaining, at=scene.before(hours=3, minutes=40))
    ask(scene, schools[0], sustaining, at=scene.before(minutes=25))


def _leave_and_decline(scene: Scene, group: WorkGroup) -> None:
    """One school gave its place back during the year, another never took it."""
    left, declined = scene.mainstream[DROPPED_OUT], scene.mainstream[DECLINED]
    [place] = interest.fill(scene, group, [left], first_at=_spring(scene.year))
    interest.drop_out(scene, place, at=scene.before(days=17))
    first_at = _spring(scene.year) + timedelta(days=1)
    expression = interest.ask(scene, declined, group.offering, at=first_at)
    place = interest.offer(scene, expression, group, at=first_at + timedelta(days=39))
    interest.turn_down(scene, place, at=first_at + timedelta(days=44))


def _unsettle(scene: Scene, held: dict[str, list[Session]]) -> None:
    """Of the sessions to come one is cancelled, one put off, and one has lost its date."""
    coming = [s for s in held["sustaining"] if groups.is_to_come(s, scene.now)]
    if len(coming) > 1:
        groups.call_off(scene, coming[1])
    coming = [s for s in held["embedding"] if groups.is_to_come(s, scene.now)]
    if len(coming) > 2:
        groups.put_off(scene, coming[1])
    last = held["embedding"][-1]
    if groups.is_to_come(last, scene.now) and last.number != _number_of_next(scene, held):
        groups.leave_open(scene, last)


def _number_of_next(scene: Scene, held: dict[str, list[Session]]) -> int:
    coming = [s.number for s in held["embedding"] if groups.is_to_come(s, scene.now)]
    return min(coming, default=0)


def _apologise(scene: Scene, sessions: list[Session], places: list[Place]) -> None:
    """For the last session that was held, and for the next one."""
    held = [(s, s.starts_at) for s in sessions if s.starts_at and s.starts_at <= scene.now]
    for session, starts_at in held[-1:]:
        at = starts_at - timedelta(days=3)
        interest.apologise(session, places, reason="Parents' evening", at=at)
    coming = [s for s in sessions if groups.is_to_come(s, scene.now)]
    for session in coming[:1]:
        reason = "Our inspection has been announced for that day"
        interest.apologise(session, places[:-1], reason=reason, at=scene.before(hours=5))


def _next(scene: Scene, sessions: list[Session]) -> Session:
    coming = [s for s in sessions if groups.is_to_come(s, scene.now)]
    return coming[0] if coming else sessions[-1]


def _spring(year: int) -> datetime:
    """When schools begin to ask for the academic year ``year``."""
    return datetime.combine(date(year, 3, 9), time(10, 12), tzinfo=UTC)
