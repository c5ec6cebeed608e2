"""How far the hub reaches: of each school the stage that it came to, and when it last took part.

Pure: enrolment/services/reach.py gathers the rows.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from enrolment.eligibility import Took
from workgroups.models import Programme, School
from workgroups.models.schools import ALL_THROUGH_PHASE, PRIMARY_PHASES, SECONDARY_PHASES

SECONDARY_AND_LATER = (*SECONDARY_PHASES, 6)  # 6 is the register's “16 plus”


class Standing(StrEnum):
    """When a school last took part."""

    NEXT_YEAR = "next-year"
    NOW = "now"
    LAST_YEAR = "last-year"
    LAPSED = "lapsed"
    NEVER = "never"

    @property
    def words(self) -> str:
        return {
            Standing.NEXT_YEAR: "joins next year",
            Standing.NOW: "takes part this year",
            Standing.LAST_YEAR: "took part last year",
            Standing.LAPSED: "lapsed",
            Standing.NEVER: "never engaged",
        }[self]


class PhaseGroup(StrEnum):
    """Phases as a hub asks for them."""

    PRIMARY = "primary"
    ALL_THROUGH = "all-through"
    SECONDARY = "secondary"
    OTHER = "other"

    @property
    def words(self) -> str:
        return "nursery and special" if self is PhaseGroup.OTHER else self.value

    @staticmethod
    def of(school: School) -> "PhaseGroup":
        if school.phase_code in PRIMARY_PHASES:
            return PhaseGroup.PRIMARY
        if school.phase_code == ALL_THROUGH_PHASE:
            return PhaseGroup.ALL_THROUGH
        return (
            PhaseGroup.SECONDARY if school.phase_code in SECONDARY_AND_LATER else PhaseGroup.OTHER
        )


class NoStage(StrEnum):
    """What a school that took part has come to where that is no stage of the journey."""

    BESIDE = "beside"
    BEGUN = "begun"

    @property
    def words(self) -> str:
        return {NoStage.BESIDE: "beside the journey", NoStage.BEGUN: "begun, not finished"}[self]


Rung = int | NoStage | None
"""A programme's id, or what there is instead; None where the school never took part."""


@dataclass(frozen=True)
class Reach:
    """One school: the furthest stage on record, and when it last took part in anything.

    ``furthest`` is a stage of the journey that the school did not break off. ``broken_off`` is the
    furthest that it did, where that lies beyond.
    """

    school: School
    furthest: Took | None
    broken_off: Took | None
    last: Took | None
    standing: Standing

    @property
    def is_on_the_way(self) -> bool:
        """Whether the furthest stage still runs: nobody can know yet whether it is completed."""
        return (
            self.standing is Standing.NOW
            and self.furthest is not None
            and self.last is not None
            and self.furthest.is_completed is None
            and self.furthest.start_year == self.last.start_year
        )

    @property
    def stage(self) -> Rung:
        if self.furthest:
            return self.furthest.programme_id
        if self.broken_off:
            return NoStage.BEGUN
        return NoStage.BESIDE if self.last else None


def reach_of(
    school: School, took: Sequence[Took], *, positions: Mapping[int, int], this_year: int
) -> Reach:
    """Where the school has come to. ``positions`` are the stages of the journey, by programme id.

    ``this_year`` is the year in which the running academic year began. Who last took part before
    last year has lapsed. A place for a coming year is no stage reached yet, nor is a stage that is
    on record as not completed. A programme beside the journey leads no further along it.
    """

    def furthest_of(stages: Iterable[Took]) -> Took | None:
        along = ((positions[each.programme_id], each.start_year, each) for each in stages)
        return max(along, key=lambda each: each[:2], default=(0, 0, None))[2]

    begun = [each for each in took if each.start_year <= this_year]
    if not begun:
        never = Standing.NEXT_YEAR if took else Standing.NEVER
        return Reach(school, None, None, None, never)
    stages = [each for each in begun if each.programme_id in positions]
    furthest = furthest_of(each for each in stages if each.is_completed is not False)
    step = positions[furthest.programme_id] if furthest else -1
    broken_off = furthest_of(
        each
        for each in stages
        if each.is_completed is False and positions[each.programme_id] > step
    )
    last = max(begun, key=lambda each: each.start_year)
    if last.start_year == this_year:
        standing = Standing.NOW
    elif len(begun) < len(took):
        standing = Standing.NEXT_YEAR
    elif last.start_year == this_year - 1:
        standing = Standing.LAST_YEAR
    else:
        standing = Standing.LAPSED
    return Reach(school, furthest, broken_off, last, standing)


@dataclass(frozen=True)
class Choice:
    """What is asked for; None where all are. ``trust`` "" means schools that belong to none."""

    borough: str | None = None  # the authority's code
    phase: PhaseGroup | None = None
    stage: Rung = None
    standing: Standing | None = None
    trust: str | None = None  # the register's code of the trust

    def takes(self, reach: Reach, *, besides: str = "") -> bool:
        """Whether the school is asked for; ``besides`` names a part of the choice to leave out."""
        return all(
            wanted is None or name == besides or _FACTS[name](reach) == wanted
            for name, wanted in vars(self).items()
        )


def _borough(reach: Reach) -> str:
    return reach.school.local_authority.code if reach.school.local_authority else ""


_FACTS = {
    "borough": _borough,
    "phase": lambda reach: PhaseGroup.of(reach.school),
    "stage": lambda reach: reach.stage,
    "standing": lambda reach: reach.standing,
    "trust": lambda reach: reach.school.trust_code,
}


def count_by(reaches: Iterable[Reach], choice: Choice, name: str) -> Counter:
    """How many schools each value of one part of the choice leaves beside its other parts."""
    return Counter(_FACTS[name](each) for each in reaches if choice.takes(each, besides=name))


@dataclass(frozen=True)
class Bar:
    """One borough: how many of its schools stand on each rung, the last of which is none yet."""

    borough: str
    counts: tuple[int, ...]

    @property
    def schools(self) -> int:
        return sum(self.counts)

    @property
    def took_part(self) -> int:
        return sum(self.counts[:-1])


def rungs_of(reaches: Collection[Reach], stages: Sequence[Programme]) -> dict[Rung, str]:
    """Where a school can stand, with its words: the stages in order, what else there is, none yet."""
    found = {reach.stage for reach in reaches}
    words: dict[Rung, str] = {stage.pk: stage.short_name for stage in stages}
    words |= {rung: rung.words for rung in NoStage if rung in found}
    return words | {None: "none yet"}


def bars(reaches: Collection[Reach], rungs: Collection[Rung]) -> list[Bar]:
    """The counts by borough, the boroughs in the order of their names."""
    counts: dict[str, Counter] = {}
    for reach in reaches:
        authority = reach.school.local_authority
        borough = authority.name if authority else ""
        counts.setdefault(borough, Counter())[reach.stage] += 1
    return [
        Bar(borough, tuple(counts[borough][rung] for rung in rungs)) for borough in sorted(counts)
    ]


def total_of(by_borough: Sequence[Bar], rungs: Collection[Rung]) -> Bar:
    """All boroughs together."""
    return Bar(
        "All", tuple(sum(bar.counts[step] for bar in by_borough) for step in range(len(rungs)))
    )
