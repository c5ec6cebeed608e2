"""What will go out in the next two weeks: what waits, and what planners are going to write."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from django.apps import apps
from django.db.models import Count, DateField, F, Value, Window
from django.db.models.functions import Concat, Greatest, RowNumber, TruncDate
from django.utils import timezone

from mathshub.daytime import LONDON
from mathshub.outbox.hold import stopped_messages
from mathshub.outbox.holding import begin_of, end_of
from mathshub.outbox.kinds import foreseers, kind_named, kind_words, names_that_leave_paused_hubs
from mathshub.outbox.models import Hold, Message, MessageQuerySet
from mathshub.outbox.services import Draft

DAYS = 14
NAMED = 10
"""So many are named of each line; the line's own page has them all."""


class Where(NamedTuple):
    """What a line is about: a day in London, a Work Group's id (0 for none), a kind."""

    day: date
    group: int
    kind: str


class Person(NamedTuple):
    """Who is written to; ``message`` is the id of what waits, 0 where nothing is written yet."""

    name: str
    address: str
    message: int = 0

    def __str__(self) -> str:
        return self.name or self.address


@dataclass(frozen=True)
class Line:
    """One kind of message for one Work Group on one day.

    ``is_foreseen`` says that a planner writes it when it is due. ``held`` are those kept back. One
    that ``is_stopped`` does not go, unless somebody lets it.
    """

    where: Where
    group_name: str
    messages: int
    people: int
    held: int
    first: list[Person]
    is_foreseen: bool = False
    is_stopped: bool = False

    @property
    def words(self) -> str:
        return kind_words(self.where.kind)

    @property
    def is_held(self) -> bool:
        return self.held == self.messages

    @property
    def more(self) -> int:
        """People beside those that are named."""
        return self.people - len(self.first)


@dataclass
class Day:
    """One day with its lines."""

    day: date
    lines: list[Line] = field(default_factory=list)

    @property
    def messages(self) -> int:
        return sum(line.messages for line in self.lines if not line.is_stopped)


def fortnight(now: datetime) -> list[Day]:
    """The days from today on which something goes out, in the hub in scope, or was going to.

    What is overdue or held stands on the day on which it would go, or on today. The same queries
    however many messages there are.
    """
    today = timezone.localdate(now)
    until = end_of(today + timedelta(days=DAYS - 1))
    waiting = _waiting(until, today)
    counted, stopped = _counted(waiting), _counted(_stopped(now, until))
    first = _first_names(waiting)
    drafts = foreseen(now, until)
    holds = Holds(now)
    names = _names_of_groups(
        {row["work_group"] for row in [*counted, *stopped]}
        | {draft.work_group_id for draft in drafts}
    )
    lines = [
        *_lines_that_wait(counted, first, names, holds),
        *_lines_foreseen(drafts, names, holds),
        *_lines_stopped(stopped, names),
    ]
    lines.sort(key=_order)
    return [Day(day, list(of_day)) for day, of_day in groupby(lines, lambda line: line.where.day)]


def waiting_on(where: Where, now: datetime) -> MessageQuerySet:
    """The messages that wait behind a line, by name; of today also those that are overdue."""
    today = timezone.localdate(now)
    found: MessageQuerySet = _waiting(end_of(where.day), today).filter(
        day=where.day, work_group=where.group or None, kind=where.kind
    )
    return found.order_by("recipient_name", "recipient", "pk")


def foreseen_on(where: Where, now: datetime) -> list[Draft]:
    """What planners are going to write behind a line, by name."""
    drafts = [draft for draft in foreseen(now, end_of(where.day)) if place_of(draft) == where]
    return sorted(drafts, key=lambda draft: (draft.recipient_name, draft.recipient))


def foreseen(now: datetime, until: datetime) -> list[Draft]:
    """What planners are going to write until then, as things stand, for the hub in scope.

    Without what is on record already: written, or skipped beforehand.
    """
    drafts = {draft.key: draft for see in foreseers() for draft in see(now, until)}
    known = Message.objects.filter(key__in=list(drafts)) if drafts else Message.objects.none()
    for key in known.order_by().values_list("key", flat=True):
        del drafts[key]
    return list(drafts.values())


def place_of(draft: Draft) -> Where:
    """The line that the draft belongs to."""
    assert draft.due_at is not None, "a foreseer says when"
    return Where(timezone.localdate(draft.due_at, LONDON), draft.work_group_id or 0, kind_of(draft))


def kind_of(draft: Draft) -> str:
    return draft.kind if isinstance(draft.kind, str) else draft.kind.name


def expiry_of(draft: Draft) -> datetime:
    """When it will be of no use any more."""
    assert draft.due_at is not None, "a foreseer says when"
    return draft.expires_at or draft.due_at + kind_named(kind_of(draft)).expires_after


def person_of(row: Message | Draft) -> Person:
    number = row.pk if isinstance(row, Message) else 0
    return Person(row.recipient_name, row.recipient, number or 0)


def people_of(rows: Iterable[Message | Draft]) -> list[Person]:
    """Each person once, by name."""
    people = {(row.recipient_name, row.recipient): person_of(row) for row in rows}
    return sorted(people.values(), key=lambda person: (str(person).casefold(), person.address))


def people_in(messages: MessageQuerySet) -> tuple[int, int, list[Person]]:
    """How many messages, to how many people, and the first of these by name."""
    numbers = messages.order_by().aggregate(
        messages=Count("pk"), people=Count(_PERSON, distinct=True)
    )
    rows = messages.order_by("recipient_name", "recipient", "pk")[: 5 * NAMED]
    first = people_of(rows.only("hub", "recipient", "recipient_name"))
    return numbers["messages"], numbers["people"], first[:NAMED]


class Holds:
    """What is held at a moment, read once."""

    def __init__(self, now: datetime) -> None:
        today = timezone.localdate(now)
        self.standing = list(
            Hold.objects.standing(today).select_related("work_group", "message", "placed_by")
        )
        self.is_hub_held = any(
            not hold.work_group_id and not hold.message_id for hold in self.standing
        )
        self.groups = {hold.work_group_id for hold in self.standing} - {None}
        self._free_kinds = set(names_that_leave_paused_hubs())
        self._single: dict[Where, int] = {}
        for message in filter(None, (hold.message for hold in self.standing)):
            if message.state == Message.State.QUEUED:
                day = max(timezone.localdate(message.due_at, LONDON), today)
                where = Where(day, message.work_group_id or 0, message.kind)
                self._single[where] = self._single.get(where, 0) + 1

    def about(self, kind: str, group: int | None, message: int | None = None) -> list[Hold]:
        """The holds that keep back all of a kind in a Work Group, or that one message."""
        if kind in self._free_kinds:
            return []
        return [
            hold
            for hold in self.standing
            if (hold.work_group_id in (None, group) and not hold.message_id)
            or (message and hold.message_id == message)
        ]

    def held_of(self, where: Where, messages: int) -> int:
        """How many of the messages of a line are kept back."""
        if where.kind in self._free_kinds:
            return 0
        if self.is_hub_held or where.group in self.groups:
            return messages
        return self._single.get(where, 0)


_PERSON = Concat("recipient", Value(" "), "recipient_name")


def _waiting(until: datetime, today: date) -> Any:
    """What waits and is due before then, each with the day on which it goes."""
    on_its_day = TruncDate("due_at", tzinfo=LONDON)
    found = Message.objects.waiting().filter(due_at__lt=until)
    return found.annotate(day=Greatest(on_its_day, Value(today, output_field=DateField())))


def _stopped(now: datetime, until: datetime) -> Any:
    """What somebody stopped from today on, each with the day on which it would go."""
    found = stopped_messages(now).filter(
        due_at__gte=begin_of(timezone.localdate(now)), due_at__lt=until
    )
    return found.annotate(day=TruncDate("due_at", tzinfo=LONDON))


def _counted(messages: Any) -> list[Any]:
    """How many there are of each line, and to how many people."""
    return list(
        messages.values("day", "work_group", "kind")
        .annotate(messages=Count("pk"), people=Count(_PERSON, distinct=True))
        .order_by()
    )


def _order(line: Line) -> Any:
    return line.where.day, line.group_name, line.words, line.is_foreseen, line.is_stopped


def _first_names(waiting: Any) -> dict[Where, list[Person]]:
    """The first people of each line, by name."""
    numbered = waiting.annotate(
        number=Window(
            RowNumber(),
            partition_by=[F("day"), F("work_group"), F("kind")],
            order_by=["recipient_name", "recipient", "pk"],
        )
    ).filter(number__lte=NAMED)
    fields = ("day", "work_group", "kind", "recipient_name", "recipient", "pk")
    first: dict[Where, dict[tuple[str, str], Person]] = {}
    for day, group, kind, name, address, pk in numbered.order_by("number").values_list(*fields):
        of_line = first.setdefault(Where(day, group or 0, kind), {})
        of_line.setdefault((name, address), Person(name, address, pk))
    return {where: list(people.values()) for where, people in first.items()}


def _lines_that_wait(
    counted: list[Any],
    first: dict[Where, list[Person]],
    names: dict[int | None, str],
    holds: Holds,
) -> Iterator[Line]:
    for row in counted:
        where = Where(row["day"], row["work_group"] or 0, row["kind"])
        yield Line(
            where=where,
            group_name=names.get(row["work_group"], ""),
            messages=row["messages"],
            people=row["people"],
            held=holds.held_of(where, row["messages"]),
            first=first.get(where, []),
        )


def _lines_foreseen(
    drafts: list[Draft], names: dict[int | None, str], holds: Holds
) -> Iterator[Line]:
    by_place: dict[Where, list[Draft]] = {}
    for draft in drafts:
        by_place.setdefault(place_of(draft), []).append(draft)
    for where, rows in by_place.items():
        people = people_of(rows)
        is_held = holds.is_hub_held or where.group in holds.groups
        yield Line(
            where=where,
            group_name=names.get(where.group or None, ""),
            messages=len(rows),
            people=len(people),
            held=len(rows) if is_held else 0,
            first=people[:NAMED],
            is_foreseen=True,
        )


def _lines_stopped(counted: list[Any], names: dict[int | None, str]) -> Iterator[Line]:
    for row in counted:
        yield Line(
            where=Where(row["day"], row["work_group"] or 0, row["kind"]),
            group_name=names.get(row["work_group"], ""),
            messages=row["messages"],
            people=row["people"],
            held=0,
            first=[],
            is_stopped=True,
        )


def _names_of_groups(ids: set[int | None]) -> dict[int | None, str]:
    groups = apps.get_model("workgroups.WorkGroup")._default_manager.filter(
        pk__in=[each for each in ids if each]
    )
    return {group.pk: str(group) for group in groups.order_by()}
