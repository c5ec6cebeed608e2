"""What stands before any school asks: the hub, its years, terms, programmes and offerings."""

from datetime import date, timedelta

from enrolment.models import Question
from mathshub.site.demo.forms import CLASSES
from mathshub.site.demo.hubs import Borough, HubPlan
from mathshub.site.demo.programmes import (
    JOINING_TEXT,
    LINKS,
    MASTERY_TEXT,
    PREREQUISITES,
    STAGES,
)
from mathshub.site.demo.scene import Scene
from mathshub.site.demo.terms import SOURCE, invented_days_to_avoid, shown_years
from workgroups.models import (
    AcademicYear,
    DayToAvoid,
    Hub,
    LocalAuthority,
    Offering,
    Prerequisite,
    Programme,
    ProgrammeLink,
    TermDate,
)

# The window for interest in the next year, in days from today: open, but for one that has closed.
OPENED, CLOSES, DECISIONS = -33, 46, 67
CLOSED = -2
NOTICE_DAYS = 21
CHECKED = timedelta(days=80)  # ago, when the terms of this year were compared with their source


def make_hub(plan: HubPlan) -> Hub:
    """The hub, over the boroughs of its plan."""
    hub = Hub.objects.create(
        slug=plan.slug,
        name=plan.name,
        host=plan.host,
        contact_email=plan.contact_email,
        contact_phone=plan.contact_phone,
        welcome_heading=plan.welcome_heading,
        welcome_text=plan.welcome_text,
        mastery_text=MASTERY_TEXT,
        joining_text=JOINING_TEXT,
        processor=plan.processor,
        is_demonstration=True,
    )
    hub.local_authorities.set(authority_of(borough) for borough in plan.boroughs)
    return hub


def authority_of(borough: Borough) -> LocalAuthority:
    """The register's row of the borough, with the code by which statistics know it."""
    authority, _ = LocalAuthority.objects.update_or_create(
        code=borough.code, defaults={"name": borough.name, "gss_code": borough.gss_code}
    )
    return authority


def make_years(today: date) -> dict[int, AcademicYear]:
    """The academic years that the demonstration knows, by the year they begin in."""
    return {
        year: AcademicYear.objects.get_or_create(start_year=year)[0] for year in shown_years(today)
    }


def make_terms(scene: Scene) -> None:
    """Invented terms of each borough for 2026/27, 2027/28, this year and the next."""
    for year in sorted({2026, 2027, scene.year, scene.year + 1}):
        TermDate.objects.bulk_create(
            TermDate(
                local_authority=authority,
                academic_year=scene.years[year],
                term=term.name,
                starts_on=term.starts_on,
                ends_on=term.ends_on,
                half_term_starts_on=term.half_term_starts_on,
                half_term_ends_on=term.half_term_ends_on,
                source=SOURCE,
                checked_on=scene.today - CHECKED if year <= scene.year else None,
                checked_by=scene.lead if year <= scene.year else None,
            )
            for borough, authority in enumerate(scene.boroughs)
            for term in scene.terms_of(borough, year)
        )


def make_days_to_avoid(scene: Scene) -> None:
    """Invented test weeks, and a day of one borough's own, in the years that have terms."""
    kinds = DayToAvoid.Kind
    for year in sorted({2026, 2027, scene.year, scene.year + 1}):
        DayToAvoid.objects.bulk_create(
            DayToAvoid(
                name=each.name,
                kind=kinds.TEST_WEEK if each.is_test_week else kinds.OTHER,
                local_authority=None if each.borough is None else scene.boroughs[each.borough],
                starts_on=each.starts_on,
                ends_on=each.ends_on,
                source=SOURCE,
            )
            for each in invented_days_to_avoid(year)
        )


def announce(scene: Scene) -> None:
    """The second hub shows what a notice looks like."""
    if scene.plan.notice_text:
        scene.hub.notice_text = scene.plan.notice_text
        scene.hub.notice_from = scene.today
        scene.hub.notice_until = scene.today + timedelta(days=NOTICE_DAYS)
        scene.hub.save()


def make_programmes() -> dict[str, Programme]:
    """The four stages of the journey, with what each of them follows, by slug."""
    programmes = {stage["slug"]: Programme.objects.create(**stage) for stage in STAGES}
    for slug, needed in PREREQUISITES.items():
        for other in needed:
            Prerequisite.objects.create(programme=programmes[slug], needs=programmes[other])
    ProgrammeLink.objects.bulk_create(
        ProgrammeLink(
            programme=programmes[slug], position=position, kind=kind, title=title, url=url
        )
        for slug, links in LINKS.items()
        for position, (kind, title, url) in enumerate(links, start=1)
    )
    return programmes


def make_offerings(scene: Scene) -> dict[tuple[str, int], Offering]:
    """Each stage last year, this year and the next, for which alone interest is open."""
    return {
        (slug, year): Offering.objects.create(
            programme=programme,
            academic_year=scene.years[year],
            # Invented, and moving from year to year as the real ones do.
            project_code=f"DEMO{year % 100}-{8 + programme.position + year % 2:02d}",
            **_window(scene, slug, year),
        )
        for year in (scene.year - 1, scene.year, scene.year + 1)
        for slug, programme in scene.programmes.items()
    }


def make_questions() -> None:
    """Two of the hub's own, on the form of every programme."""
    Question.objects.create(wording=CLASSES, kind=Question.Kind.NUMBER, position=1)
    Question.objects.create(
        wording="How did you hear of us?",
        kind=Question.Kind.CHOICE,
        choices="From another school\nAt a briefing\nBy e-mail\nOtherwise",
        position=2,
    )


def _window(scene: Scene, slug: str, year: int) -> dict[str, date]:
    if year <= scene.year:
        return {
            "opens_on": date(year, 2, 1),
            "closes_on": date(year, 5, 21),
            "decisions_by": date(year, 6, 11),
        }
    is_closed = slug == scene.plan.closed_early
    return {
        "opens_on": scene.today + timedelta(days=OPENED),
        "closes_on": scene.today + timedelta(days=CLOSED if is_closed else CLOSES),
        "decisions_by": scene.today + timedelta(days=DECISIONS),
    }
