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


@dataclass(frozen=True)
class Reach:
    """One school: the furthest stage on record, and when it last took part in anything."""

    school: School
    furthest: Took | None
    last: Took | None
    standing: Standing

    @property
    def stage(self) -> int | None:
        """The furthest programme's id; None where the school never took part."""
        return self.furthest.programme_id if self.furthest else None


def reach_of(
    school: School, took: Sequence[Took], *, positions: Mapping[int, int], this_year: int
) -> Reach:
    """Where the school has come to. ``positions`` are the programmes' steps in the journey, by id.

    ``this_year`` is the year in which the running academic year began. Who last took part before
    last year has lapsed. A place for a coming year is no stage reached yet.
    """
    begun = [each for each in took if each.start_year <= this_year]
    if not begun:
        return Reach(school, None, None, Standing.NEXT_YEAR if took else Standing.NEVER)
    furthest = max(begun, key=lambda each: (positions.get(each.programme_id, 0), each.start_year))
    last = max(begun, key=lambda each: each.start_year)
    if last.start_year == this_year:
        standing = Standing.NOW
    elif len(begun) < len(took):
        standing = Standing.NEXT_YEAR
    elif last.start_year == this_year - 1:
        standing = Standing.LAST_YEAR
    else:
        standing = Standing.LAPSED
    return Reach(school, furthest, last, standing)


@dataclass(frozen=True)
class Choice:
    """What is asked for; None where all are. ``trust`` "" means schools that belong to none."""

    borough: str | None = None  # the authority's code
    phase: PhaseGroup | None = None
    stage: int | None = None  # a programme's id
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
    """One borough: how many of its schools came to each stage, in the order of the journey."""

    borough: str
    never: int  # has come to no stage yet
    stages: tuple[int, ...]

    @property
    def reached(self) -> int:
        return sum(self.stages)

    @property
    def schools(self) -> int:
        return self.reached + self.never


def bars(reaches: Collection[Reach], programmes: Sequence[Programme]) -> list[Bar]:
    """The counts by borough, the boroughs in the order of their names."""
    counts: dict[str, Counter] = {}
    for reach in reaches:
        authority = reach.school.local_authority
        borough = authority.name if authority else ""
        counts.setdefault(borough, Counter())[reach.stage] += 1
    return [
        Bar(
            borough,
            counts[borough][None],
            tuple(counts[borough][programme.pk] for programme in programmes),
        )
        for borough in sorted(counts)
    ]


def total_of(by_borough: Sequence[Bar], programmes: Sequence[Programme]) -> Bar:
    """All boroughs together."""
    stages = (sum(bar.stages[place] for bar in by_borough) for place in range(len(programmes)))
    return Bar("All", sum(bar.never for bar in by_borough), tuple(stages))
