"""What is known of schools: from spreadsheets, places and the schools that went before."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enrolment.eligibility import HubAnswer, SchoolRecord, Took, check_eligibility
from enrolment.models import ExpressionOfInterest, PastParticipation, Place
from enrolment.services.places import decline_place
from enrolment.services.records import record_of, records_of, step_of, without
from enrolment.tests.factories import (
    NOW,
    make_accepted_place,
    make_expression,
    make_known_school,
    make_override,
    make_past_participation,
    make_place,
)
from mathshub.scope import hub_scope
from workgroups.models import Hub, School, WorkGroup
from workgroups.tests.factories import (
    make_closed_school,
    make_hub,
    make_local_authority,
    make_offering,
    make_programme,
    make_school,
    make_succession_decision,
    make_work_group,
    make_year,
)

pytestmark = [pytest.mark.usefixtures("hub"), pytest.mark.database]


def took_of(school: School) -> list[tuple[str, str, bool | None, str]]:
    record = record_of(school, with_asked=False)
    return [(each.programme, each.year, each.is_completed, each.as_school) for each in record.took]


def test_the_spreadsheet_says_what_a_school_took_part_in_and_whether_it_finished() -> None:
    school, development = make_school(), make_programme(name="Development")
    for year, outcome in ((2021, "not_completed"), (2022, "completed"), (2019, "not_known")):
        make_past_participation(
            school=school,
            programme=development,
            academic_year=make_year(start_year=year),
            outcome=outcome,
        )
    assert took_of(school) == [
        ("Development", "2019/20", None, ""),
        ("Development", "2021/22", False, ""),
        ("Development", "2022/23", True, ""),
    ]


def test_an_accepted_place_counts_and_no_other() -> None:
    offering = make_offering(programme=make_programme(name="Development"))
    group = make_work_group(offering=offering)
    accepted = make_accepted_place(work_group=group)
    offered, declined = make_place(work_group=group), make_place(work_group=group)
    decline_place(declined, by=None, now=NOW)

    assert took_of(accepted.school) == [("Development", "2026/27", None, "")]
    assert took_of(offered.school) == took_of(declined.school) == []


def test_a_group_that_was_cancelled_counts_for_nobody() -> None:
    place = make_accepted_place()
    WorkGroup.objects.update(state=WorkGroup.State.CANCELLED)
    assert took_of(place.school) == []


def test_what_was_typed_in_is_believed_before_what_follows_from_a_place() -> None:
    place = make_accepted_place()
    offering = place.work_group.offering
    make_past_participation(
        school=place.school,
        programme=offering.programme,
        academic_year=offering.academic_year,
        outcome=PastParticipation.Outcome.NOT_COMPLETED,
    )
    [(_, _, is_completed, _)] = took_of(place.school)
    assert is_completed is False


def test_the_past_of_an_academys_forerunner_counts_under_its_old_name() -> None:
    academy = make_school(name="New Hall Academy")
    old = make_closed_school(name="Old Hall", succeeded_by=academy)
    make_past_participation(school=old, programme=make_programme(name="Development"))
    assert took_of(academy) == [("Development", "2023/24", True, "Old Hall")]
    assert took_of(old) == [("Development", "2023/24", True, "")]


def test_a_year_under_the_old_urn_and_the_new_one_counts_once_by_who_knows_the_outcome() -> None:
    academy = make_school(name="New Hall Academy")
    old = make_closed_school(name="Old Hall", succeeded_by=academy)
    programme, year = make_programme(name="Development"), make_year(start_year=2023)
    for school, outcome in ((academy, "not_known"), (old, "not_completed")):
        make_past_participation(
            school=school, programme=programme, academic_year=year, outcome=outcome
        )
    assert took_of(academy) == [("Development", "2023/24", False, "")]
    assert record_of(academy, with_asked=False).took[0].also_as == ("Old Hall",)


def test_after_a_merger_the_past_counts_once_a_person_has_said_so() -> None:
    merged, old = make_school(), make_closed_school(name="Old Hall")
    make_past_participation(school=old, programme=make_programme(name="Development"))
    assert took_of(merged) == []
    make_succession_decision(predecessor=old, successor=merged)
    assert took_of(merged) == [("Development", "2023/24", True, "Old Hall")]


def test_one_hubs_record_is_not_anothers(hub: Hub) -> None:
    school = make_school()
    make_past_participation(school=school)
    make_known_school(school=school)
    make_override(school=school)
    make_expression(school=school)
    with hub_scope(make_hub(slug="wandle")):
        record = record_of(school, with_asked=True)
    assert (record.took, record.has_mastery_specialist) == ((), False)
    assert (record.answers, record.asked) == ({}, {})


def test_the_hubs_own_answer_and_what_it_knows_stand_on_the_record() -> None:
    school, offering = make_school(), make_offering()
    make_override(school=school, offering=offering, reason="Took part in Kent.")
    make_known_school(school=school)
    record = record_of(school, with_asked=False)
    assert record.answers == {offering.pk: HubAnswer(True, "Took part in Kent")}
    assert record.has_mastery_specialist


def test_whether_a_school_has_asked_is_told_to_who_may_know_and_not_of_itself() -> None:
    school, offering = make_school(), make_offering()
    first = make_expression(school=school, offering=offering)
    make_expression(school=school, offering=offering, state=ExpressionOfInterest.State.WITHDRAWN)

    assert record_of(school, with_asked=False).asked == {}
    record = record_of(school, with_asked=True)
    assert record.asked == {offering.pk: (first.reference,)}
    assert without(record, first).asked == {offering.pk: ()}


def test_the_place_that_an_expression_led_to_does_not_speak_against_it() -> None:
    offering = make_offering(programme=make_programme(is_once_only=True))
    place = make_accepted_place(work_group=make_work_group(offering=offering))
    expression = ExpressionOfInterest.objects.get(pk=place.expression_id)

    def codes(record: SchoolRecord) -> tuple[str, ...]:
        return check_eligibility(place.school, step_of(offering), record).codes

    record = record_of(place.school, with_asked=True)
    assert codes(record) == ("takes-part-already", "asked-already")
    assert codes(without(record, expression)) == ("eligible",)


def test_a_forerunner_keeps_its_name_also_beside_the_school_that_came_after() -> None:
    academy = make_school(name="New Hall Academy")
    old = make_closed_school(name="Old Hall", succeeded_by=academy)
    make_past_participation(school=old)
    found = records_of([old, academy], with_asked=False)
    assert [found[each.pk].took[0].as_school for each in (old, academy)] == ["", "Old Hall"]


def test_a_school_outside_hears_which_hub_lists_its_borough(hub: Hub) -> None:
    hub.local_authorities.add(make_local_authority(name="Hackney"))
    lambeth = make_local_authority(name="Lambeth")
    make_hub(name="Thames Maths Hub", local_authorities=[lambeth])
    inside, outside = make_school(), make_school(local_authority=lambeth)
    records = records_of([inside, outside], with_asked=False)
    assert not records[inside.pk].is_out_of_area
    found = records[outside.pk]
    assert (found.is_out_of_area, found.borough, found.other_hubs) == (
        *(True, "Lambeth"),
        ("Thames Maths Hub",),
    )


def test_a_hub_that_has_not_named_its_boroughs_leaves_no_school_out() -> None:
    assert not record_of(make_school(), with_asked=False).is_out_of_area


def test_many_schools_take_as_many_queries_as_one() -> None:
    schools = [make_school() for _ in range(3)]
    for school in schools:
        make_past_participation(
            school=make_closed_school(succeeded_by=school), programme=make_programme()
        )
        make_override(school=school)
        make_expression(school=school)

    def queries(of: list[School]) -> int:
        with CaptureQueriesContext(connection) as queries:
            records_of(of, with_asked=True)
        return len(queries)

    queries(schools)  # plans are made at the first run
    assert queries(schools[:1]) == queries(schools) == 8


def test_a_step_knows_what_it_follows_and_what_follows_it() -> None:
    readiness = make_programme(name="Readiness", position=1)
    development = make_programme(name="Development", position=2, needs=[readiness])
    embedding = make_programme(name="Embedding", position=3, needs=[development])
    sustaining = make_programme(name="Sustaining", position=4, needs=[embedding, development])

    step = step_of(make_offering(programme=sustaining))
    assert (step.needs, step.leads_to) == ((development, embedding), ())
    step = step_of(make_offering(programme=development))
    assert (step.needs, step.leads_to) == ((readiness,), (embedding, sustaining))
    assert step.start_year == 2026


def test_a_school_of_last_years_development_can_sustain_this_year() -> None:
    development = make_programme(name="Development")
    last_year = make_offering(programme=development, academic_year=make_year(start_year=2025))
    place = make_accepted_place(work_group=make_work_group(offering=last_year))
    sustaining = make_offering(programme=make_programme(name="Sustaining", needs=[development]))

    record = record_of(place.school, with_asked=False)
    eligibility = check_eligibility(place.school, step_of(sustaining), record)
    assert eligibility.words == (
        "It is a state-funded primary school, and open. It took part in Development in 2025/26."
    )
    assert Place.objects.count() == 1
    assert record.took == (Took(development.pk, "Development", 2025, "2025/26"),)
