"""The three ledgers of a drill and their comparison: what was told, rows by state, what arrived.

A person is one address: drills give each message a recipient of its own.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mathshub.outbox.models import Message
from mathshub.testing.smtp import Delivery

State = Message.State


@dataclass(frozen=True)
class Told:
    """What somebody was led to expect: ``count`` messages to the address that end in ``end``."""

    address: str
    end: str
    count: int
    at: datetime


@dataclass(frozen=True)
class Taken:
    """One message that the mail server has taken."""

    address: str
    message_id: str
    at: datetime


@dataclass(frozen=True)
class Fact:
    """Something else that was counted."""

    name: str
    count: int
    allowed: int

    @property
    def is_allowed(self) -> bool:
        """Less than nothing is not: what was to be counted is missing."""
        return 0 <= self.count <= self.allowed

    def __str__(self) -> str:
        limit = f" (up to {self.allowed} allowed)" if self.allowed else ""
        return f"{self.name}: {self.count}{limit}"


@dataclass(frozen=True)
class Outcome:
    """The comparison. ``broken`` says in sentences what was not kept; empty when all was."""

    told: int
    rows: dict[str, int]
    taken: int
    lost: int
    late: int
    doubled: int
    allowed: int
    facts: list[Fact]
    notes: list[str]
    broken: list[str]


@dataclass
class Ledger:
    """Collects the three ledgers; ``compare`` works out the rest."""

    told: list[Told] = field(default_factory=list)
    open: set[str] = field(default_factory=set)
    forbidden: set[str] = field(default_factory=set)
    allowed_doubles: int = 0
    late_after: timedelta = timedelta(minutes=15)
    fault_over_at: datetime | None = None
    facts: list[Fact] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def compare(self, rows: Iterable[tuple[str, str]], taken: Iterable[Taken]) -> Outcome:
        """``rows`` are (recipient, state) of every message."""
        rows, taken = list(rows), list(taken)
        comparison = _Comparison(self, Counter(rows), _by_address(taken))
        facts = [*self.facts, *comparison.facts()]
        lost, late, doubled = comparison.lost(), comparison.late(), comparison.doubled()
        broken = [f"{fact} – not kept" for fact in facts if not fact.is_allowed]
        if lost:
            broken.append(f"lost: {lost}, for example {comparison.example_lost()}")
        if late:
            broken.append(f"late by more than {self.late_after}: {late}")
        if doubled > self.allowed_doubles:
            broken.append(f"doubled: {doubled}, no more than {self.allowed_doubles} allowed")
        if not (self.told or self.open or self.forbidden or self.facts):
            broken.append("nothing was compared")
        return Outcome(
            told=sum(each.count for each in self.told),
            rows=dict(Counter(state for _, state in rows)),
            taken=len(taken),
            lost=lost,
            late=late,
            doubled=doubled,
            allowed=self.allowed_doubles,
            facts=facts,
            notes=self.notes,
            broken=broken,
        )


@dataclass
class _Comparison:
    ledger: Ledger
    rows: Counter[tuple[str, str]]
    taken: dict[str, list[Taken]]

    def lost(self) -> int:
        return sum(self._missing(told) for told in self.ledger.told)

    def example_lost(self) -> str:
        return next(
            f"{told.address} ({told.end})" for told in self.ledger.told if self._missing(told)
        )

    def doubled(self) -> int:
        """What arrived more often than was told; of those told nothing sure, more than once."""
        wanted = self._wanted() | dict.fromkeys(self.ledger.open, 1)
        return sum(max(0, self._arrived(who) - count) for who, count in wanted.items())

    def late(self) -> int:
        over = self.ledger.fault_over_at
        return sum(
            self._came_at(told) - max(filter(None, (told.at, over))) > self.ledger.late_after
            for told in self.ledger.told
            if self._arrived(told.address)
        )

    def facts(self) -> list[Fact]:
        """What must never be; in the table only when it is."""
        unlike = sum(self._is_recorded_otherwise(told) for told in self.ledger.told)
        others = {told.address for told in self.ledger.told if told.end != State.SENT}
        must_not = self.ledger.forbidden | others - set(self._wanted())
        renamed = sum(
            len({each.message_id for each in self.taken.get(who, [])}) > count
            for who, count in self._wanted().items()
        )
        waiting = sum(
            self.rows[who, state] for who in self.ledger.open for state in Message.WAITING
        )
        counted = {
            "arrived though the row says otherwise": unlike,
            "arrived though it must not": sum(map(self._arrived, must_not)),
            "doubled under another Message-ID": renamed,
            "never ended": waiting,
        }
        return [Fact(name, count, 0) for name, count in counted.items() if count]

    def _wanted(self) -> dict[str, int]:
        wanted: Counter[str] = Counter()
        for told in self.ledger.told:
            if told.end == State.SENT:
                wanted[told.address] += told.count
        return dict(wanted)

    def _missing(self, told: Told) -> int:
        if told.end == State.SENT:
            return max(0, told.count - self._arrived(told.address))
        return max(0, told.count - self.rows[told.address, told.end])

    def _is_recorded_otherwise(self, told: Told) -> bool:
        arrived = told.end == State.SENT and self._arrived(told.address) >= told.count
        return arrived and self.rows[told.address, State.SENT] < told.count

    def _arrived(self, address: str) -> int:
        return len(self.taken.get(address, []))

    def _came_at(self, told: Told) -> datetime:
        return min(each.at for each in self.taken[told.address])


def same(address: str) -> str:
    """The address as both ledgers write it: without regard to case, its domain as servers say it."""
    local, _, domain = address.casefold().rpartition("@")
    return f"{local}@{domain.encode('idna').decode()}" if local and domain else address.casefold()


def read_delivery(delivery: Delivery, at: datetime) -> list[Taken]:
    """One line for each recipient."""
    message_id = str(delivery.message["Message-ID"])
    return [Taken(same(address), message_id, at) for address in delivery.recipients]


def _by_address(taken: Iterable[Taken]) -> dict[str, list[Taken]]:
    found: dict[str, list[Taken]] = {}
    for each in taken:
        found.setdefault(each.address, []).append(each)
    return found
