"""One hub of the demonstration while it is being made: its rows, by the names that plans use."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache

from django.utils import timezone

from mathshub.accounts.models import Account
from mathshub.site.demo.hubs import HubPlan
from mathshub.site.demo.terms import Term, invented_days_to_avoid, invented_terms, running_year
from workgroups.bank_holidays import bank_holidays
from workgroups.models import (
    AcademicYear,
    Hub,
    HubMember,
    LocalAuthority,
    Offering,
    Programme,
    School,
)

THURSDAY = 3


@dataclass
class Scene:
    """What has been made of one hub so far. ``now`` is the moment that everything is told from."""

    plan: HubPlan
    hub: Hub
    now: datetime
    members: dict[str, HubMember] = field(default_factory=dict)
    boroughs: list[LocalAuthority] = field(default_factory=list)
    schools: list[School] = field(default_factory=list)
    years: dict[int, AcademicYear] = field(default_factory=dict)
    programmes: dict[str, Programme] = field(default_factory=dict)
    offerings: dict[tuple[str, int], Offering] = field(default_factory=dict)
    booked: dict[str, set[date]] = field(default_factory=dict)
    """Days on which a member of staff holds a session already."""

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)

    @property
    def year(self) -> int:
        """The academic year that is running, by the year it began in."""
        return running_year(self.today)

    @property
    def lead(self) -> Account:
        """The Maths Hub Lead, by whom most is done."""
        return self.members["lead"].account

    @property
    def mainstream(self) -> list[School]:
        """The schools about which there is nothing to check, in the order of their URN."""
        return [school for school in self.schools if school.is_mainstream_state_primary][:27]

    def before(self, **ago: int) -> datetime:
        """A moment before now: ``before(days=3)``."""
        return self.now - timedelta(**ago)

    def has_school(self, day: date, *, boroughs: tuple[int, ...], start_year: int) -> bool:
        """Whether schools in all these boroughs are there on ``day``, a Monday to Thursday."""
        if day.weekday() > THURSDAY or day in _bank_holidays(start_year):
            return False
        if any(
            each.starts_on <= day <= each.ends_on and each.borough in (None, *boroughs)
            for each in invented_days_to_avoid(start_year)
        ):
            return False
        return all(
            any(term.has_school_on(day) for term in self.terms_of(borough, start_year))
            for borough in boroughs
        )

    def terms_of(self, borough: int, start_year: int) -> tuple[Term, ...]:
        """The invented terms of the plan's borough of that place in its list."""
        differs = self.plan.boroughs[borough] in self.plan.half_term_differs_in
        return invented_terms(start_year, half_terms_differ=differs)


@cache
def _bank_holidays(start_year: int) -> dict[date, str]:
    return bank_holidays(start_year, start_year + 1)
