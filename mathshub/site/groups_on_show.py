"""A programme's Work Groups as its page shows them: their year in a bar, and what room is left."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db.models import QuerySet

from mathshub.prepared import prepared
from mathshub.site.catalogue import (
    FEW_PLACES,
    Tag,
    is_forming,
    places_left,
    public_work_groups,
)
from sessions import bar
from sessions.models import Session
from sessions.times import london_day
from sessions.words import number_words
from workgroups.models import AcademicYear, Programme, WorkGroup


@dataclass(frozen=True)
class GroupOnShow:
    """A public Work Group, the bar of its sessions and the one that comes next."""

    work_group: WorkGroup
    boroughs: list[str]
    sessions: list[Session]
    cells: list[bar.Cell]
    summary: str
    next_session: Session | None

    @property
    def modes(self) -> str:
        """How it meets: “four virtual, two face to face”; “all virtual”; nothing without sessions."""
        counted = Counter(session.get_mode_display() for session in self.sessions)
        if len(counted) == 1 and len(self.sessions) > 1:
            return f"all {next(iter(counted))}"
        return ", ".join(f"{number_words(number)} {mode}" for mode, number in counted.items())

    @property
    def first_day(self) -> date | None:
        """The day in London of the first session that has one."""
        return min(self._days, default=None)

    @property
    def last_day(self) -> date | None:
        return max(self._days, default=None)

    @property
    def _days(self) -> list[date]:
        return [london_day(each.starts_at) for each in self.sessions if each.starts_at]

    @property
    def tag(self) -> Tag:
        """Whether there is room, or that the year has begun."""
        if not is_forming(self.work_group):
            return Tag("Under way", "plain")
        left = places_left(self.work_group)
        if left == 0:
            return Tag("Full for now", "plain")
        tone = "leaf" if left > FEW_PLACES else "sun"
        return Tag(f"{left} {'place' if left == 1 else 'places'} left", tone)


@dataclass(frozen=True)
class YearOfGroups:
    """The Work Groups of one academic year."""

    academic_year: AcademicYear
    groups: list[GroupOnShow]


def groups_by_year(programme: Programme, *, now: datetime) -> list[YearOfGroups]:
    """The programme's public Work Groups, the latest year first. Three queries."""
    work_groups = _groups_of(programme=programme)
    sessions = _by_group(_sessions_of(programme=programme))
    return [
        YearOfGroups(year, [_on_show(group, sessions.get(group.pk, []), now) for group in groups])
        for year, groups in groupby(work_groups, lambda group: group.offering.academic_year)
    ]


@prepared
def _groups_of(programme: Any) -> QuerySet[WorkGroup]:
    return (
        public_work_groups()
        .filter(offering__programme=programme)
        .select_related("offering__academic_year")
        .prefetch_related("local_authorities")
        .order_by("-offering__academic_year__start_year", "name")
    )


@prepared
def _sessions_of(programme: Any) -> QuerySet[Session]:
    of_programme = Session.objects.on_the_calendar().filter(
        work_group__in=WorkGroup.objects.public(), work_group__offering__programme=programme
    )
    return of_programme.order_by("number")


def _by_group(sessions: Iterable[Session]) -> dict[int, list[Session]]:
    found: dict[int, list[Session]] = {}
    for session in sessions:
        found.setdefault(session.work_group_id, []).append(session)
    return found


def _on_show(group: WorkGroup, sessions: list[Session], now: datetime) -> GroupOnShow:
    return GroupOnShow(
        work_group=group,
        boroughs=_boroughs_not_in_name(group),
        sessions=[each for each in sessions if each.state != Session.State.CANCELLED],
        cells=bar.cells(sessions, now=now),
        summary=bar.summary(sessions, now=now),
        next_session=bar.next_session(sessions, now),
    )


def _boroughs_not_in_name(group: WorkGroup) -> list[str]:
    """Its boroughs, or none where the name says them all: “Hackney and Newham”."""
    boroughs = sorted(authority.name for authority in group.local_authorities.all())
    return [] if all(borough in group.name for borough in boroughs) else boroughs
