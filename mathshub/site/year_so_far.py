"""The year of an offering in one bar: all its Work Groups together, one cell a session number."""

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any, TypedDict

from django.db.models import Max, Min, Q, QuerySet

from mathshub.prepared import prepared
from sessions import bar
from sessions.models import Session
from sessions.words import number_words, short_day
from workgroups.models import WorkGroup


@dataclass(frozen=True)
class YearSoFar:
    """Cells for templates/_bar.html, and the words that stand beside them."""

    cells: list[bar.Cell]
    words: str

    def called(self, name: str) -> "YearSoFar":
        """The same with a name before its words: “2026/27: 2 of 6 sessions held”."""
        return replace(self, words=f"{name}: {self.words}")


class _Number(TypedDict):
    """All sessions of one number, over the groups of an offering."""

    work_group__offering_id: int
    last_ends_at: datetime | None
    next_starts_at: datetime | None


def usual_year(sessions: int) -> YearSoFar:
    """What to expect where no date is known yet."""
    words = f"{number_words(sessions).capitalize()} sessions over the year"
    return YearSoFar([bar.Cell("to_come")] * sessions, words)


def years_by_offering(now: datetime) -> dict[int, YearSoFar]:
    """The year of each offering whose public Work Groups have published sessions. One query."""
    by_offering = groupby(_numbers(now=now), key=lambda row: row["work_group__offering_id"])
    return {offering_id: _year(list(numbers)) for offering_id, numbers in by_offering}


@prepared
def _numbers(now: Any) -> QuerySet[Session, _Number]:
    public = Session.objects.filter(
        state=Session.State.PUBLISHED, work_group__in=WorkGroup.objects.public()
    )
    by_number = public.values("work_group__offering_id", "number").annotate(
        last_ends_at=Max("ends_at"),
        next_starts_at=Min("starts_at", filter=Q(ends_at__gt=now)),
    )
    return by_number.order_by("work_group__offering_id", "number")


def _year(numbers: list[_Number]) -> YearSoFar:
    """Held when every group has had it; the first of the others that has a date is next.

    Groups run at different paces: the next session of all may have a higher number.
    """
    cells = []
    is_next_shown = False
    for row in numbers:
        state = _state(row)
        if state == "to_come" and not is_next_shown:
            state, is_next_shown = "next", True
        cells.append(bar.Cell(state))
    held = sum(cell.state == "held" for cell in cells)
    coming = (row["next_starts_at"] for row in numbers)
    next_at = min((moment for moment in coming if moment), default=None)
    return YearSoFar(cells, _words(held, len(cells), next_at))


def _state(row: _Number) -> str:
    if row["last_ends_at"] is None:
        return "unconfirmed"
    return "to_come" if row["next_starts_at"] else "held"


def _words(held: int, count: int, next_at: datetime | None) -> str:
    if held == count:
        return f"all {number_words(count)} sessions held"
    if next_at is None:
        return f"{number_words(count)} sessions, dates to be confirmed"
    if held == 0:
        return f"{number_words(count)} sessions, the first on {short_day(next_at)}"
    return f"{held} of {count} sessions held, next on {short_day(next_at)}"
