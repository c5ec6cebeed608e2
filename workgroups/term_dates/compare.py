"""A table of term dates beside what the hub has: new, changed, as it was, or at odds with itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from itertools import groupby

from workgroups.models import AcademicYear, LocalAuthority, TermDate
from workgroups.term_dates.entries import TermEntry, entry_of, out_of_order
from workgroups.term_dates.read import Fault, SaidTerm, TermTable

Key = tuple[int, int, str]


@dataclass(frozen=True)
class Version:
    """What one school says of an authority's terms in a year; ``said_by`` may be empty."""

    said_by: str
    said: tuple[SaidTerm, ...]


@dataclass(frozen=True)
class Disagreement:
    """Schools of one authority that give other dates for the same term: whose word is taken?"""

    borough: LocalAuthority
    year: AcademicYear
    versions: tuple[Version, ...]

    @property
    def name(self) -> str:
        """Under which a choice is given."""
        return f"{self.borough.code}-{self.year.start_year}"

    @property
    def reason(self) -> str:
        schools = " and ".join(each.said_by or "a line without a school" for each in self.versions)
        return (
            f"{schools} give different dates for {self.borough} in {self.year}: choose whose word "
            "to take"
        )


@dataclass(frozen=True)
class Change:
    """A term that is known with other dates, or by another source."""

    said: SaidTerm
    before: TermEntry


@dataclass
class Comparison:
    """What recording the table would do; ``faults`` stay out."""

    new: list[SaidTerm] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    unchanged: int = 0
    faults: list[Fault] = field(default_factory=list)
    disagreements: list[Disagreement] = field(default_factory=list)

    @property
    def entries(self) -> list[TermEntry]:
        """What there is to write."""
        return [each.entry for each in self.new] + [each.said.entry for each in self.changed]

    @property
    def print(self) -> str:
        """Two comparisons with one print would do the same."""
        does = (self.new, self.changed, self.unchanged, self.faults)
        return blake2b(repr(does).encode(), digest_size=8).hexdigest()


def compare(
    table: TermTable, *, stored: Iterable[TermDate], choices: Mapping[str, str] | None = None
) -> Comparison:
    """Sort the table's terms by what they would do to ``stored``, the hub's own. Writes nothing.

    ``choices`` says, by the name of a disagreement, whose word is taken. Of schools that disagree
    none is taken without.
    """
    comparison = Comparison(faults=list(table.faults))
    known = {entry.key: entry for entry in map(entry_of, stored)}
    taken: list[SaidTerm] = []
    for said in _by_borough_and_year(table.said):
        taken += _settle(said, comparison, choices or {})
    for said in _by_borough_and_year(taken):
        _sort(_in_order(said, known, comparison), known, comparison)
    comparison.faults.sort(key=lambda fault: fault.line)
    return comparison


def _by_borough_and_year(said: Iterable[SaidTerm]) -> list[list[SaidTerm]]:
    def of(each: SaidTerm) -> tuple[int, int]:
        return each.entry.key[:2]

    return [list(group) for _, group in groupby(sorted(said, key=of), of)]


def _settle(
    said: list[SaidTerm], comparison: Comparison, choices: Mapping[str, str]
) -> list[SaidTerm]:
    """The lines whose word is taken, one for a term; the others are faults, or repeat them."""
    said = _without_contradictions(said, comparison)
    versions = [
        Version(said_by, tuple(each for each in said if each.said_by == said_by))
        for said_by in dict.fromkeys(each.said_by for each in said)
    ]
    if _agree(said):
        return _once_each(said, comparison)
    first = said[0].entry
    disagreement = Disagreement(first.borough, first.year, tuple(versions))
    comparison.disagreements.append(disagreement)
    chosen = choices.get(disagreement.name)
    for version in versions:
        if chosen is not None and version.said_by == chosen:
            return _once_each(list(version.said), comparison)
    comparison.faults += [Fault(each.line, disagreement.reason) for each in said]
    return []


def _without_contradictions(said: list[SaidTerm], comparison: Comparison) -> list[SaidTerm]:
    """Without the lines in which one school gives two different dates for one term."""
    lines: dict[tuple[str, Key], list[SaidTerm]] = {}
    for each in said:
        lines.setdefault((each.said_by, each.entry.key), []).append(each)
    good = []
    for same in lines.values():
        if _agree(same):
            good += same
            continue
        numbers = " and ".join(str(each.line) for each in same)
        comparison.faults += [
            Fault(each.line, f"lines {numbers} give different dates for {each.entry}")
            for each in same
        ]
    return sorted(good, key=lambda each: each.line)


def _agree(said: Iterable[SaidTerm]) -> bool:
    dates: dict[Key, set[tuple]] = {}
    for each in said:
        dates.setdefault(each.entry.key, set()).add(each.entry.dates)
    return all(len(found) == 1 for found in dates.values())


def _once_each(said: list[SaidTerm], comparison: Comparison) -> list[SaidTerm]:
    """The first line of each term; the others say the same."""
    first: dict[Key, SaidTerm] = {}
    for each in said:
        first.setdefault(each.entry.key, each)
    comparison.unchanged += len(said) - len(first)
    return list(first.values())


def _in_order(
    said: list[SaidTerm], known: Mapping[Key, TermEntry], comparison: Comparison
) -> list[SaidTerm]:
    """The terms that fit between each other and between those that the hub has beside them."""
    while bad := _misplaced(said, known):
        comparison.faults += [Fault(line, reason) for line, reason in bad.items()]
        # Without these the hub's own terms stand again, into which others may not fit.
        said = [each for each in said if each.line not in bad]
    return said


def _misplaced(said: list[SaidTerm], known: Mapping[Key, TermEntry]) -> dict[int, str]:
    """Lines, of one borough and year, whose term overlaps another or comes at the wrong place."""
    new = {each.entry.key: each for each in said}
    years = {key[:2] for key in new}
    beside = [entry for key, entry in known.items() if key[:2] in years and key not in new]
    bad: dict[int, str] = {}
    for earlier, later, why in out_of_order([*beside, *(each.entry for each in said)]):
        for entry in (earlier, later):
            if entry.key in new:
                bad.setdefault(new[entry.key].line, f"in {entry.borough}, {entry.year}, {why}")
    return bad


def _sort(said: list[SaidTerm], known: Mapping[Key, TermEntry], comparison: Comparison) -> None:
    for each in said:
        before = known.get(each.entry.key)
        if before is None:
            comparison.new.append(each)
            continue
        # A table without a source takes none away.
        entry = replace(each.entry, source=each.entry.source or before.source)
        if (entry.dates, entry.source) == (before.dates, before.source):
            comparison.unchanged += 1
        else:
            comparison.changed.append(Change(replace(each, entry=entry), before))
