"""Whether a school can take part, and why, from what the register says of it. Never a refusal.

A pure function over rows: it asks no query. Each question about the school is a function that
returns a finding or None; the gravest finding is the answer. The codes are the register's own
(Get Information about Schools); they belong with those in workgroups/models/schools.py.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from workgroups.models import Programme, School
from workgroups.models.schools import (
    ALL_THROUGH_PHASE,
    MAINSTREAM_STATE_TYPES,
    OPEN_STATUSES,
    PRIMARY_PHASES,
)

SECONDARY_PHASES = (4, 5)
PROPOSED_STATUS = 4
PROPOSED_TO_CLOSE_STATUS = 3
SECONDARY_ONLY_STATE_TYPES = (
    6,
    40,
    41,
)  # city technology college, technical college, studio school
SPECIAL_TYPES = (7, 8, 12, 33, 36, 44)
ALTERNATIVE_PROVISION_TYPES = (14, 38, 42, 43)
FEE_PAYING_TYPES = (10, 11)
COLLEGE_TYPES = (18, 29, 31, 32)
OTHER_PLACES = (24, 25, 26, 27, 30, 37, 47, 48, 49, 56, 57)


class Answer(IntEnum):
    """Graver is greater, so that the gravest finding wins."""

    YES = 0
    CHECK_WITH_US = 1
    NOT_HERE = 2


@dataclass(frozen=True)
class Finding:
    """One fact about the school, in a sentence, and what it means for the answer."""

    answer: Answer
    sentence: str


@dataclass(frozen=True)
class Eligibility:
    """The answer with the sentences that give its reason."""

    answer: Answer
    reasons: tuple[str, ...]

    @property
    def heading(self) -> str:
        """The answer in words for the school."""
        return {
            Answer.YES: "Good news: your school can take part.",
            Answer.CHECK_WITH_US: "Your school may be able to take part: we will check with you.",
            Answer.NOT_HERE: "This programme may not be the right one for your school.",
        }[self.answer]

    @property
    def words(self) -> str:
        """The reason, and that nobody is turned away by it."""
        reasons = " ".join(self.reasons)
        return (
            reasons
            if self.answer is Answer.YES
            else f"{reasons} You can send the form all the same."
        )

    @property
    def tone(self) -> str:
        """The colour of the note that shows it: leaf or sun."""
        return "leaf" if self.answer is Answer.YES else "sun"


def check_eligibility(school: School, programme: Programme) -> Eligibility:
    """What the register's facts say of ``school`` and ``programme``.

    Area is not asked here: a school from outside the hub's boroughs is flagged to the hub.
    """
    findings = [finding for ask in _QUESTIONS if (finding := ask(school, programme))]
    answer = max(finding.answer for finding in findings)
    return Eligibility(
        answer, tuple(finding.sentence for finding in findings if finding.answer is answer)
    )


def _is_it_open(school: School, programme: Programme) -> Finding | None:
    if school.status_code == PROPOSED_STATUS:
        return Finding(Answer.CHECK_WITH_US, "The register says that it has not opened yet.")
    if school.status_code not in OPEN_STATUSES:
        return Finding(Answer.NOT_HERE, "The register says that it has closed.")
    if school.status_code == PROPOSED_TO_CLOSE_STATUS:
        return Finding(Answer.CHECK_WITH_US, "The register says that it is proposed to close.")
    return None


def _is_it_state_funded(school: School, programme: Programme) -> Finding | None:
    kind = f"“{school.type_name}”"
    if school.type_code in FEE_PAYING_TYPES:
        return Finding(
            Answer.NOT_HERE,
            f"The register lists it as {kind}; Work Groups are funded for state schools.",
        )
    if school.type_code in COLLEGE_TYPES + OTHER_PLACES:
        return Finding(
            Answer.NOT_HERE,
            f"The register lists it as {kind}; Work Groups are for state-funded schools.",
        )
    if school.type_code in SPECIAL_TYPES:
        return Finding(Answer.CHECK_WITH_US, "It is a special school: tell us what would suit you.")
    if school.type_code in ALTERNATIVE_PROVISION_TYPES:
        return Finding(
            Answer.CHECK_WITH_US,
            "It is alternative provision: tell us what would suit you.",
        )
    if school.type_code not in MAINSTREAM_STATE_TYPES + SECONDARY_ONLY_STATE_TYPES:
        return Finding(Answer.CHECK_WITH_US, f"The register lists it as {kind}.")
    return None


def _does_the_phase_fit(school: School, programme: Programme) -> Finding | None:
    if school.phase_code == ALL_THROUGH_PHASE:
        return Finding(
            Answer.CHECK_WITH_US,
            f"It is an all-through school: tell us about your {programme.phase} years.",
        )
    if school.phase_code in _fitting_phases(programme):
        return None
    if school.phase_code in PRIMARY_PHASES + SECONDARY_PHASES:
        phase = "primary" if school.phase_code in PRIMARY_PHASES else "secondary"
        return Finding(
            Answer.NOT_HERE,
            f"The register lists it as {phase}; {programme} is for {programme.phase} schools.",
        )
    return Finding(
        Answer.CHECK_WITH_US,
        "The register does not say that it has "
        f"{programme.phase} classes: tell us about your pupils.",
    )


def _what_speaks_for_it(school: School, programme: Programme) -> Finding | None:
    return Finding(Answer.YES, f"It is a state-funded {programme.phase} school, and open.")


def _fitting_phases(programme: Programme) -> tuple[int, ...]:
    return SECONDARY_PHASES if programme.phase == programme.Phase.SECONDARY else PRIMARY_PHASES


# The last one always finds something, so there is always an answer. The school's history with the
# programme (prerequisites, once only) is to be asked here too, once it is passed in.
_QUESTIONS: tuple[Callable[[School, Programme], Finding | None], ...] = (
    _is_it_open,
    _is_it_state_funded,
    _does_the_phase_fit,
    _what_speaks_for_it,
)
