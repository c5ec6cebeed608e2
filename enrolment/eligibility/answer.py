"""The answer to a school, and the findings that give its reason."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


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
    GONE_PAST = "past-it"
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
        """The reason, and that nobody is turned away by it; for the form of interest."""
        reasons = " ".join(self.reasons)
        return {
            Answer.YES: reasons,
            Answer.CHECK_WITH_US: f"{reasons} You can send the form all the same; “Anything else” "
            "at its end is the place to tell us.",
            Answer.NOT_HERE: f"{reasons} You can send the form all the same.",
        }[self.answer]

    @property
    def words_on_the_way(self) -> str:
        """As ``words``, before the page of the form on which the programme is chosen."""
        if self.answer is Answer.NOT_HERE and {Reason.DONE_BEFORE, Reason.GONE_PAST} & {
            *self.codes
        }:
            return f"{' '.join(self.reasons)} You choose the programme on the next page."
        return self.words

    @property
    def tone(self) -> str:
        """The colour of the note that shows it: leaf or sun."""
        return "leaf" if self.answer is Answer.YES else "sun"
