"""Eligibility from the register's facts: an answer with its reason, never a refusal."""

import pytest

from enrolment.eligibility import Answer, check_eligibility
from workgroups.models import Programme, School

PRIMARY = Programme(name="Development", phase="primary")
SECONDARY = Programme(name="Secondary Mastery", phase="secondary")


def school(**facts) -> School:
    facts = {
        "type_code": 1,
        "type_name": "Community school",
        "status_code": 1,
        "phase_code": 2,
    } | facts
    return School(**facts)


@pytest.mark.parametrize("type_code", [1, 2, 3, 5, 28, 34, 35])
@pytest.mark.parametrize("phase_code", [2, 3])
def test_an_open_state_funded_mainstream_primary_can_take_part(
    type_code: int, phase_code: int
) -> None:
    eligibility = check_eligibility(school(type_code=type_code, phase_code=phase_code), PRIMARY)
    assert eligibility.answer is Answer.YES
    assert eligibility.words == "It is a state-funded primary school, and open."


@pytest.mark.parametrize(
    ("facts", "answer", "words"),
    [
        ({"phase_code": 7}, Answer.CHECK_WITH_US, "all-through"),
        ({"type_code": 7, "phase_code": 0}, Answer.CHECK_WITH_US, "special school"),
        ({"type_code": 14, "phase_code": 0}, Answer.CHECK_WITH_US, "alternative provision"),
        ({"type_code": 15, "phase_code": 1}, Answer.CHECK_WITH_US, "Community school"),
        ({"status_code": 3}, Answer.CHECK_WITH_US, "proposed to close"),
        ({"status_code": 4}, Answer.CHECK_WITH_US, "not opened yet"),
        ({"type_code": 999}, Answer.CHECK_WITH_US, "lists it as"),
        ({"status_code": 2}, Answer.NOT_HERE, "closed"),
        ({"type_code": 11}, Answer.NOT_HERE, "funded for state schools"),
        ({"type_code": 18}, Answer.NOT_HERE, "for state-funded schools"),
        ({"phase_code": 4}, Answer.NOT_HERE, "lists it as secondary; Development is for primary"),
    ],
)
def test_other_schools_hear_why(facts: dict, answer: Answer, words: str) -> None:
    eligibility = check_eligibility(school(**facts), PRIMARY)
    assert eligibility.answer is answer
    assert words in eligibility.words
    assert eligibility.words.endswith("You can send the form all the same.")


def test_the_gravest_reason_counts_and_stands_alone() -> None:
    eligibility = check_eligibility(school(status_code=3, phase_code=4), PRIMARY)
    assert eligibility.answer is Answer.NOT_HERE
    assert len(eligibility.reasons) == 1


def test_the_phase_belongs_to_the_programme() -> None:
    assert check_eligibility(school(phase_code=4), SECONDARY).answer is Answer.YES
    assert check_eligibility(school(phase_code=2), SECONDARY).answer is Answer.NOT_HERE
