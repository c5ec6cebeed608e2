"""One line of the bench's table: what was measured, beside what, and whether that is good enough."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Target:
    """What a figure should keep to; ``times_floor`` when it is a multiple of the row's floor."""

    limit: float
    is_minimum: bool = False
    times_floor: bool = False

    def is_met(self, ours: float, floor: float | None) -> bool:
        """Whether ``ours`` keeps to it. Raises ``ValueError`` where the floor it needs is missing."""
        value = ours
        if self.times_floor:
            if not floor:
                raise ValueError("this target is a multiple of a floor, and there is none")
            value = ours / floor
        return value >= self.limit if self.is_minimum else value <= self.limit

    def words(self, unit: str) -> str:
        """“≤ 2 × floor”, “≥ 300 messages/s”."""
        sign = "≥" if self.is_minimum else "≤"
        return f"{sign} {self.limit:g} {'× floor' if self.times_floor else unit}"


def at_most(limit: float, *, times_floor: bool = False) -> Target:
    return Target(limit, times_floor=times_floor)


def at_least(limit: float, *, times_floor: bool = False) -> Target:
    return Target(limit, is_minimum=True, times_floor=times_floor)


@dataclass(frozen=True)
class Row:
    """One operation.

    ``ours`` and ``floor`` are in ``unit``. ``queries`` is for one request, and ``most_queries``
    what it may take. ``details`` are further facts in the order in which they should be read:
    {"p95": "7.1 ms", "bytes": "9,114"}. ``note`` explains a target that is not met, in words that
    stand in the report.
    """

    operation: str
    ours: float
    unit: str
    target: Target | None = None
    floor: float | None = None
    floor_is: str = ""
    queries: int | None = None
    most_queries: int | None = None
    details: dict[str, str] = field(default_factory=dict)
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times the floor, or None where there is none."""
        return self.ours / self.floor if self.floor else None

    @property
    def has_target(self) -> bool:
        return self.target is not None or self.most_queries is not None

    @property
    def is_met(self) -> bool:
        """Whether every target of the row is kept; a row without one is kept."""
        if self.most_queries is not None and (self.queries or 0) > self.most_queries:
            return False
        return self.target is None or self.target.is_met(self.ours, self.floor)

    @property
    def target_words(self) -> str:
        words = [self.target.words(self.unit)] if self.target else []
        if self.most_queries is not None:
            words.append(f"≤ {self.most_queries} queries")
        return ", ".join(words) or "–"
