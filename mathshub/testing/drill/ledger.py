"""The three ledgers of a drill and their comparison: what was told, rows by state, what arrived.

A person is one address: drills give each message a recipient of its own.
"""

from collections import Counter, defaultdict
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
        return sum(self._missing().values())

    def example_lost(self) -> str:
        address, end = next(iter(self._missing()))
        return f"{address} ({end})"

    def doubled(self) -> int:
        """What arrived again, or beyond what was told; of those told nothing sure, beyond one."""
        wanted = dict.fromkeys(self.ledger.open, 1) | self._wanted()
        return sum(
            self._arrived(who) - min(count, len(self._first_arrivals(who)))
            for who, count in wanted.items()
        )

    def late(self) -> int:
        """Each message counts: who was told of two may have the first in time, the second late."""
        return sum(
            came_at - told_at > self.ledger.late_after
            for who, moments in self._counts_from().items()
            for told_at, came_at in zip(moments, self._first_arrivals(who), strict=False)
        )

    def facts(self) -> list[Fact]:
        """What must never be; in the table only when it is."""
        wanted = self._wanted()
        told = {told.address for told in self.ledger.told}
        must_not = self.ledger.forbidden | told - set(wanted)
        strangers = set(self.taken) - told - self.ledger.open - self.ledger.forbidden
        unlike = sum(
            self.rows[who, State.SENT] < count <= self._arrived(who)
            for who, count in wanted.items()
        )
        renamed = sum(len(self._first_arrivals(who)) > count for who, count in wanted.items())
        waiting = sum(
            self.rows[who, state] for who in self.ledger.open for state in Message.WAITING
        )
        counted = {
            "arrived though the row says otherwise": unlike,
            "arrived though it must not": sum(map(self._arrived, must_not)),
            "arrived though nobody was to be written to": sum(map(self._arrived, strangers)),
            "doubled under another Message-ID": renamed,
            "never ended": waiting,
        }
        return [Fact(name, count, 0) for name, count in counted.items() if count]

    def _expected(self) -> Counter[tuple[str, str]]:
        """How many messages each address was told of, by how they end."""
        expected: Counter[tuple[str, str]] = Counter()
        for told in self.ledger.told:
            expected[told.address, told.end] += told.count
        return expected

    def _wanted(self) -> dict[str, int]:
        """How many messages are to arrive at each address."""
        return {who: count for (who, end), count in self._expected().items() if end == State.SENT}

    def _missing(self) -> dict[tuple[str, str], int]:
        """The expected ones that have not come to their end, as far as there are any."""
        missing = {
            (who, end): count
            - (len(self._first_arrivals(who)) if end == State.SENT else self.rows[who, end])
            for (who, end), count in self._expected().items()
        }
        return {each: number for each, number in missing.items() if number > 0}

    def _counts_from(self) -> dict[str, list[datetime]]:
        """For each message that is to arrive at an address, from when on it is waited for."""
        moments: dict[str, list[datetime]] = defaultdict(list)
        for told in self.ledger.told:
            if told.end == State.SENT:
                since = max(filter(None, (told.at, self.ledger.fault_over_at)))
                moments[told.address] += [since] * told.count
        return {who: sorted(each) for who, each in moments.items()}

    def _first_arrivals(self, address: str) -> list[datetime]:
        """When each message arrived there first, in order: a repeat is no message of its own."""
        first: dict[str, datetime] = {}
        for each in self.taken.get(address, []):
            first[each.message_id] = min(each.at, first.get(each.message_id, each.at))
        return sorted(first.values())

    def _arrived(self, address: str) -> int:
        return len(self.taken.get(address, []))


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
