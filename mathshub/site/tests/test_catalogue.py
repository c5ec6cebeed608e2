"""What the public pages say of each programme."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from enrolment.tests.factories import NOW, make_place
from mathshub.scope import hub_scope
from mathshub.site.catalogue import Entry, Tag, list_entries
from mathshub.site.groups_on_show import groups_by_year
from sessions.models import Session
from sessions.tests.factories import make_session, make_sessions
from sessions.times import london_day
from sessions.words import short_day
from workgroups.models import Hub, WorkGroup
from workgroups.tests.factories import (
    make_hub,
    make_local_authority,
    make_offering,
    make_programme,
    make_work_group,
    make_year,
)

TODAY = london_day(NOW)
YEAR = TODAY.year if TODAY.month >= 9 else TODAY.year - 1
CLOSED = {"opens_on": TODAY - timedelta(days=60), "closes_on": TODAY - timedelta(days=1)}
LATER = {"opens_on": TODAY + timedelta(days=30), "closes_on": TODAY + timedelta(days=60)}
OPEN = {"opens_on": TODAY, "closes_on": TODAY}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def hub() -> Iterator[Hub]:
    hub = make_hub()
    with hub_scope(hub):
        yield hub


def the_entry() -> Entry:
    (entry,) = list_entries(NOW)
    return entry


def make_group(**fields: Any) -> WorkGroup:
    return make_work_group(offering=make_offering(**OPEN), **fields)


def test_a_programme_without_an_offering_is_not_on_offer_yet():
    make_programme()
    assert the_entry().tag == Tag("Not on offer yet", "plain")


def test_a_window_is_open_on_its_first_and_its_last_day():
    make_offering(**OPEN)
    assert (the_entry().tag, the_entry().is_open) == (Tag("Open", "leaf"), True)


def test_a_window_that_has_closed_is_closed():
    make_offering(**CLOSED)
    assert (the_entry().tag, the_entry().is_open) == (Tag("Closed", "plain"), False)


def test_a_window_to_come_says_when_it_opens():
    make_offering(opens_on=date(2031, 1, 6), closes_on=date(2031, 5, 21))
    assert the_entry().tag == Tag("Opens 6 January 2031", "plain")


def test_the_open_year_is_spoken_of_before_one_to_come_and_before_a_past_one():
    programme = make_programme()
    for start_year, window in ((YEAR, CLOSED), (YEAR + 1, OPEN), (YEAR + 2, LATER)):
        make_offering(programme=programme, academic_year=make_year(start_year=start_year), **window)
    assert the_entry().offering.academic_year.start_year == YEAR + 1


@pytest.mark.parametrize(
    ("capacity", "tag"),
    [
        (9, Tag("Open", "leaf")),
        (6, Tag("5 places left", "sun")),
        (2, Tag("1 place left", "sun")),
        (1, Tag("Open, groups full", "sun")),
    ],
)
def test_few_places_left_are_said(capacity: int, tag: Tag):
    group = make_group(capacity=capacity)
    make_place(work_group=group)
    assert the_entry().tag == tag


def test_places_left_count_only_groups_that_still_take_schools():
    offering = make_offering(**OPEN)
    for state, capacity in (("forming", 7), ("running", 20), ("draft", 40), ("cancelled", 80)):
        make_work_group(offering=offering, state=state, capacity=capacity)
    assert the_entry().places_left == 7


def test_the_shape_is_said_in_words():
    programme = make_programme(seats_per_school=1)
    offering = make_offering(programme=programme, **OPEN)
    assert the_entry().shape == ["One seat a school"]
    make_work_group(offering=offering, capacity=8)
    assert the_entry().shape == ["One seat a school", "8 schools a group", "one group"]
    make_work_group(offering=offering, capacity=12)
    assert the_entry().shape == ["One seat a school", "up to 12 schools a group", "two groups"]


def test_the_bar_shows_the_usual_shape_until_there_are_dates():
    make_programme(usual_sessions=3)
    year = the_entry().year
    assert [cell.state for cell in year.cells] == ["to_come"] * 3
    assert year.words == "Three sessions over the year"


def test_the_bar_shows_how_far_all_groups_of_the_year_have_come():
    year = make_year(start_year=YEAR)
    offering = make_offering(academic_year=year, **CLOSED)
    ahead = make_work_group(offering=offering, state="running")
    behind = make_work_group(offering=offering, state="running")
    make_sessions(work_group=ahead, count=4, first_in=-60, every=30)
    make_sessions(work_group=behind, count=4, first_in=-20, every=30)
    hidden = make_work_group(offering=offering, state="draft")
    make_sessions(work_group=hidden, count=7)
    shown = the_entry().year
    # The second sessions: one was 30 days ago, the other is in ten days; a third one is today.
    assert [cell.state for cell in shown.cells] == ["held", "next", "to_come", "to_come"]
    assert shown.words == f"{year}: 1 of 4 sessions held, next on {short_day(NOW)}"


def test_a_cancelled_or_planned_session_is_no_part_of_the_bar():
    group = make_work_group(offering=make_offering(academic_year=make_year(start_year=YEAR)))
    make_session(work_group=group, number=1)
    make_session(work_group=group, number=2, state=Session.State.CANCELLED)
    make_session(work_group=group, number=3, state=Session.State.PLANNED)
    assert len(the_entry().year.cells) == 1


def test_work_groups_stand_under_their_year_with_room_and_next_session():
    programme = make_programme()
    now, then = make_year(start_year=YEAR), make_year(start_year=YEAR + 1)
    boroughs = [make_local_authority(name="Newham"), make_local_authority(name="Hackney")]
    running = make_work_group(
        offering=make_offering(programme=programme, academic_year=now, **CLOSED),
        state="running",
        name="Hackney and Newham",
        local_authorities=boroughs,
    )
    session = make_session(work_group=running, number=1)
    forming = make_offering(programme=programme, academic_year=then, **OPEN)
    make_work_group(offering=forming, name="East", capacity=1, local_authorities=boroughs)
    make_work_group(offering=forming, name="Hidden", state="draft")
    make_work_group(offering=make_offering(), name="Of another programme")
    shown = [
        (year.academic_year, group.work_group.name, group.boroughs, group.tag.words,
         group.next_session)
        for year in groups_by_year(programme, now=NOW)
        for group in year.groups
    ]  # fmt: skip
    assert shown == [
        (then, "East", ["Hackney", "Newham"], "1 place left", None),
        (now, "Hackney and Newham", [], "Under way", session),
    ]


def test_four_queries_whatever_the_number(django_assert_num_queries):
    for _ in range(3):
        group = make_group()
        make_place(work_group=group)
        make_session(work_group=group, number=1)
        with django_assert_num_queries(4):
            list_entries(NOW)
