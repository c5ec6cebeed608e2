"""Which school followed which: what the links between them amount to. Pure: no database, no clock."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from workgroups.models import SchoolLink

Kind = SchoolLink.Kind
Pair = tuple[str, str]
"""The URNs of a predecessor and of its successor."""

GRAVITY = {Kind.SUCCESSION: 0, Kind.MERGER: 1, Kind.AMALGAMATION: 2, Kind.SPLIT: 3}
TOGETHER = timedelta(days=90)  # closings within it belong to one merger; infants close a term early
LONGEST_CHAIN = 20  # steps; the longest of the country had 5 in January 2024


@dataclass(frozen=True, slots=True)
class Link:
    """One school in place of another, as a line of the file says or as all lines amount to."""

    predecessor: str
    successor: str
    kind: Kind = Kind.SUCCESSION
    on: date | None = None

    @property
    def pair(self) -> Pair:
        return self.predecessor, self.successor


def judged(links: Iterable[Link]) -> dict[Pair, Link]:
    """One link per pair, with the kind that it amounts to, in whatever order the links come.

    Where the two schools' entries disagree the graver one holds. A plain succession is a split in
    fact when its predecessor has other successors, and a merger in fact when its successor has
    other predecessors, but for the one that closed well before the others and so founded it.
    """
    pairs = _one_per_pair(links)
    before, after = defaultdict(list), defaultdict(list)
    for link in pairs.values():
        before[link.successor].append(link)
        after[link.predecessor].append(link)
    founders = {founder for each in before.values() if (founder := _founder(each))}
    for pair, link in pairs.items():
        if link.kind != Kind.SUCCESSION:
            continue
        if len(after[link.predecessor]) > 1:
            pairs[pair] = replace(link, kind=Kind.SPLIT)
        elif link not in founders:
            pairs[pair] = replace(link, kind=Kind.MERGER)
    return pairs


def _one_per_pair(links: Iterable[Link]) -> dict[Pair, Link]:
    pairs: dict[Pair, Link] = {}
    for link in links:
        other = pairs.get(link.pair, link)
        days = [each.on for each in (link, other) if each.on]
        kind = max(link.kind, other.kind, key=GRAVITY.__getitem__)
        pairs[link.pair] = replace(link, kind=kind, on=min(days, default=None))
    return pairs


def _founder(links: list[Link]) -> Link | None:
    """Of the links to one successor, the one to the school that it took the place of at first."""
    if len(links) == 1:
        return links[0]
    dated = sorted((link.on, link.pair, link) for link in links if link.on)
    if len(dated) < len(links):
        return None  # nobody knows which came first
    (first_on, _, first), (second_on, _, _), *_ = dated
    return first if second_on - first_on > TOGETHER else None


def end_of(
    urn: str, steps: Mapping[str, str], *, open_now: Collection[str], known: Collection[str]
) -> str | None:
    """Where the chain of simple steps from a closed school ends: at the first open school on it.

    At a dead end it is the last school that the register holds. None where there is no such
    school, where the chain leads round in a circle, and where it is longer than any real one.
    """
    at, end, seen = urn, None, {urn}
    for _ in range(LONGEST_CHAIN):
        if at not in steps:
            return end
        at = steps[at]
        if at in seen:
            return None
        seen.add(at)
        if at in open_now:
            return at
        end = at if at in known else end
    return None
