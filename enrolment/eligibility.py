"""Whether a school can take part in a programme in a year, and why. Never a refusal.

A pure function over rows: it asks no query and no clock (enrolment/services/records.py gathers what
it is given). Each question about the school is a function that returns a finding or None; the
gravest finding is the answer. The codes are the register's own (Get Information about Schools);
they belong with those in workgroups/models/schools.py.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

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


class Answer(IntEnum):
    """Graver is greater, so that the gravest finding wins."""

    YES = 0
    CHECK_WITH_US = 1
    NOT_HERE = 2


class Reason(StrEnum):
    """Why, as code: for tests, exports and figures. The words may change, these stay."""

    ELIGIBLE = "eligible"
    NOT_OPEN_YET = "not-open-yet"
    CLOSED = "closed"
    TO_CLOSE = "proposed-to-close"
    FEE_PAYING = "fee-paying"
    NOT_A_SCHOOL = "not-a-state-funded-school"
    SPECIAL = "special-school"
    ALTERNATIVE = "alternative-provision"
    UNUSUAL_TYPE = "unusual-type"
    ALL_THROUGH = "all-through"
    OTHER_PHASE = "other-phase"
    PHASE_NOT_KNOWN = "phase-not-known"
    DONE_BEFORE = "done-before"
    HAS_PLACE = "takes-part-already"
    FOLLOWS = "follows"
    SPECIALIST = "mastery-specialists-school"
    NOT_FINISHED = "prerequisite-not-finished"
    SAME_YEAR = "prerequisite-same-year"
    NO_RECORD = "no-record"
    ASKED_ALREADY = "asked-already"
    OUT_OF_AREA = "out-of-area"
    HUB_SAYS_YES = "hub-says-yes"
    HUB_SAYS_NO = "hub-says-no"


@dataclass(frozen=True)
class Finding:
    """One fact, what it means for the answer, and a sentence for the school and one for staff."""

    reason: Reason
    answer: Answer
    sentence: str
    for_staff: str = ""

    @property
    def staff_sentence(self) -> str:
        return self.for_staff or self.sentence


@dataclass(frozen=True)
class Step:
    """What is asked for: a programme in an academic year, what it follows, and what follows it."""

    offering_id: int
    programme: Programme
    start_year: int
    needs: tuple[Programme, ...] = ()
    leads_to: tuple[Programme, ...] = ()


@dataclass(frozen=True)
class Took:
    """A programme that the school, or one whose history counts for it, took part in."""

    programme_id: int
    programme: str
    start_year: int
    year: str
    is_completed: bool | None = None  # None: not known, or still running
    as_school: str = ""  # the name then, where it was another school's


@dataclass(frozen=True)
class HubAnswer:
    """What the hub has decided, in place of the rules."""

    is_yes: bool
    reason: str


@dataclass(frozen=True)
class SchoolRecord:
    """What is known of a school besides the register; ``EMPTY`` where nothing is.

    ``asked`` holds references of expressions that wait or led to a place. It stays empty on pages
    that anybody may open: whether a school has asked is nobody else's business.
    """

    took: tuple[Took, ...] = ()
    has_mastery_specialist: bool = False
    answers: Mapping[int, HubAnswer] = field(default_factory=dict)  # by offering
    asked: Mapping[int, tuple[str, ...]] = field(default_factory=dict)  # by offering
    is_out_of_area: bool = False
    borough: str = ""
    other_hubs: tuple[str, ...] = ()  # of this deployment, that list the borough


EMPTY = SchoolRecord()


@dataclass(frozen=True)
class Eligibility:
    """The answer with the findings that give its reason; ``notes`` do not change it."""

    answer: Answer
    findings: tuple[Finding, ...]
    notes: tuple[Finding, ...] = ()

    @property
    def codes(self) -> tuple[Reason, ...]:
        return tuple(finding.reason for finding in (*self.findings, *self.notes))

    @property
    def reasons(self) -> tuple[str, ...]:
        """The sentences for the school."""
        return tuple(finding.sentence for finding in (*self.findings, *self.notes))

    @property
    def staff_reasons(self) -> tuple[str, ...]:
        """The sentences for the hub's staff."""
        return tuple(finding.staff_sentence for finding in (*self.findings, *self.notes))

    @property
    def heading(self) -> str:
        """The answer in words for the school; a no of the hub's is for the hub to tell, not for a page."""
        answer = self.answer
        if Reason.HUB_SAYS_NO in self.codes:
            answer = Answer.CHECK_WITH_US
        return {
            Answer.YES: "Good news: your school can take part.",
            Answer.CHECK_WITH_US: "Your school may be able to take part: we will check with you.",
            Answer.NOT_HERE: "This programme may not be the right one for your school.",
        }[answer]

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


def check_eligibility(school: School, step: Step, record: SchoolRecord) -> Eligibility:
    """What the register's facts and the hub's record say of ``school`` and ``step``.

    The hub's own answer stands before all rules. A borough outside the area is noted, and never
    weighs: areas are soft. What is not on record is asked for, never held against a school.
    """
    notes = tuple(filter(None, [_is_it_ours(record)]))
    if decided := _what_the_hub_decided(step, record):
        return Eligibility(decided.answer, (decided,), notes)
    findings = [found for ask in _QUESTIONS if (found := ask(school, step, record))]
    answer = max(finding.answer for finding in findings)
    gravest = tuple(finding for finding in findings if finding.answer is answer)
    return Eligibility(answer, gravest, notes)


def _what_the_hub_decided(step: Step, record: SchoolRecord) -> Finding | None:
    decided = record.answers.get(step.offering_id)
    if decided is None:
        return None
    if decided.is_yes:
        return Finding(
            Reason.HUB_SAYS_YES,
            Answer.YES,
            "We have confirmed that it can take part.",
            f"The hub has decided that it can take part: {decided.reason}.",
        )
    return Finding(
        Reason.HUB_SAYS_NO,
        Answer.NOT_HERE,
        "We would like to talk with you about it first.",
        f"The hub has decided that it can’t take part: {decided.reason}.",
    )


def _is_it_ours(record: SchoolRecord) -> Finding | None:
    if not record.is_out_of_area:
        return None
    where = (
        f"It is in {record.borough}, outside our area"
        if record.borough
        else "It is outside our area"
    )
    if record.other_hubs:
        return Finding(
            Reason.OUT_OF_AREA,
            Answer.YES,
            f"{where}: {_either(record.other_hubs)} works there. You may choose your hub.",
            f"{where}: {_either(record.other_hubs)} lists that borough.",
        )
    return Finding(
        Reason.OUT_OF_AREA,
        Answer.YES,
        f"{where}. Schools from outside are welcome to ask.",
        f"{where}; no hub of this portal lists that borough.",
    )


def _is_it_open(school: School, step: Step, record: SchoolRecord) -> Finding | None:
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


def _is_it_state_funded(school: School, step: Step, record: SchoolRecord) -> Finding | None:
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


def _does_the_phase_fit(school: School, step: Step, record: SchoolRecord) -> Finding | None:
    programme = step.programme
    if school.phase_code == ALL_THROUGH_PHASE:
        return Finding(
            Reason.ALL_THROUGH,
            Answer.CHECK_WITH_US,
            f"It is an all-through school: tell us about your {programme.phase} years.",
        )
    if school.phase_code in _fitting_phases(programme):
        return None
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


def _has_it_done_this(school: School, step: Step, record: SchoolRecord) -> Finding | None:
    """Development once only per school; what was broken off may be taken up again."""
    of_this = [took for took in record.took if took.programme_id == step.programme.pk]
    if now := [took for took in of_this if took.start_year == step.start_year]:
        return Finding(
            Reason.HAS_PLACE,
            Answer.CHECK_WITH_US,
            f"By our record it takes part in {now[-1].programme} in {now[-1].year} already.",
        )
    done = [took for took in of_this if took.start_year < step.start_year]
    if not (done and step.programme.is_once_only):
        return None
    finished = [took for took in done if took.is_completed is not False]
    if not finished:
        return _did_not_finish(Reason.DONE_BEFORE, _latest(done))
    next_step = f" {_either(step.leads_to)} is the next step." if step.leads_to else ""
    return Finding(
        Reason.DONE_BEFORE,
        Answer.NOT_HERE,
        f"{_it_took(_latest(finished))}, and a school does so once.{next_step}",
    )


def _has_it_done_what_comes_before(
    school: School, step: Step, record: SchoolRecord
) -> Finding | None:
    """One of the programmes before it in any earlier year, or being a Mastery Specialist's school."""
    if not step.needs:
        return None
    needed = {programme.pk for programme in step.needs}
    took = [each for each in record.took if each.programme_id in needed]
    before = [each for each in took if each.start_year < step.start_year]
    finished = [each for each in before if each.is_completed is not False]
    if finished:
        return Finding(Reason.FOLLOWS, Answer.YES, f"{_it_took(_latest(finished))}.")
    if record.has_mastery_specialist and step.programme.takes_specialist_schools:
        return Finding(Reason.SPECIALIST, Answer.YES, "A Mastery Specialist works there.")
    if before:
        return _did_not_finish(Reason.NOT_FINISHED, _latest(before))
    if took:
        return Finding(
            Reason.SAME_YEAR,
            Answer.CHECK_WITH_US,
            f"{step.programme} follows {took[0].programme}, in which it takes part in "
            f"{took[0].year}: it is the step for a later year.",
        )
    return Finding(
        Reason.NO_RECORD,
        Answer.CHECK_WITH_US,
        f"{step.programme} follows {_either(step.needs)}, and we have no record of your school "
        "there: tell us when it took part.",
        f"{step.programme} follows {_either(step.needs)}: the hub has no record that the school "
        "took part.",
    )


def _did_not_finish(reason: Reason, took: Took) -> Finding:
    """That it did not is for staff: anybody may choose any school on the form."""
    return Finding(
        reason,
        Answer.CHECK_WITH_US,
        f"{_it_took(took)}: tell us how far you came.",
        f"{_it_took(took)} and, by the hub’s record, did not finish.",
    )


def _latest(took: list[Took]) -> Took:
    return max(took, key=lambda each: each.start_year)


def _has_it_asked(school: School, step: Step, record: SchoolRecord) -> Finding | None:
    references = record.asked.get(step.offering_id, ())
    if not references:
        return None
    return Finding(
        Reason.ASKED_ALREADY,
        Answer.CHECK_WITH_US,
        "Your school has told us of its interest already this year.",
        f"It has asked for this already this year ({', '.join(references)}).",
    )


def _what_speaks_for_it(school: School, step: Step, record: SchoolRecord) -> Finding | None:
    return Finding(
        Reason.ELIGIBLE,
        Answer.YES,
        f"It is a state-funded {step.programme.phase} school, and open.",
    )


def _fitting_phases(programme: Programme) -> tuple[int, ...]:
    return SECONDARY_PHASES if programme.phase == programme.Phase.SECONDARY else PRIMARY_PHASES


def _it_took(took: Took) -> str:
    """“It took part in Mastery Development in 2023/24 (as Old Hall Primary School)”."""
    then = f" (as {took.as_school})" if took.as_school else ""
    return f"It took part in {took.programme} in {took.year}{then}"


def _either(names: Iterable[object]) -> str:
    """“Development”, “Development or Embedding”, “Readiness, Development or Embedding”."""
    *others, last = map(str, names)
    return f"{', '.join(others)} or {last}" if others else last


# What speaks for it always finds something, so there is always an answer.
_QUESTIONS: tuple[Callable[[School, Step, SchoolRecord], Finding | None], ...] = (
    _is_it_open,
    _is_it_state_funded,
    _does_the_phase_fit,
    _what_speaks_for_it,
    _has_it_done_this,
    _has_it_done_what_comes_before,
    _has_it_asked,
)
