"""The questions about a school, asked in turn: the gravest finding is the answer."""

from collections.abc import Callable

from enrolment.eligibility.answer import Eligibility, Finding
from enrolment.eligibility.history import (
    has_it_asked,
    has_it_done_this,
    has_it_done_what_comes_before,
    has_it_gone_past,
)
from enrolment.eligibility.hub import is_it_ours, what_the_hub_decided
from enrolment.eligibility.record import SchoolRecord, Step
from enrolment.eligibility.register import (
    does_the_phase_fit,
    is_it_open,
    is_it_state_funded,
    what_speaks_for_it,
)
from workgroups.models import School

# What speaks for it always finds something, so there is always an answer.
_QUESTIONS: tuple[Callable[[School, Step, SchoolRecord], Finding | None], ...] = (
    is_it_open,
    is_it_state_funded,
    does_the_phase_fit,
    what_speaks_for_it,
    has_it_done_this,
    has_it_gone_past,
    has_it_done_what_comes_before,
    has_it_asked,
)


def check_eligibility(school: School, step: Step, record: SchoolRecord) -> Eligibility:
    """What the register's facts and the hub's record say of ``school`` and ``step``.

    The hub's own answer stands before all rules. A borough outside the area is noted, and never
    weighs: areas are soft. What is not on record is asked for, never held against a school.
    """
    notes = tuple(filter(None, [is_it_ours(record)]))
    if decided := what_the_hub_decided(step, record):
        return Eligibility(decided.answer, (decided,), notes)
    findings = [found for ask in _QUESTIONS if (found := ask(school, step, record))]
    answer = max(finding.answer for finding in findings)
    gravest = tuple(finding for finding in findings if finding.answer is answer)
    return Eligibility(answer, gravest, notes)
