"""The mastery journey, made from the programmes: which are ways in, and what leads to what."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from django.db.models import QuerySet
from django.urls import reverse

from mathshub.prepared import prepared
from workgroups.models import Prerequisite, Programme

_WAYS_IN = {1: "One way in, one direction", 2: "Two ways in, one direction"}


@dataclass
class Stage:
    """A programme as a step of the journey; what templates/_journey.html and the picture need."""

    programme: Programme
    needs: list["Stage"] = field(default_factory=list)
    leads_to: list["Stage"] = field(default_factory=list)
    entry: str = ""

    @property
    def name(self) -> str:
        return self.programme.short_name

    @property
    def straps(self) -> list[str]:
        """Its few words, each for a line of its own."""
        return [*(["stepping stone"] if self.stepping else []), self.programme.strapline]

    @property
    def strap(self) -> str:
        return ": ".join(filter(None, self.straps))

    @property
    def url(self) -> str:
        return reverse("site:show_programme", args=[self.programme.slug])

    @property
    def stepping(self) -> bool:
        """A way in that only leads to another way in: a stepping stone."""
        return self.programme.is_starting_point and any(
            stage.programme.is_starting_point for stage in self.leads_to
        )

    @property
    def comes_after(self) -> str:
        """What a school must have done before, in words; empty where nothing."""
        if self.programme.is_starting_point:
            return ""
        return either([stage.name for stage in self.needs])

    @property
    def onward(self) -> str:
        """Where it leads, as a sentence of its own: “Leads to Embedding or Sustaining”."""
        if self.leads_to:
            return f"Leads to {self.goes_on_to}"
        return "" if self.programme.is_once_only else "Schools may come back every year"

    @property
    def goes_on_to(self) -> str:
        """What a school may do after it, in words; empty where nothing follows."""
        return either([stage.name for stage in self.leads_to])


@dataclass(frozen=True)
class Journey:
    """The steps in order; empty where the hub has no programme that is part of one."""

    stages: list[Stage]

    @property
    def heading(self) -> str:
        ways_in = sum(stage.programme.is_starting_point for stage in self.stages)
        return _WAYS_IN.get(ways_in, "The mastery journey")

    @property
    def sentences(self) -> list[str]:
        """The picture's arrows in words."""
        starts = [stage.name for stage in self.stages if stage.programme.is_starting_point]
        stones = [stage for stage in self.stages if stage.stepping]
        return [
            *([f"A school starts with {either(starts)}."] if starts else []),
            *(f"{stage.name} is a stepping stone to {stage.goes_on_to}." for stage in stones),
            *(
                f"{stage.name} leads to {stage.goes_on_to}."
                for stage in self.stages
                if stage.leads_to and not stage.stepping
            ),
        ]

    def stage_of(self, programme: Programme) -> Stage | None:
        return next((stage for stage in self.stages if stage.programme == programme), None)


def load_journey(programmes: Sequence[Programme]) -> Journey:
    """The journey over ``programmes``, in their order. One query."""
    return build_journey(programmes, _pairs())


@prepared
def _pairs() -> "QuerySet[Prerequisite, tuple[int, int]]":
    return Prerequisite.objects.values_list("needs_id", "programme_id")


def build_journey(programmes: Sequence[Programme], pairs: Iterable[tuple[int, int]]) -> Journey:
    """The journey over ``programmes``, where each of ``pairs`` (ids) leads from one to another.

    A way in that leads nowhere else leads to the next way in: it is what Readiness is for. Pairs
    that point back are left out, so that the journey always goes forward.
    """
    stages = [Stage(programme) for programme in programmes]
    position = {stage.programme.pk: index for index, stage in enumerate(stages)}
    for needed, follower in sorted(pairs):
        if position.get(needed, 0) < position.get(follower, -1):
            _connect(stages[position[needed]], stages[position[follower]])
    ways_in = [stage for stage in stages if stage.programme.is_starting_point]
    for stage, after in pairwise(ways_in):
        if not stage.leads_to:
            _connect(stage, after)
    for number, stage in enumerate(ways_in):
        stage.entry = _entry(number, len(ways_in))
    return Journey([stage for stage in stages if stage.entry or stage.needs or stage.leads_to])


def either(names: Sequence[str]) -> str:
    """“A, B or C”."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} or {names[-1]}"


def _connect(stage: Stage, after: Stage) -> None:
    stage.leads_to.append(after)
    after.needs.append(stage)


def _entry(number: int, count: int) -> str:
    if count == 1:
        return "start here"
    return "start here …" if number == 0 else "… or here"
