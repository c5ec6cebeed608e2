"""Eligibility: a table of cases that a hub lead can read, and what must hold of any case."""

from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrolment.eligibility import (
    EMPTY,
    Answer,
    HubAnswer,
    Reason,
    SchoolRecord,
    Step,
    Took,
    check_eligibility,
)
from workgroups.models import Programme, School
from workgroups.models.years import year_words

YES, CHECK, NO = Answer.YES, Answer.CHECK_WITH_US, Answer.NOT_HERE
_ids = count(1)


def programme(name: str, **fields) -> Programme:
    return Programme(**{"pk": next(_ids), "name": name, "phase": "primary"} | fields)


READINESS = programme("Readiness", is_starting_point=True)
DEVELOPMENT = programme("Development", is_starting_point=True, is_once_only=True)
EMBEDDING = programme("Embedding")
SUSTAINING = programme("Sustaining", takes_specialist_schools=True)
SECONDARY = programme("Secondary Mastery", phase="secondary")
AFTER_DEVELOPMENT = {EMBEDDING: (SUSTAINING,), SUSTAINING: ()}
AFTER_READINESS = {DEVELOPMENT: (EMBEDDING, SUSTAINING), **AFTER_DEVELOPMENT}
STEPS = {
    "Readiness": Step(1, READINESS, 2026, leads_to=(DEVELOPMENT,), later=AFTER_READINESS),
    "Development": Step(
        2, DEVELOPMENT, 2026, leads_to=(EMBEDDING, SUSTAINING), later=AFTER_DEVELOPMENT
    ),
    "Embedding": Step(3, EMBEDDING, 2026, needs=(DEVELOPMENT,)),
    "Sustaining": Step(4, SUSTAINING, 2026, needs=(DEVELOPMENT, EMBEDDING)),
    "Secondary Mastery": Step(5, SECONDARY, 2026),
}


def school(**facts) -> School:
    usual = {
        "type_code": 1,
        "type_name": "Community school",
        "status_code": 1,
        "phase_code": 2,
    }
    return School(**(usual | facts))


SCHOOLS = {
    "primary": school(),
    "academy": school(type_code=34, type_name="Academy converter"),
    "middle": school(phase_code=3),
    "secondary": school(phase_code=4),
    "all-through": school(phase_code=7),
    "special": school(type_code=7, type_name="Community special school", phase_code=0),
    "pupil referral unit": school(type_code=14, type_name="Pupil referral unit", phase_code=0),
    "nursery": school(type_code=15, type_name="Local authority nursery school", phase_code=1),
    "independent": school(type_code=11, type_name="Other independent school"),
    "college": school(type_code=18, type_name="Further education"),
    "of a new type": school(type_code=999, type_name="Something new"),
    "closed": school(status_code=2),
    "about to close": school(status_code=3),
    "not open yet": school(status_code=4),
}


def took(step: Programme, year: int, *, done: bool | None = True, as_school: str = "") -> Took:
    return Took(step.pk, str(step), year, year_words(year), done, as_school)


RECORDS = {
    "nothing": EMPTY,
    "Readiness 2025/26": SchoolRecord(took=(took(READINESS, 2025),)),
    "Development 2023/24": SchoolRecord(took=(took(DEVELOPMENT, 2023),)),
    "Development 2025/26, running": SchoolRecord(took=(took(DEVELOPMENT, 2025, done=None),)),
    "Development 2026/27, the same year": SchoolRecord(took=(took(DEVELOPMENT, 2026),)),
    "Development 2024/25, not finished": SchoolRecord(took=(took(DEVELOPMENT, 2024, done=False),)),
    "Development not finished, then again": SchoolRecord(
        took=(took(DEVELOPMENT, 2021, done=False), took(DEVELOPMENT, 2022))
    ),
    "Development 2019/20, as Old Hall": SchoolRecord(
        took=(took(DEVELOPMENT, 2019, as_school="Old Hall"),)
    ),
    "Embedding 2024/25": SchoolRecord(took=(took(EMBEDDING, 2024),)),
    "Sustaining 2025/26 and Embedding 2024/25": SchoolRecord(
        took=(took(EMBEDDING, 2024), took(SUSTAINING, 2025))
    ),
    "Sustaining 2026/27 and Embedding 2024/25": SchoolRecord(
        took=(took(EMBEDDING, 2024), took(SUSTAINING, 2026, done=None))
    ),
    "a Mastery Specialist": SchoolRecord(has_mastery_specialist=True),
    "asked already": SchoolRecord(asked={2: ("ABCD-2345",)}),
    "outside, another hub's": SchoolRecord(
        is_out_of_area=True, borough="Lambeth", other_hubs=("Thames Maths Hub",)
    ),
    "outside, nobody's": SchoolRecord(is_out_of_area=True, borough="Leeds"),
    "the hub said yes": SchoolRecord(
        answers={2: HubAnswer(True, "agreed with the trust"), 4: HubAnswer(True, "did it in Kent")}
    ),
    "the hub said no": SchoolRecord(answers={2: HubAnswer(False, "merges in January")}),
}

TABLE = Path(__file__).resolve().parents[2] / "docs" / "eligibility.md"
ANSWERS = {"yes": YES, "check with us": CHECK, "not here": NO}


def cases() -> list[tuple[str, ...]]:
    """The lines of the table: the school, what it asks for, its record, the answer, and why."""
    lines = TABLE.read_text().split("|---|---|---|---|---|\n")[1].splitlines()
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]


@pytest.mark.parametrize(("who", "step", "record", "answer", "codes"), cases())
def test_each_case_of_the_table(who: str, step: str, record: str, answer: str, codes: str) -> None:
    eligibility = check_eligibility(SCHOOLS[who], STEPS[step], RECORDS[record])

    found = eligibility.answer, ", ".join(eligibility.codes)
    assert found == (ANSWERS[answer], codes)


def test_every_reason_stands_in_the_table() -> None:
    said = {code for *_, codes in cases() for code in codes.split(", ")}
    assert said == {reason.value for reason in Reason}


@pytest.mark.parametrize("type_code", [1, 2, 3, 5, 28, 34, 35])
@pytest.mark.parametrize("phase_code", [2, 3])
def test_every_open_state_funded_mainstream_primary_can_take_part(
    type_code: int, phase_code: int
) -> None:
    open_primary = school(type_code=type_code, phase_code=phase_code)
    eligibility = check_eligibility(open_primary, STEPS["Development"], EMPTY)
    assert eligibility.answer is YES
    assert eligibility.words == "It is a state-funded primary school, and open."


def words_for(step: str, record: str) -> str:
    return check_eligibility(SCHOOLS["primary"], STEPS[step], RECORDS[record]).words


def test_the_sentences_say_what_to_do() -> None:
    assert words_for("Sustaining", "nothing") == (
        "Sustaining follows Development or Embedding, and we have no record of your school there: "
        "tell us when it took part. You can send the form all the same; “Anything else” at its end is "
        "the place to tell us."
    )
    assert words_for("Development", "Development 2023/24") == (
        "It took part in Development in 2023/24, and a school does so once. Embedding or Sustaining "
        "is the next step. You can send the form all the same."
    )
    assert words_for("Sustaining", "Development 2019/20, as Old Hall") == (
        "It is a state-funded primary school, and open. It took part in Development in 2019/20 "
        "(as Old Hall)."
    )
    assert words_for("Development", "outside, another hub's") == (
        "It is a state-funded primary school, and open. It is in Lambeth, outside our area: Thames "
        "Maths Hub works there. You may choose your hub."
    )


def test_a_school_that_is_past_a_way_in_hears_what_fits() -> None:
    assert words_for("Readiness", "Development 2023/24") == (
        "It took part in Development in 2023/24, which comes after Readiness. Embedding or "
        "Sustaining is the next step. You can send the form all the same."
    )
    assert words_for("Readiness", "Development 2026/27, the same year").startswith(
        "It takes part in Development in 2026/27, which comes after Readiness. Embedding or"
    )
    assert words_for("Readiness", "Sustaining 2025/26 and Embedding 2024/25") == (
        "It took part in Sustaining in 2025/26, which comes after Readiness. It may come back to "
        "Sustaining. You can send the form all the same."
    )
    done = check_eligibility(
        SCHOOLS["primary"],
        STEPS["Development"],
        SchoolRecord(took=(took(DEVELOPMENT, 2022), took(EMBEDDING, 2024))),
    )
    assert done.words_on_the_way == (
        "It took part in Development in 2022/23, and a school does so once. Sustaining is the next "
        "step. You choose the programme on the next page."
    )


def test_a_no_of_the_hub_and_its_reason_are_for_its_staff_alone() -> None:
    eligibility = check_eligibility(
        SCHOOLS["primary"], STEPS["Development"], RECORDS["the hub said no"]
    )
    assert eligibility.answer is NO
    assert eligibility.staff_reasons == (
        "The hub has decided that it can’t take part: merges in January.",
    )
    assert eligibility.heading == "Your school may be able to take part: we will check with you."
    assert eligibility.words == (
        "We would like to talk with you about it first. You can send the form all the same."
    )


@pytest.mark.parametrize("step", ["Development", "Embedding"])
def test_that_a_school_did_not_finish_is_for_staff_alone(step: str) -> None:
    unfinished = RECORDS["Development 2024/25, not finished"]
    eligibility = check_eligibility(SCHOOLS["primary"], STEPS[step], unfinished)
    assert "did not finish" in " ".join(eligibility.staff_reasons)
    assert eligibility.words == (
        "It took part in Development in 2024/25: tell us how far you came. "
        "You can send the form all the same; “Anything else” at its end is the place to tell us."
    )


def test_the_gravest_reason_counts_and_stands_alone() -> None:
    both = school(status_code=3, phase_code=4)
    assert check_eligibility(both, STEPS["Development"], EMPTY).codes == (Reason.OTHER_PHASE,)


@st.composite
def records(draw: st.DrawFn) -> SchoolRecord:
    steps = st.sampled_from([READINESS, DEVELOPMENT, EMBEDDING, SUSTAINING])
    taken = st.builds(
        took, steps, st.integers(2012, 2030), done=st.sampled_from([True, False, None])
    )
    answers = st.builds(HubAnswer, st.booleans(), st.just("so"))
    return SchoolRecord(
        took=tuple(draw(st.lists(taken, max_size=6))),
        has_mastery_specialist=draw(st.booleans()),
        answers=draw(st.dictionaries(st.integers(1, 5), answers, max_size=3)),
        asked=draw(st.dictionaries(st.integers(1, 5), st.just(("ABCD-2345",)), max_size=3)),
        is_out_of_area=draw(st.booleans()),
    )


schools = st.builds(
    school,
    type_code=st.integers(0, 60),
    status_code=st.integers(1, 4),
    phase_code=st.integers(0, 7),
)
steps = st.sampled_from(list(STEPS.values()))


@given(schools, steps, records())
def test_there_is_always_an_answer_with_a_reason(
    any_school: School, step: Step, record: SchoolRecord
) -> None:
    eligibility = check_eligibility(any_school, step, record)
    assert eligibility.findings
    assert {finding.answer for finding in eligibility.findings} == {eligibility.answer}
    assert all(reason.endswith(".") for reason in eligibility.reasons + eligibility.staff_reasons)


@given(schools, steps, records())
def test_what_is_not_on_record_is_never_held_against_a_school(
    any_school: School, step: Step, record: SchoolRecord
) -> None:
    by_the_register = check_eligibility(any_school, step, EMPTY)
    assert by_the_register.answer is not NO or Reason.NO_RECORD not in by_the_register.codes
    unknown = replace(record, took=(), has_mastery_specialist=False, answers={}, asked={})
    assert (check_eligibility(any_school, step, unknown).answer is NO) == (
        by_the_register.answer is NO
    )


@given(schools, steps, records())
def test_a_borough_outside_the_area_changes_no_answer(
    any_school: School, step: Step, record: SchoolRecord
) -> None:
    inside = check_eligibility(any_school, step, replace(record, is_out_of_area=False))
    outside = check_eligibility(any_school, step, replace(record, is_out_of_area=True))
    assert (inside.answer, inside.findings) == (outside.answer, outside.findings)


@given(schools, steps, records(), st.booleans())
def test_the_hubs_own_answer_stands_before_every_rule(
    any_school: School, step: Step, record: SchoolRecord, is_yes: bool
) -> None:
    decided = replace(record, answers={step.offering_id: HubAnswer(is_yes, "so")})
    assert check_eligibility(any_school, step, decided).answer is (YES if is_yes else NO)


@given(schools, st.sampled_from(["Embedding", "Sustaining"]), records())
def test_more_that_was_completed_before_never_makes_a_later_step_harder(
    any_school: School, step: str, record: SchoolRecord
) -> None:
    more = replace(record, took=(*record.took, took(DEVELOPMENT, 2020)))
    without = check_eligibility(any_school, STEPS[step], record).answer
    assert check_eligibility(any_school, STEPS[step], more).answer <= without
