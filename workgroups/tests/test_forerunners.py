"""Whose history counts for which school, within a hub."""

from collections.abc import Iterator
from datetime import date

import pytest

from mathshub.scope import hub_scope
from workgroups.models import School, SchoolLink
from workgroups.search import search_schools, sort_found, why_not_pickable
from workgroups.services.succession import forerunners_of, merged_into
from workgroups.tests.factories import (
    make_closed_school,
    make_hub,
    make_link,
    make_school,
    make_succession_decision,
)

Kind = SchoolLink.Kind
pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def _in_a_hub() -> Iterator[None]:
    with hub_scope(make_hub()):
        yield


def forerunners(school: School) -> list[School]:
    return forerunners_of([school])[school.pk]


def test_a_school_without_forerunners_has_none():
    school = make_school()
    assert forerunners_of([school]) == {school.pk: []}
    assert forerunners_of([]) == {}


def test_all_schools_of_a_chain_count_for_its_end_last_closed_first():
    academy = make_school()
    first = make_closed_school(succeeded_by=academy, closed_on=date(2012, 8, 31))
    undated = make_closed_school(succeeded_by=academy, closed_on=None)
    second = make_closed_school(succeeded_by=academy, closed_on=date(2019, 8, 31))
    assert forerunners(academy) == [second, first, undated]
    assert forerunners(second) == []


def test_a_school_that_the_hub_decided_for_brings_its_own_forerunners():
    merged = make_school()
    infants = make_closed_school(closed_on=date(2020, 8, 31))
    before_it = make_closed_school(succeeded_by=infants, closed_on=date(2014, 8, 31))
    make_succession_decision(predecessor=infants, successor=merged)
    assert forerunners(merged) == [infants, before_it]


def test_what_was_decided_for_a_school_goes_on_to_the_one_that_followed_it():
    academy = make_school()
    merged = make_closed_school(succeeded_by=academy, closed_on=date(2022, 8, 31))
    infants = make_closed_school(closed_on=date(2018, 8, 31))
    make_succession_decision(predecessor=infants, successor=merged)
    assert forerunners(academy) == [merged, infants]


def test_decisions_may_follow_each_other():
    one, two, three = make_school(), make_school(), make_school()
    make_succession_decision(predecessor=one, successor=two)
    make_succession_decision(predecessor=two, successor=three)
    assert set(forerunners(three)) == {one, two}


def test_what_the_hub_decided_against_does_not_count():
    academy = make_school()
    closed = make_closed_school(succeeded_by=academy)
    make_succession_decision(predecessor=closed, successor=academy, counts=False)
    assert forerunners(academy) == []


def test_what_was_decided_against_on_the_way_of_a_chain_does_not_count_at_its_end():
    academy = make_school()
    between = make_closed_school(succeeded_by=academy)
    first = make_closed_school(succeeded_by=academy)
    make_succession_decision(predecessor=first, successor=between, counts=False)
    assert forerunners(academy) == [between]


def test_schools_that_follow_each_other_in_a_circle_are_named_once():
    one, two = make_school(), make_school()
    make_succession_decision(predecessor=one, successor=two)
    make_succession_decision(predecessor=two, successor=one)
    assert forerunners_of([one, two]) == {one.pk: [two], two.pk: [one]}


def test_another_hubs_decision_counts_for_that_hub_alone():
    merged, infants = make_school(), make_closed_school()
    other_hub = make_hub()
    with hub_scope(other_hub):
        make_succession_decision(predecessor=infants, successor=merged)
        assert forerunners(merged) == [infants]
    assert forerunners(merged) == []


@pytest.mark.parametrize("times", [1, 3])
def test_two_queries_answer_for_any_number_of_schools(times: int, django_assert_num_queries):
    academies = [make_school() for _ in range(times)]
    for academy in academies:
        make_closed_school(succeeded_by=academy)
        make_succession_decision(successor=academy)
    with django_assert_num_queries(2):
        answers = forerunners_of(academies)
    assert [len(answers[academy.pk]) for academy in academies] == [2] * times


def test_a_closed_school_that_was_decided_for_says_what_it_is_part_of_and_stands_for_it():
    merged = make_school(urn="999002", name="Marsh Primary")
    infants = make_closed_school(urn="999001", name="Quay Infants")
    assert why_not_pickable(search_schools("quay")[0]).startswith("Closed in August 2021. It may")
    make_succession_decision(predecessor=infants, successor=merged)
    (found,) = search_schools("quay")
    assert why_not_pickable(found) == (
        "Closed in August 2021, now part of Marsh Primary (URN 999002)"
    )
    assert sort_found([found]).choices == {
        merged: "Quay Infants (URN 999001) became part of it in August 2021."
    }


def test_where_a_school_went_follows_decisions_and_successions_to_one_open_school():
    academy = make_school()
    merged = make_closed_school(succeeded_by=academy)
    infants, against = make_closed_school(), make_closed_school()
    make_succession_decision(predecessor=infants, successor=merged)
    make_succession_decision(predecessor=against, successor=academy, counts=False)
    assert merged_into([infants, against]) == {infants.pk: academy}
    make_succession_decision(predecessor=infants, successor=make_school())
    assert merged_into([infants]) == {}  # split: nobody knows which of the two is meant


def became(school: School) -> tuple[str, dict[School, str]]:
    """What is said of a closed school, and which ones are offered in its place."""
    (found,) = search_schools(school.name)
    return why_not_pickable(found), sort_found([found]).choices


def test_a_merger_that_nobody_has_decided_is_said_and_leads_on_but_no_history_counts():
    merged = make_school(urn="999002", name="Marsh Primary")
    infants = make_closed_school(urn="999001", name="Quay Infants")
    make_link(infants, merged, kind=Kind.MERGER)
    assert became(infants) == (
        "Closed in August 2021 and became part of Marsh Primary (URN 999002)",
        {merged: "Quay Infants (URN 999001) became part of it in August 2021."},
    )
    assert forerunners(merged) == []
    make_succession_decision(predecessor=infants, successor=merged, counts=False)
    assert became(infants)[0].endswith("and became part of Marsh Primary (URN 999002)")
    assert forerunners(merged) == []


def test_a_merger_is_followed_through_all_that_came_after_it():
    academy = make_school(urn="999003", name="Marsh Academy")
    make_link(academy, make_school(), kind=Kind.MERGER)  # open: the way ends at it
    merged = make_closed_school(name="Marsh Primary", succeeded_by=academy)
    make_link(merged, academy)
    infants = make_closed_school(urn="999001", name="Quay Infants", closed_on=None)
    make_link(infants, merged, kind=Kind.AMALGAMATION)
    nursery = make_closed_school(name="Reed Nursery", succeeded_by=infants)
    make_link(nursery, infants)
    assert became(infants) == (
        "Closed and became part of Marsh Academy (URN 999003)",
        {academy: "Quay Infants (URN 999001) became part of it."},
    )
    assert list(became(nursery)[1]) == [academy]


def test_of_a_split_all_parts_are_named_and_none_is_offered():
    one, other = make_school(urn="999002", name="North"), make_school(urn="999003", name="South")
    split = make_closed_school(name="Quay Primary")
    for part in (one, other):
        make_link(split, part, kind=Kind.SPLIT)
    into = "North (URN 999002) and South (URN 999003)"
    assert became(split) == (f"Closed in August 2021 and was split into {into}", {})
    merged = make_closed_school(name="Marsh Infants")
    make_link(merged, split, kind=Kind.MERGER)
    assert became(merged) == (f"Closed in August 2021 and became part of {into}", {})


def test_of_a_split_of_which_one_part_is_open_that_one_is_offered():
    part = make_school(urn="999002", name="North")
    split = make_closed_school(urn="999001", name="Quay Primary")
    make_link(split, part, kind=Kind.SPLIT)
    make_link(split, make_closed_school(name="South"), kind=Kind.SPLIT)
    assert became(split) == (
        "Closed in August 2021 and was split: one part is North (URN 999002)",
        {part: "Quay Primary (URN 999001) was split in August 2021: this is one part of it."},
    )


def test_links_in_a_circle_or_to_schools_that_are_not_there_lead_nowhere():
    one, two = make_closed_school(name="Quay Infants"), make_closed_school(name="Marsh Infants")
    make_link(one, two, kind=Kind.MERGER)
    make_link(two, one, kind=Kind.MERGER)
    make_link(two, School(urn="123456"), kind=Kind.MERGER)
    make_link(two, make_school(urn="401234", is_demonstration=False), kind=Kind.MERGER)  # in Wales
    assert became(one) == (
        "Closed in August 2021. It may have a new name or number: try the postcode",
        {},
    )


@pytest.mark.parametrize("times", [1, 3])
def test_three_queries_say_what_became_of_any_number_of_schools(
    times: int, django_assert_num_queries
):
    for _ in range(times):
        academy = make_school(name="Marsh Academy")
        make_closed_school(name="Quay Primary", succeeded_by=academy)
        between = make_closed_school(name="Between")
        make_link(make_closed_school(name="Quay Infants"), between, kind=Kind.MERGER)
        make_link(between, academy, kind=Kind.MERGER)
    with django_assert_num_queries(6):  # three find the schools themselves
        found = sort_found(search_schools("quay"))
    assert (len(found.choices), found.others) == (times, {})


def test_decisions_in_a_circle_lead_nowhere():
    one, two = make_closed_school(), make_closed_school()
    make_succession_decision(predecessor=one, successor=two)
    make_succession_decision(predecessor=two, successor=one)
    assert merged_into([one, two]) == {}


def test_without_a_hub_no_decision_is_asked_for(django_assert_num_queries):
    closed = make_closed_school()
    with hub_scope(None), django_assert_num_queries(0):
        assert merged_into([closed]) == {}
