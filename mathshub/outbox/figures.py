"""Messages in figures: how many of each kind left, came back or did not go, by day or by month."""

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import Coalesce, TruncDate, TruncMonth
from django.utils import timezone

from mathshub.daytime import LONDON
from mathshub.outbox.models import Message

State = Message.State
DAYS = 30
MONTHS = 12


class By(Enum):
    """What one column stands for."""

    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True)
class Counts:
    """Messages by what became of them. Those that came back had been handed over, too."""

    handed_over: int = 0
    came_back: int = 0
    failed: int = 0
    cancelled: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*map(sum, zip(astuple(self), astuple(other), strict=True)))

    @property
    def total(self) -> int:
        """Each message once."""
        return self.handed_over + self.failed + self.cancelled


@dataclass(frozen=True)
class Line:
    """What became of the messages of one kind on one day, or in one month, by its first day."""

    on: date
    kind: str
    counts: Counts


@dataclass(frozen=True)
class Figures:
    """Every day or month of a period, and what there was of each kind in it."""

    by: By
    periods: list[date]
    lines: list[Line]

    def by_period(self) -> list[tuple[date, Counts]]:
        """All periods in order, those without a message too."""
        return [(on, _sum(line for line in self.lines if line.on == on)) for on in self.periods]

    def by_kind(self) -> list[tuple[str, Counts]]:
        """The kinds of which there was any, the commonest first."""
        kinds = {line.kind for line in self.lines}
        sums = [(kind, _sum(line for line in self.lines if line.kind == kind)) for kind in kinds]
        return sorted(sums, key=lambda each: (-each[1].total, each[0]))

    def total(self) -> Counts:
        return _sum(self.lines)

    def of_kind(self, kind: str) -> "Figures":
        """Those of one kind alone."""
        return Figures(self.by, self.periods, [each for each in self.lines if each.kind == kind])


def figures(by: By, now: datetime) -> Figures:
    """Of the hub in scope, up to today: thirty days, or twelve months. Counted in one query.

    A message counts on the day on which it left; one that did not, on the day it was last due.
    """
    periods = list(_periods(by, timezone.localdate(now, LONDON)))
    begins = datetime.combine(periods[0], time(), tzinfo=LONDON)
    left = Q(sent_at__gte=begins)
    due = Q(sent_at=None, due_at__gte=begins, due_at__lte=now)
    at = Coalesce("sent_at", "due_at")
    truncate: Any = TruncDate if by is By.DAY else TruncMonth
    rows = (
        Message.objects.ended()
        .filter(left | due)
        .order_by()
        .values("kind", on=truncate(at, tzinfo=LONDON))
        .annotate(
            handed_over=Count("pk", filter=Q(state=State.SENT)),
            back=Count("pk", filter=Q(came_back_at__isnull=False)),
            failed=Count("pk", filter=Q(state__in=Message.FAILED)),
            cancelled=Count("pk", filter=Q(state=State.CANCELLED)),
        )
    )
    return Figures(by, periods, sorted(map(_line, rows), key=lambda line: (line.on, line.kind)))


def _periods(by: By, today: date) -> Iterator[date]:
    """The first day of each, the oldest first."""
    if by is By.DAY:
        yield from (today - timedelta(days=back) for back in reversed(range(DAYS)))
        return
    months = today.year * 12 + today.month - 1
    for month in range(months - MONTHS + 1, months + 1):
        yield date(month // 12, month % 12 + 1, 1)


def _line(row: Any) -> Line:
    on = row["on"].date() if isinstance(row["on"], datetime) else row["on"]
    counts = Counts(row["handed_over"], row["back"], row["failed"], row["cancelled"])
    return Line(on, row["kind"], counts)


def _sum(lines: Iterable[Line]) -> Counts:
    return sum((line.counts for line in lines), Counts())
