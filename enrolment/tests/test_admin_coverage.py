"""The coverage page: figures by borough, every school, and files of the same choice."""

import csv
from io import BytesIO, StringIO

import pytest
from django.test import Client
from openpyxl import load_workbook

from enrolment.models import PastParticipation
from enrolment.tests.factories import make_accepted_place, make_expression, make_past_participation
from mathshub.scope import hub_scope
from workgroups.models import Hub, HubMember, LocalAuthority
from workgroups.tests.factories import (
    make_hub,
    make_local_authority,
    make_offering,
    make_programme,
    make_school,
    make_work_group,
    make_year,
)
from workgroups.tests.staff import staff_client

PAGE = "/admin/workgroups/school/coverage/"
CSV, XLSX = "/admin/workgroups/school/coverage.csv", "/admin/workgroups/school/coverage.xlsx"

pytestmark = pytest.mark.usefixtures("hub", "on_the_day")


@pytest.fixture
def lead() -> Client:
    return staff_client()


@pytest.fixture
def area(hub: Hub) -> tuple[LocalAuthority, LocalAuthority]:
    """Hackney has a school of each standing, Newham one that never took part."""
    hackney, newham = make_local_authority(name="Hackney"), make_local_authority(name="Newham")
    hub.local_authorities.set([hackney, newham])
    development = make_programme(name="Development", position=2)
    for name, year in (("Lapsed", 2022), ("Last year", 2025)):
        make_past_participation(
            school=make_school(name=name, local_authority=hackney, trust_code="2044"),
            programme=development,
            academic_year=make_year(start_year=year),
        )
    make_school(name="Never", local_authority=newham)
    make_school(name="Never secondary", local_authority=newham, phase_code=4)
    return hackney, newham


def schools_on(client: Client, query: str = "") -> list[str]:
    return [row["school"].name for row in client.get(PAGE + query).context["rows"]]


def test_the_heading_says_the_fact(lead: Client, area: object) -> None:
    assert lead.get(PAGE).context["title"] == "2 of 3 schools have taken part"


@pytest.mark.parametrize(
    ("query", "schools"),
    [
        ("", ["Lapsed", "Last year", "Never"]),
        ("?phase=all", ["Lapsed", "Last year", "Never", "Never secondary"]),
        ("?phase=secondary", ["Never secondary"]),
        ("?borough=316", ["Never"]),
        ("?standing=lapsed", ["Lapsed"]),
        ("?standing=never&phase=all", ["Never", "Never secondary"]),
        ("?trust=2044", ["Lapsed", "Last year"]),
        ("?trust=none", ["Never"]),
        ("?stage=0", []),
        ("?stage=x", []),
        ("?borough=316&standing=lapsed", []),
        ("?p=99", ["Lapsed", "Last year", "Never"]),
    ],
)
def test_choices_narrow_together(
    lead: Client, area: object, query: str, schools: list[str]
) -> None:
    page = lead.get(PAGE + query)
    assert [row["school"].name for row in page.context.get("rows", [])] == schools


def test_a_choice_that_leaves_no_school_says_so_and_shows_what_was_chosen(
    lead: Client, area: object
) -> None:
    page = lead.get(f"{PAGE}?trust=2044&borough=316")
    assert page.context["title"] == "No school fits this choice"
    assert [each["value"] for each in page.context["trusts"] if each["selected"]] == ["2044"]
    assert "Take one of the choices above away" in page.content.decode()


def test_the_picture_and_the_table_say_the_same(lead: Client, area: object) -> None:
    page = " ".join(lead.get(PAGE).content.decode().split())
    assert 'aria-label="Hackney, 2 schools: 2 Development"' in page
    assert 'aria-label="Newham, 1 school: 1 none yet"' in page
    assert '<th scope="row">All</th> <td class="n" data-label="Schools">3</td>' in page


def test_a_stage_that_was_broken_off_is_told_apart_and_can_be_asked_for(
    lead: Client, area: tuple[LocalAuthority, LocalAuthority]
) -> None:
    make_past_participation(
        school=make_school(name="Broke off", local_authority=area[1]),
        programme=make_programme(name="Development", position=2),
        academic_year=make_year(start_year=2023),
        outcome=PastParticipation.Outcome.NOT_COMPLETED,
    )
    page = " ".join(lead.get(PAGE).content.decode().split())
    assert 'aria-label="Newham, 2 schools: 1 begun, not finished, 1 none yet"' in page
    assert "3 of 4 schools have taken part" in page
    assert schools_on(lead, "?stage=begun") == ["Broke off"]
    _, row = csv.reader(StringIO(lead.get(f"{CSV}?stage=begun").content.decode("utf-8-sig")))
    assert row[8:] == [
        *("", "", "", "Development 2023/24", "Development", "2023/24", "lapsed"),
    ]


def test_an_area_that_is_not_set_says_what_to_do(lead: Client) -> None:
    assert "Choose the boroughs" in lead.get(PAGE).content.decode()


def test_the_files_hold_the_same_choice(lead: Client, area: object) -> None:
    query = "?standing=lapsed"
    text = lead.get(CSV + query).content
    assert text.startswith(b"\xef\xbb\xbf")
    header, row = csv.reader(StringIO(text.decode("utf-8-sig")))
    found = dict(zip(header, row, strict=True))
    assert (found["School"], found["Stage reached"], found["Year"], found["Standing"]) == (
        *("Lapsed", "Development"),
        *("2022/23", "lapsed"),
    )
    sheet = load_workbook(BytesIO(lead.get(XLSX + query).content)).active
    assert [list(row) for row in sheet.values] == [header, [cell or None for cell in row]]


def test_of_a_stage_that_still_runs_the_files_say_so_and_not_that_nobody_knows(
    lead: Client, area: tuple[LocalAuthority, LocalAuthority]
) -> None:
    group = make_work_group(offering=make_offering(programme=make_programme(name="Embedding")))
    school = make_school(name="Now", local_authority=area[1])
    make_accepted_place(
        work_group=group, expression=make_expression(school=school, offering=group.offering)
    )
    header, row = csv.reader(StringIO(lead.get(f"{CSV}?standing=now").content.decode("utf-8-sig")))
    found = dict(zip(header, row, strict=True))
    assert (found["School"], found["Year"]) == ("Now", "2026/27")
    assert found["Outcome"] == found["Standing"] == "takes part this year"


def test_another_hubs_records_do_not_count_here(lead: Client, area: object) -> None:
    school = make_school(name="Theirs", local_authority=make_local_authority(name="Newham"))
    with hub_scope(make_hub(slug="wandle")):
        make_past_participation(school=school)
    assert "Theirs" in schools_on(lead, "?standing=never")


@pytest.mark.parametrize("url", [PAGE, CSV, XLSX])
def test_a_work_group_lead_sees_no_coverage(url: str) -> None:
    assert staff_client(role=HubMember.Role.WORK_GROUP_LEAD).get(url).status_code == 403
