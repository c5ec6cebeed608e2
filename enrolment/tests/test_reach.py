"""How far the hub reaches: the stage of each school, who has lapsed, and the counts by borough."""

from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from enrolment.eligibility import Took
from enrolment.reach import (
    Choice,
    NoStage,
    PhaseGroup,
    Reach,
    Standing,
    bars,
    count_by,
    reach_of,
    rungs_of,
    total_of,
)
from enrolment.services.reach import journey, reach_in_area
from enrolment.tests.factories import make_accepted_place, make_past_participation
from workgroups.models import Hub, LocalAuthority, Prerequisite, Programme, School
from workgroups.models.years import year_words
from workgroups.tests.factories import (
    make_closed_school,
    make_local_authority,
    make_programme,
    make_school,
    make_year,
)

POSITIONS = {1: 1, 2: 2, 3: 3}
BESIDE = 9  # a programme that is no stage of the journey
HACKNEY, NEWHAM = (
    LocalAuthority(code="204", name="Hackney"),
    LocalAuthority(code="316", name="Newham"),
)


def took(programme: int, year: int, *, is_completed: bool | None = None) -> Took:
    return Took(programme, f"Stage {programme}", year, year_words(year), is_completed)


def reach(*taken: Took, borough: LocalAuthority = HACKNEY, **school) -> Reach:
    facts = {"phase_code": 2, "trust_code": "", "local_authority": borough} | school
    return reach_of(School(**facts), taken, positions=POSITIONS, this_year=2026)


@pytest.mark.parametrize(
    ("taken", "furthest", "standing"),
    [
        ((), None, Standing.NEVER),
        ((took(1, 2026),), "Stage 1", Standing.NOW),
        ((took(1, 2027),), None, Standing.NEXT_YEAR),  # a place for the coming year
        ((took(1, 2019), took(2, 2027)), "Stage 1", Standing.NEXT_YEAR),
        ((took(1, 2026), took(2, 2027)), "Stage 1", Standing.NOW),
        ((took(1, 2025),), "Stage 1", Standing.LAST_YEAR),
        ((took(1, 2024),), "Stage 1", Standing.LAPSED),
        ((took(3, 2019), took(1, 2026)), "Stage 3", Standing.NOW),
        ((took(2, 2019), took(2, 2021)), "Stage 2", Standing.LAPSED),
    ],
)
def test_the_furthest_stage_and_the_latest_year_count(
    taken: tuple[Took, ...], furthest: str | None, standing: Standing
) -> None:
    found = reach(*taken)
    assert (found.furthest.programme if found.furthest else None, found.standing) == (
        furthest,
        standing,
    )


@pytest.mark.parametrize(
    ("taken", "stage", "broken_off"),
    [
        ((took(2, 2023, is_completed=False),), NoStage.BEGUN, "Stage 2"),
        ((took(1, 2022), took(2, 2023, is_completed=False)), 1, "Stage 2"),
        ((took(2, 2022, is_completed=False), took(2, 2023)), 2, None),
        ((took(1, 2022, is_completed=False), took(2, 2023)), 2, None),
        ((took(1, 2022, is_completed=True),), 1, None),
        ((took(BESIDE, 2023),), NoStage.BESIDE, None),
        ((took(BESIDE, 2023, is_completed=False),), NoStage.BESIDE, None),
        ((took(1, 2022), took(BESIDE, 2025)), 1, None),
        ((took(1, 2022, is_completed=False), took(BESIDE, 2025)), NoStage.BEGUN, "Stage 1"),
        ((took(1, 2027),), None, None),
    ],
)
def test_what_was_broken_off_or_lies_beside_the_journey_is_no_stage_reached(
    taken: tuple[Took, ...], stage: int | NoStage | None, broken_off: str | None
) -> None:
    found = reach(*taken)
    assert (found.stage, found.broken_off.programme if found.broken_off else None) == (
        stage,
        broken_off,
    )


def test_the_counts_of_a_chip_leave_the_other_choices_in_force() -> None:
    reaches = [
        reach(took(1, 2026)),
        reach(took(2, 2020), borough=NEWHAM),
        reach(borough=NEWHAM),
        reach(borough=NEWHAM, phase_code=4),
    ]
    choice = Choice(borough="204", phase=PhaseGroup.PRIMARY)
    assert count_by(reaches, choice, "borough") == {"204": 1, "316": 2}
    assert count_by(reaches, choice, "standing") == {Standing.NOW: 1}
    assert count_by(reaches, Choice(standing=Standing.NEVER), "phase") == {
        PhaseGroup.PRIMARY: 1,
        PhaseGroup.SECONDARY: 1,
    }


def test_schools_in_no_trust_are_a_choice_of_their_own() -> None:
    alone, together = reach(), reach(trust_code="2044")
    assert [Choice(trust="").takes(each) for each in (alone, together)] == [True, False]
    assert [Choice(trust="2044").takes(each) for each in (alone, together)] == [False, True]


reaches_made = st.lists(
    st.builds(
        lambda borough, taken: reach(*taken, borough=borough),
        st.sampled_from([HACKNEY, NEWHAM]),
        st.lists(
            st.builds(
                took,
                st.sampled_from([1, 2, 3, BESIDE]),
                st.integers(2018, 2027),
                is_completed=st.sampled_from([True, False, None]),
            ),
            max_size=3,
        ),
    )
)


@given(reaches_made)
def test_every_school_stands_in_one_bar_and_on_one_rung(reaches: list[Reach]) -> None:
    stages = [Programme(pk=pk, short_name=str(pk)) for pk in POSITIONS]
    rungs = rungs_of(reaches, stages)
    by_borough = bars(reaches, rungs)
    assert sum(bar.schools for bar in by_borough) == len(reaches)
    assert Counter({bar.borough: bar.schools for bar in by_borough}) == Counter(
        each.school.local_authority.name for each in reaches
    )
    assert sum(bar.took_part for bar in by_borough) == sum(
        each.last is not None for each in reaches
    )
    assert total_of(by_borough, rungs).schools == len(reaches)


@pytest.mark.database
def test_the_journey_is_what_leads_in_and_on_whatever_the_positions(hub: Hub) -> None:
    first = make_programme(name="Readiness", position=1, is_starting_point=True)
    make_programme(name="Mastering Number", position=9)
    assert journey() == [first]
    development = make_programme(name="Development", position=2)
    make_programme(name="Sustaining", position=4, needs=[development])
    assert [each.name for each in journey()] == ["Readiness", "Development", "Sustaining"]
    Prerequisite.objects.all().delete()
    Programme.objects.update(is_starting_point=False)
    assert len(journey()) == 4  # nothing was said of what leads where: all of them


@pytest.mark.database
def test_the_area_holds_its_open_state_funded_schools_and_no_others(hub: Hub) -> None:
    hackney = make_local_authority(name="Hackney")
    hub.local_authorities.add(hackney)
    make_school(name="Primary", local_authority=hackney)
    make_school(name="Special", local_authority=hackney, type_code=7, phase_code=0)
    make_school(name="Independent", local_authority=hackney, type_code=11)
    make_school(name="Elsewhere", local_authority=make_local_authority(name="Lambeth"))
    make_closed_school(name="Closed", local_authority=hackney)
    assert [each.school.name for each in reach_in_area(this_year=2026)] == ["Primary", "Special"]


@pytest.mark.database
def test_places_spreadsheets_and_forerunners_all_count(hub: Hub) -> None:
    hackney = make_local_authority(name="Hackney")
    hub.local_authorities.add(hackney)
    place = make_accepted_place()
    academy = make_school(name="Academy")
    make_past_participation(
        school=make_closed_school(succeeded_by=academy),
        programme=make_programme(name="Readiness", position=1),
        academic_year=make_year(start_year=2019),
    )
    found = {each.school.pk: each for each in reach_in_area(this_year=2026)}
    assert found[place.school_id].standing is Standing.NOW
    assert found[academy.pk].standing is Standing.LAPSED
    assert found[academy.pk].furthest.year == "2019/20"


@pytest.mark.database
def test_an_area_of_many_schools_takes_as_many_queries_as_of_one(hub: Hub) -> None:
    hub.local_authorities.add(make_local_authority(name="Hackney"))

    def queries() -> int:
        with CaptureQueriesContext(connection) as queries:
            reach_in_area(this_year=2026)
        return len(queries)

    make_past_participation()
    queries()  # plans are made at the first run
    one = queries()
    for _ in range(3):
        make_past_participation(school=make_closed_school(succeeded_by=make_school()))
    assert queries() == one
