"""Which step of the journey is right for a school: one suggestion with its reason, never a refusal.

A pure function over the journey's stages, what somebody answered and what the hub has on record. It
only says where to begin to read; whether the school can take part is said by enrolment/eligibility.py.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from enrolment.eligibility import EMPTY, SchoolRecord, Took
from mathshub.site.journey import Stage

NONE_DONE = "none"


class Ready(StrEnum):
    """Could two teachers start next September?"""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"
    UNSAID = ""


class Spread(StrEnum):
    """How many of the classes are taught this way already?"""

    FEW = "few"
    MOST = "most"
    UNSURE = "unsure"


class Specialist(StrEnum):
    """Does a Mastery Specialist work at the school?"""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


@dataclass(frozen=True)
class Answers:
    """What somebody said; whoever says nothing is taken as not sure, and not told so.

    ``furthest`` is the slug of the step that the school has come to, ``NONE_DONE``, or empty.
    """

    furthest: str = ""
    ready: Ready = Ready.UNSAID
    spread: Spread = Spread.UNSURE
    specialist: Specialist = Specialist.UNSURE


@dataclass(frozen=True)
class Suggestion:
    """A step, and the sentences that say why this one."""

    stage: Stage
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class _School:
    """What there is to go by: the stages in order, those that the school took, and the answers."""

    stages: Sequence[Stage]
    took: frozenset[int]
    answers: Answers
    record: SchoolRecord
    said: str

    def has_done(self, stage: Stage) -> bool:
        return stage.programme.pk in self.took

    @property
    def furthest(self) -> int:
        """The position of the last step that it took; -1 where it took none."""
        return max((at for at, stage in enumerate(self.stages) if self.has_done(stage)), default=-1)

    @property
    def ways_in(self) -> list[Stage]:
        return [stage for stage in self.stages if stage.programme.is_starting_point] or list(
            self.stages[:1]
        )


def suggest_step(
    stages: Sequence[Stage], answers: Answers, record: SchoolRecord = EMPTY
) -> Suggestion | None:
    """The step to look at first; None only where there is no journey.

    What is on record counts beside what was answered. Whether the school finished is for the hub:
    anybody may choose any school here.
    """
    if not stages:
        return None
    school = _what_is_known(stages, answers, record)
    return next(filter(None, (rule(school) for rule in _RULES)))


def _what_is_known(stages: Sequence[Stage], answers: Answers, record: SchoolRecord) -> _School:
    """Of record and answer the one that reaches further gives the words."""
    position = {stage.programme.pk: at for at, stage in enumerate(stages)}
    on_record = [took for took in record.took if took.programme_id in position]
    reached = max((position[took.programme_id] for took in on_record), default=-1)
    took = {each.programme_id for each in on_record}
    words = _on_record([each for each in on_record if position[each.programme_id] == reached])
    said = next((stage for stage in stages if stage.programme.slug == answers.furthest), None)
    if said:
        took.add(said.programme.pk)
        if position[said.programme.pk] > reached:
            words = f"You told us that your school has done {said.name}."
    return _School(stages, frozenset(took), answers, record, words)


def _goes_on(school: _School) -> Suggestion | None:
    """What follows something that it did and lies ahead: the next, or the last if it has spread."""
    ahead = [
        stage
        for stage in school.stages[school.furthest + 1 :]
        if any(school.has_done(before) for before in stage.needs)
    ]
    if not ahead:
        return None
    if len(ahead) == 1:
        return Suggestion(ahead[0], (school.said, f"{ahead[0].name} is the step after it."))
    if school.answers.spread == Spread.MOST:
        why = f"Most classes are taught this way already, so {ahead[-1].name} fits best."
        return Suggestion(ahead[-1], (school.said, why))
    others = f" If it has, look at {ahead[-1].name}."
    why = f"{ahead[0].name} takes it into every class where it has not spread yet."
    return Suggestion(ahead[0], (school.said, why + others))


def _comes_back(school: _School) -> Suggestion | None:
    """Nothing follows: the furthest that may be done again."""
    if school.furthest < 0:
        return None
    reached = school.stages[school.furthest]
    if not reached.programme.is_once_only:
        return Suggestion(
            reached, (school.said, f"A school may come back to {reached.name} every year.")
        )
    last = school.stages[-1]
    why = f"{last.name} is as far as our journey goes. Tell us what you need next."
    return Suggestion(last, (school.said, why))


def _has_a_specialist(school: _School) -> Suggestion | None:
    """A Mastery Specialist's school may join where the programme says so."""
    open_to_it = [s for s in school.stages if s.programme.takes_specialist_schools]
    has_one = school.record.has_mastery_specialist or school.answers.specialist == Specialist.YES
    if not (open_to_it and has_one):
        return None
    why = f"A Mastery Specialist works at your school: {open_to_it[-1].name} is open to you."
    return Suggestion(open_to_it[-1], (why,))


def _begins(school: _School) -> Suggestion:
    """A way in: straight into the programme, or by the stepping stone."""
    straight = [stage for stage in school.ways_in if not stage.stepping] or school.ways_in
    stones = [stage for stage in school.ways_in if stage.stepping]
    first = (
        "You are new to the programme."
        if school.answers.furthest == NONE_DONE
        else "We know of nothing that your school has done before."
    )
    if school.answers.ready == Ready.YES or not stones:
        return Suggestion(
            straight[0], (first, f"Schools that are ready start with {straight[0].name}.")
        )
    stone = stones[0]
    if school.answers.ready == Ready.NO:
        why = f"Something stands in the way: {stone.name} takes a year over that, with you."
        return Suggestion(stone, (first, f"{why} It leads to {stone.goes_on_to}."))
    doubt = (
        "You did not say whether"
        if school.answers.ready == Ready.UNSAID
        else "You are not sure that"
    )
    why = (
        f"{doubt} two teachers can start: {stone.name} prepares for that. If they can, "
        f"begin with {straight[0].name}."
    )
    return Suggestion(stone, (first, why))


# The last always finds something, so there is always a suggestion.
_RULES: tuple[Callable[[_School], Suggestion | None], ...] = (
    _goes_on,
    _comes_back,
    _has_a_specialist,
    _begins,
)


def _on_record(took: Sequence[Took]) -> str:
    if not took:
        return ""
    latest = max(took, key=lambda each: each.start_year)
    return f"By our record your school took part in {latest.programme} in {latest.year}."
