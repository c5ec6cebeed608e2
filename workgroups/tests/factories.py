"""Valid rows of this app, for tests; keyword-only, each usable within ``hub_scope``.

    hub = make_hub()
    with hub_scope(hub):
        group = make_work_group(offering=make_offering())

Owned rows take the hub in scope. What is not given is invented: names are numbered, schools have
URNs from 990001, so nothing made here can be taken for a real school; tests that give a URN
themselves give 999xxx.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from mathshub.accounts.models import Account
from workgroups.models import (
    AcademicYear,
    DayToAvoid,
    Hub,
    HubMember,
    LocalAuthority,
    Offering,
    Prerequisite,
    Programme,
    ProgrammeLink,
    RegisterImport,
    School,
    SchoolLink,
    SuccessionDecision,
    TermDate,
    WorkGroup,
    WorkGroupLead,
)
from workgroups.search import search_text_of

_numbers = count(1)
_schools = count(1)
_authorities = count(1)

# The real codes of the boroughs that tests speak of; others are numbered from 001.
BOROUGH_CODES = {"Hackney": "204", "Newham": "316", "Redbridge": "317", "Wandsworth": "212"}


def make_local_authority(*, name: str = "Hackney", code: str = "") -> LocalAuthority:
    """The borough of that name, made once."""
    code = code or BOROUGH_CODES.get(name) or f"{next(_authorities) % 200:03d}"
    authority, _ = LocalAuthority.objects.get_or_create(name=name, defaults={"code": code})
    return authority


def make_hub(
    *,
    slug: str = "",
    host: str = "",
    local_authorities: Iterable[LocalAuthority] = (),
    **fields: Any,
) -> Hub:
    """A hub on ``<slug>.localhost``; the first one made is also what ``testserver`` shows."""
    slug = slug or f"hub-{next(_numbers)}"
    fields.setdefault("name", f"{slug.replace('-', ' ').title()} Maths Hub")
    fields.setdefault("contact_email", f"hello@{slug}.example.org")
    hub = Hub.objects.create(slug=slug, host=host or f"{slug}.localhost", **fields)
    hub.local_authorities.set(local_authorities)
    return hub


def make_account(*, email: str = "", name: str = "Asha Patel", **fields: Any) -> Account:
    """An account with the password "correct horse battery", unless told otherwise."""
    fields.setdefault("password", "correct horse battery")
    return Account.objects.create_user(
        email or f"person{next(_numbers)}@example.org", name=name, **fields
    )


def make_member(
    *, account: Account | None = None, role: str = HubMember.Role.HUB_LEAD, **fields: Any
) -> HubMember:
    """A member of staff of the hub in scope."""
    return HubMember.objects.create(account=account or make_account(), role=role, **fields)


def make_school(
    *,
    urn: str = "",
    name: str = "",
    local_authority: LocalAuthority | None = None,
    **fields: Any,
) -> School:
    """An open community primary school in Hackney, invented (URN 99xxxx), that may be picked."""
    number = next(_schools)
    fields = {
        "establishment_number": f"{2000 + number % 4000}",
        "type_code": 1,
        "type_name": "Community school",
        "type_group_code": 4,
        "type_group_name": "Local authority maintained schools",
        "status_code": 1,
        "status_name": "Open",
        "phase_code": 2,
        "phase_name": "Primary",
        "low_age": 3,
        "high_age": 11,
        "town": "London",
        "postcode": "E8 1AA",
        "is_demonstration": True,
    } | fields
    school = School(
        urn=urn or f"{990000 + number % 9000}",
        name=name or f"Invented Primary School {number}",
        local_authority=local_authority or make_local_authority(),
        **fields,
    )
    school.search_text = search_text_of(school)
    school.save()
    return school


def make_year(*, start_year: int = 2026) -> AcademicYear:
    """The academic year that starts in that September, made once."""
    year, _ = AcademicYear.objects.get_or_create(start_year=start_year)
    return year


def remind_on(*days: int) -> dict[str, list[int]]:
    """The same days for each way in which a session is held."""
    return {mode: list(days) for mode in ("twilight", "virtual", "face_to_face")}


def make_programme(*, name: str = "", needs: Iterable[Programme] = (), **fields: Any) -> Programme:
    """A programme of the hub in scope that follows any of ``needs``."""
    number = next(_numbers)
    name = name or f"Programme {number}"
    fields = {
        "short_name": name,
        "slug": f"{name.lower().replace(' ', '-')}-{number}",
        "strapline": "six sessions over the year",
        "summary": "For schools that want to teach for mastery.",
        "reminder_days": remind_on(14, 2),
    } | fields
    programme = Programme.objects.create(name=name, **fields)
    for other in needs:
        Prerequisite.objects.create(programme=programme, needs=other)
    return programme


def make_programme_link(*, programme: Programme | None = None, **fields: Any) -> ProgrammeLink:
    """A film on another site that the programme's page leads to."""
    fields = {
        "kind": ProgrammeLink.Kind.VIDEO,
        "title": "A lesson, filmed",
        "url": f"https://films.example/{next(_numbers)}",
    } | fields
    return ProgrammeLink.objects.create(programme=programme or make_programme(), **fields)


def make_offering(
    *,
    programme: Programme | None = None,
    academic_year: AcademicYear | None = None,
    **fields: Any,
) -> Offering:
    """An offering for 2026/27 whose window is open from 2 January 2026 to 31 December 2027."""
    fields = {
        "project_code": "NCP26-09",
        "opens_on": date(2026, 1, 2),
        "closes_on": date(2027, 12, 31),
    } | fields
    return Offering.objects.create(
        programme=programme or make_programme(),
        academic_year=academic_year or make_year(),
        **fields,
    )


def make_work_group(
    *,
    offering: Offering | None = None,
    name: str = "",
    leads: Iterable[HubMember] = (),
    local_authorities: Iterable[LocalAuthority] = (),
    **fields: Any,
) -> WorkGroup:
    """A Work Group that takes schools and stands on the public pages."""
    fields.setdefault("state", WorkGroup.State.FORMING)
    group = WorkGroup.objects.create(
        offering=offering or make_offering(),
        name=name or f"Work Group {next(_numbers)}",
        **fields,
    )
    group.local_authorities.set(local_authorities)
    for member in leads:
        WorkGroupLead.objects.create(work_group=group, member=member)
    return group


# First and last day of each term and of its half-term; the year is that of the autumn.
_TERMS = {
    TermDate.Term.AUTUMN: ((0, 9, 2), (0, 12, 18), (0, 10, 26), (0, 10, 30)),
    TermDate.Term.SPRING: ((1, 1, 4), (1, 3, 25), (1, 2, 15), (1, 2, 19)),
    TermDate.Term.SUMMER: ((1, 4, 12), (1, 7, 21), (1, 5, 31), (1, 6, 4)),
}


def make_term_dates(
    *,
    local_authority: LocalAuthority | None = None,
    academic_year: AcademicYear | None = None,
    half_term_shift: timedelta = timedelta(0),
) -> list[TermDate]:
    """The three terms of a borough; ``half_term_shift`` moves its half-terms (a week, say)."""
    authority = local_authority or make_local_authority()
    year = academic_year or make_year()

    def day(parts: tuple[int, int, int]) -> date:
        return date(year.start_year + parts[0], parts[1], parts[2])

    return [
        TermDate.objects.create(
            local_authority=authority,
            academic_year=year,
            term=term,
            starts_on=day(first),
            ends_on=day(last),
            half_term_starts_on=day(half_first) + half_term_shift,
            half_term_ends_on=day(half_last) + half_term_shift,
            source="invented for tests",
        )
        for term, (first, last, half_first, half_last) in _TERMS.items()
    ]


def make_days_to_avoid(*, name: str = "Key stage 2 tests", **fields: Any) -> DayToAvoid:
    """The four days of the tests in May 2027, in all boroughs."""
    fields = {"starts_on": date(2027, 5, 10), "ends_on": date(2027, 5, 13)} | fields
    return DayToAvoid.objects.create(name=name, **fields)


def make_closed_school(**fields: Any) -> School:
    """A school that closed at the end of August 2021."""
    closed = {"status_code": 2, "status_name": "Closed", "closed_on": date(2021, 8, 31)}
    return make_school(**(closed | fields))


def make_link(
    predecessor: School,
    successor: School,
    *,
    kind: SchoolLink.Kind = SchoolLink.Kind.SUCCESSION,
) -> SchoolLink:
    """What the register's file of links says of the two; no school is changed by it."""
    return SchoolLink.objects.create(
        predecessor_urn=predecessor.urn,
        successor_urn=successor.urn,
        kind=kind,
        established_on=date(2021, 9, 1),
    )


def make_succession_decision(
    *, predecessor: School | None = None, successor: School | None = None, **fields: Any
) -> SuccessionDecision:
    """The hub in scope has decided that the history of a closed school counts for another."""
    fields = {
        "counts": True,
        "reason": "The head and most staff went over",
        "decided_at": datetime(2026, 11, 16, 10, 30, tzinfo=UTC),
    } | fields
    return SuccessionDecision.objects.create(
        predecessor=predecessor or make_closed_school(),
        successor=successor or make_school(),
        **fields,
    )


def make_register_import(**fields: Any) -> RegisterImport:
    """An import that was done on 16 November 2026, and skipped a line."""
    at = datetime(2026, 11, 16, 6, 10, tzinfo=UTC)
    fields = {
        "state": RegisterImport.State.DONE,
        "file_name": "edubasealldata20261116.csv",
        "started_at": at,
        "ended_at": at + timedelta(seconds=20),
        "created": 12,
        "unchanged": 50_000,
        "skipped": 1,
        "complaints": [{"of": "schools", "line": 7, "reason": "the school has no name"}],
    } | fields
    return RegisterImport.objects.create(**fields)
