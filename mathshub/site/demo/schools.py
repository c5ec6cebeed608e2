"""The invented schools: all that the demonstration says of any school, it says of these."""

from typing import Any

from mathshub.site.demo.hubs import Borough, HubPlan
from workgroups.models import LocalAuthority, School
from workgroups.search import renew_spelling, search_text_of

# No postcode in use ends in these letters, so none that is made here can exist.
_NEVER_IN_POSTCODES = "CIKMOV"
_STREETS = ("Marsh Lane", "Weir Road", "Mill Street", "Orchard Way", "Chapel Rise", "Bridge Street")

# How the register writes them: type and its group, then phase and ages.
_TYPES: tuple[dict[str, Any], ...] = (
    {"type_code": 1, "type_name": "Community school"},
    {"type_code": 34, "type_name": "Academy converter"},
    {"type_code": 2, "type_name": "Voluntary aided school"},
    {"type_code": 1, "type_name": "Community school"},
    {"type_code": 35, "type_name": "Free schools"},
)
_GROUPS: dict[int, dict[str, Any]] = {
    1: {"type_group_code": 4, "type_group_name": "Local authority maintained schools"},
    2: {"type_group_code": 4, "type_group_name": "Local authority maintained schools"},
    7: {"type_group_code": 5, "type_group_name": "Special schools"},
    34: {"type_group_code": 10, "type_group_name": "Academies"},
    35: {"type_group_code": 11, "type_group_name": "Free Schools"},
}
_PRIMARY = {"phase_code": 2, "phase_name": "Primary", "low_age": 3, "high_age": 11}
_ALL_THROUGH = {"phase_code": 7, "phase_name": "All-through", "low_age": 3, "high_age": 18}
_SPECIAL = {
    "type_code": 7,
    "type_name": "Community special school",
    "phase_code": 0,
    "phase_name": "Not applicable",
}
# By their place in the list of names: what makes a school worth a second look.
ALL_THROUGH, SPECIAL, OUTSIDE = 2, 28, 29


def make_schools(plan: HubPlan, authorities: dict[str, LocalAuthority]) -> list[School]:
    """A school for each name, spread over the boroughs; the last one stands outside the area."""
    schools = [
        _school(plan, number, name, authorities) for number, name in enumerate(plan.school_names)
    ]
    schools = School.objects.bulk_create(schools)
    renew_spelling()
    return schools


def _school(
    plan: HubPlan, number: int, name: str, authorities: dict[str, LocalAuthority]
) -> School:
    borough = plan.outside if number == OUTSIDE else plan.boroughs[number % len(plan.boroughs)]
    kind = _TYPES[number % len(_TYPES)] | _PRIMARY | _peculiarity(number, name)
    school = School(
        urn=str(plan.first_urn + number),
        name=f"{name} (demonstration)",
        local_authority=authorities[borough.code],
        establishment_number=f"{9000 + number}",
        status_code=1,
        status_name="Open",
        pupils=180 + 30 * (number % 9),
        street=f"{3 + 2 * number} {_STREETS[number % len(_STREETS)]}",
        town=borough.town,
        postcode=_postcode(borough, number),
        easting=borough.easting + 170 * (number % 11 - 5),
        northing=borough.northing + 190 * (number % 7 - 3),
        is_demonstration=True,
        **(kind | _GROUPS[kind["type_code"]]),
    )
    school.search_text = search_text_of(school)
    return school


def _peculiarity(number: int, name: str) -> dict[str, Any]:
    if number == ALL_THROUGH:
        return _ALL_THROUGH
    if number == SPECIAL:
        return _SPECIAL
    if "Junior" in name:
        return {"low_age": 7}
    return {"high_age": 7} if "Infant" in name else {}


def _postcode(borough: Borough, number: int) -> str:
    letters = _NEVER_IN_POSTCODES
    inward = letters[number % 6] + letters[number // 6 % 6]
    return f"{borough.outward_code} {number % 9 + 1}{inward}"
