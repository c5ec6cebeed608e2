"""Makes the demonstration: both hubs as they stand at one moment, all or nothing."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.db import transaction

from mathshub.scope import hub_scope
from mathshub.site.demo import briefings, mail_history, mailings, past, story
from mathshub.site.demo.foundations import (
    announce,
    authority_of,
    make_days_to_avoid,
    make_hub,
    make_offerings,
    make_programmes,
    make_questions,
    make_terms,
    make_years,
)
from mathshub.site.demo.hubs import HUBS, HubPlan
from mathshub.site.demo.scene import Scene
from mathshub.site.demo.schools import make_schools
from mathshub.site.demo.staff import make_staff, make_superuser
from workgroups.models import Hub, School, SchoolLink
from workgroups.register.record import import_and_record

DATA = Path(__file__).resolve().parent / "data"
REGISTER = ("register_east_london.csv", "register_south_west_london.csv")
LINKS = "links_london.csv"
WHY_FORCED = "The demonstration’s own extract, whatever was imported before"
STEPS = len(REGISTER) + 4 * len(HUBS)

Report = Callable[[str], object]
"""Told, ``STEPS`` times in all, what is about to be made."""


def is_loaded() -> bool:
    return Hub.objects.filter(is_demonstration=True).exists()


@transaction.atomic
def load(now: datetime, *, report: Report) -> None:
    """Make the demonstration as it stands at ``now``; it must not be there already."""
    # Where a register was imported before: its links may be the whole country's, and say more.
    links = None if SchoolLink.objects.exists() else DATA / LINKS
    because = WHY_FORCED if School.objects.exists() else ""
    for file in REGISTER:
        report("schools of the register")
        import_and_record(DATA / file, links=links, forced_because=because, clock=lambda: now)
    make_superuser()
    for plan in HUBS:
        report(f"{plan.name}: programmes")
        hub = make_hub(plan)
        with hub_scope(hub):
            _tell(_set_scene(plan, hub, now), report)


def _set_scene(plan: HubPlan, hub: Hub, now: datetime) -> Scene:
    scene = Scene(plan, hub, now)
    authorities = {each.code: authority_of(each) for each in (*plan.boroughs, plan.outside)}
    scene.boroughs = [authorities[borough.code] for borough in plan.boroughs]
    scene.members = make_staff(hub, plan)
    scene.schools = make_schools(plan, authorities)
    scene.years = make_years(scene.today)
    scene.programmes = make_programmes()
    scene.offerings = make_offerings(scene)
    make_questions()
    make_terms(scene)
    make_days_to_avoid(scene)
    announce(scene)
    return scene


def _tell(scene: Scene, report: Report) -> None:
    report(f"{scene.hub}: last year")
    past.tell_past(scene)
    story.tell_last_year(scene)
    report(f"{scene.hub}: this year and the next")
    live = story.tell_this_year(scene)
    story.tell_next_year(scene)
    briefings.tell_of_held_briefings(scene)
    briefings.announce_briefings(scene)
    story.wait_for_windows(scene)
    story.offer_one_now(scene)
    report(f"{scene.hub}: messages")
    mail_history.plan_past_reminders(scene)
    mailings.write_to_many(scene)
    mail_history.settle_past(scene, leave=live)
    mail_history.note_failure(story.MISTYPED_ADDRESS)
    mail_history.note_return(scene)
    mailings.word_a_reminder(scene)
