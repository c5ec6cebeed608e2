"""What the register says of a school: open, funded by the state, of the programme's phase.

The codes are the register's own (Get Information about Schools); they belong with those in
workgroups/models/schools.py.
"""

from enrolment.eligibility.answer import Answer, Finding, Reason
from enrolment.eligibility.record import SchoolRecord, Step
from workgroups.models import Programme, School
from workgroups.models.schools import (
    ALL_THROUGH_PHASE,
    MAINSTREAM_STATE_TYPES,
    OPEN_STATUSES,
    PRIMARY_PHASES,
    SECONDARY_PHASES,
)

PROPOSED_STATUS = 4
PROPOSED_TO_CLOSE_STATUS = 3
# City technology college, technical college, studio school.
SECONDARY_ONLY_STATE_TYPES = (6, 40, 41)
SPECIAL_TYPES = (7, 8, 12, 33, 36, 44)
ALTERNATIVE_PROVISION_TYPES = (14, 38, 42, 43)
FEE_PAYING_TYPES = (10, 11)
COLLEGE_TYPES = (18, 29, 31, 32)
OTHER_PLACES = (24, 25, 26, 27, 30, 37, 47, 48, 49, 56, 57)


def is_it_open(school: School, step: Step, record: SchoolRecord) -> Finding | None:
    if school.status_code == PROPOSED_STATUS:
        return Finding(
            Reason.NOT_OPEN_YET,
            Answer.CHECK_WITH_US,
            "The register says that it has not opened yet.",
        )
    if school.status_code not in OPEN_STATUSES:
        return Finding(Reason.CLOSED, Answer.NOT_HERE, "The register says that it has closed.")
    if school.status_code == PROPOSED_TO_CLOSE_STATUS:
        return Finding(
            Reason.TO_CLOSE,
            Answer.CHECK_WITH_US,
            "The register says that it is proposed to close.",
        )
    return None


def is_it_state_funded(school: School, step: Step, record: SchoolRecord) -> Finding | None:
    kind = f"“{school.type_name}”"
    if school.type_code in FEE_PAYING_TYPES:
        return Finding(
            Reason.FEE_PAYING,
            Answer.NOT_HERE,
            f"The register lists it as {kind}; Work Groups are funded for state schools.",
        )
    if school.type_code in COLLEGE_TYPES + OTHER_PLACES:
        return Finding(
            Reason.NOT_A_SCHOOL,
            Answer.NOT_HERE,
            f"The register lists it as {kind}; Work Groups are for state-funded schools.",
        )
    if school.type_code in SPECIAL_TYPES:
        return Finding(
            Reason.SPECIAL,
            Answer.CHECK_WITH_US,
            "It is a special school: tell us what would suit you.",
        )
    if school.type_code in ALTERNATIVE_PROVISION_TYPES:
        return Finding(
            Reason.ALTERNATIVE,
            Answer.CHECK_WITH_US,
            "It is alternative provision: tell us what would suit you.",
        )
    if school.type_code not in MAINSTREAM_STATE_TYPES + SECONDARY_ONLY_STATE_TYPES:
        return Finding(
            Reason.UNUSUAL_TYPE, Answer.CHECK_WITH_US, f"The register lists it as {kind}."
        )
    return None


def does_the_phase_fit(school: School, step: Step, record: SchoolRecord) -> Finding | None:
    programme = step.programme
    if school.phase_code == ALL_THROUGH_PHASE:
        return Finding(
            Reason.ALL_THROUGH,
            Answer.CHECK_WITH_US,
            f"It is an all-through school: tell us about your {programme.phase} years.",
        )
    if school.phase_code in _fitting_phases(programme):
        return None
    if school.type_code in SPECIAL_TYPES + ALTERNATIVE_PROVISION_TYPES and not school.phase_code:
        return None  # the register gives such schools no phase, and they are asked already
    if school.phase_code in PRIMARY_PHASES + SECONDARY_PHASES:
        phase = "primary" if school.phase_code in PRIMARY_PHASES else "secondary"
        return Finding(
            Reason.OTHER_PHASE,
            Answer.NOT_HERE,
            f"The register lists it as {phase}; {programme} is for {programme.phase} schools.",
        )
    return Finding(
        Reason.PHASE_NOT_KNOWN,
        Answer.CHECK_WITH_US,
        "The register does not say that it has "
        f"{programme.phase} classes: tell us about your pupils.",
    )


def what_speaks_for_it(school: School, step: Step, record: SchoolRecord) -> Finding | None:
    return Finding(
        Reason.ELIGIBLE,
        Answer.YES,
        f"It is a state-funded {step.programme.phase} school, and open.",
    )


def _fitting_phases(programme: Programme) -> tuple[int, ...]:
    return SECONDARY_PHASES if programme.phase == programme.Phase.SECONDARY else PRIMARY_PHASES
