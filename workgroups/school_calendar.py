"""On which days schools are there for a session: terms, bank holidays and days to avoid."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from workgroups.term_dates.words import listed


@dataclass(frozen=True)
class Term:
    """A term of one borough; all days are included. Without a half-term both its days are None."""

    borough: str
    starts_on: date
    ends_on: date
    half_term_starts_on: date | None = None
    half_term_ends_on: date | None = None

    def is_half_term(self, day: date) -> bool:
        return (
            self.half_term_starts_on is not None
            and self.half_term_ends_on is not None
            and self.half_term_starts_on <= day <= self.half_term_ends_on
        )


@dataclass(frozen=True)
class AvoidedDays:
    """Days without a session though there is school, both included; no borough: in all of them."""

    name: str
    starts_on: date
    ends_on: date
    borough: str = ""
    is_test_week: bool = False


@dataclass(frozen=True)
class SchoolCalendar:
    """What is known of the days of some boroughs, each by its terms."""

    by_borough: Mapping[str, Sequence[Term]]
    bank_holidays: Mapping[date, str]
    avoided: Sequence[AvoidedDays] = ()

    def reasons_against(self, day: date) -> list[str]:
        """Why no session should lie on ``day``, each in words: “half-term in Hackney”."""
        reasons = []
        if day in self.bank_holidays:
            reasons.append(f"bank holiday ({self.bank_holidays[day]})")
        away, halved = [], []
        for borough, terms in self.by_borough.items():
            in_term = [term for term in terms if term.starts_on <= day <= term.ends_on]
            if not in_term:
                away.append(borough)
            elif any(term.is_half_term(day) for term in in_term):
                halved.append(borough)
        if away:
            reasons.append(f"school holidays in {listed(away)}")
        if halved:
            reasons.append(f"half-term in {listed(halved)}")
        return reasons + self._avoided_on(day)

    def _avoided_on(self, day: date) -> list[str]:
        """“test week: Key stage 2 tests”, “Eid al-Fitr in Hackney and Newham”."""
        found: dict[tuple[str, bool], set[str]] = {}
        for each in self.avoided:
            if each.starts_on <= day <= each.ends_on:
                found.setdefault((each.name, each.is_test_week), set()).add(each.borough)
        reasons = []
        for (name, is_test_week), boroughs in sorted(found.items()):
            where = "" if "" in boroughs else f" in {listed(boroughs)}"
            reasons.append(f"test week{where}: {name}" if is_test_week else f"{name}{where}")
        return reasons


def terms_by_borough(terms: Iterable[Term]) -> dict[str, list[Term]]:
    """The terms of each borough, by its name."""
    by_borough: dict[str, list[Term]] = {}
    for term in terms:
        by_borough.setdefault(term.borough, []).append(term)
    return by_borough
