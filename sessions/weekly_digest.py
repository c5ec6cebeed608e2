"""The weekly digest for hub leads: what waits and what is on this week; nothing when nothing is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from enrolment.messages.digest import digest_readers
from enrolment.models import ExpressionOfInterest, Place
from mathshub.daytime import LONDON, at_daytime, day_ends, is_daytime
from mathshub.links import absolute
from mathshub.outbox.kinds import Kind, Letter, register, register_foreseer, register_planner
from mathshub.outbox.models import Message
from mathshub.outbox.services import Draft, queue_messages
from sessions.models import Session
from sessions.times import london_day
from workgroups.models import HubMember, WorkGroup

WEEKLY_DIGEST: Final = "weekly-digest"
TEMPLATE = "sessions/email/weekly_digest"
MONDAY, AT = 0, time(7, 30)
A_WEEK = timedelta(days=7)
SHOWN = 12
"""Rows of each kind; the list behind the link has them all."""

_EOI, _PLACE = "enrolment_expressionofinterest", "enrolment_place"
_SESSION, _MESSAGE = "workgroup_sessions_session", "outbox_message"


@dataclass(frozen=True)
class Waiting:
    """So many of something, in words, with the list in the admin."""

    number: int
    words: str
    url: str


@dataclass(frozen=True)
class Week:
    """What one digest says."""

    waiting: list[Waiting]
    offers: list[Place]
    sessions: list[Session]
    sessions_url: str

    @property
    def is_empty(self) -> bool:
        return not self.waiting and not self.sessions


def week_of(hub: Any, now: datetime) -> Week:
    """As it stands at ``now`` in the hub, which is in scope; the same few queries for any number."""
    today = london_day(now)
    offers = list(
        Place.objects.unanswered()
        .select_related("school", "work_group")
        .order_by("reply_by", "school__name")
    )
    late = sum(place.reply_by is not None and place.reply_by < today for place in offers)
    unanswered = _words(len(offers), "offer unanswered", "offers unanswered")
    failed = Message.objects.failed().filter(due_at__gte=now - A_WEEK)
    lapsed = Place.objects.filter(state=Place.State.LAPSED, answered_at__gte=now - A_WEEK)
    new = ExpressionOfInterest.objects.new().count()
    rows = [
        (new, "new expression of interest", "new expressions of interest", _EOI, _NEW),
        (lapsed.count(), "offer lapsed", "offers lapsed", _PLACE, "state=lapsed"),
        (
            *(Place.objects.without_people(today).count(), "accepted place without a name"),
            *("accepted places without a name", _PLACE, "state=unnamed"),
        ),
        (failed.count(), "message failed", "messages failed", _MESSAGE, "state=failed"),
    ]
    waiting = [
        Waiting(number, _words(number, one, many), _list(hub, model, chips))
        for number, one, many, model, chips in rows
        if number
    ]
    if offers:
        words = f"{unanswered}, {late} late" if late else unanswered
        waiting.insert(bool(new), Waiting(len(offers), words, _list(hub, _PLACE, "state=offered")))
    return Week(
        waiting=waiting,
        offers=offers[:SHOWN],
        sessions=_sessions(now),
        sessions_url=_list(hub, _SESSION, "when=this-week"),
    )


_NEW = "state=received&appetite=yes"


def plan_weekly_digests(now: datetime) -> int:
    """A planner: on Mondays from half past seven, one to each reader, if there is anything to say."""
    local = now.astimezone(LONDON)
    if local.weekday() != MONDAY or local.time() < AT or not is_daytime(now):
        return 0
    monday = local.date()
    readers = {
        _key(member, monday): member for member in digest_readers().select_related("account")
    }
    known = set(Message.objects.filter(key__in=readers).values_list("key", flat=True))
    new = {key: member for key, member in readers.items() if key not in known}
    if not new or week_of(next(iter(new.values())).hub, now).is_empty:
        return 0
    return queue_messages([_draft(member, monday, now) for member in new.values()], now=now)


def foresee_weekly_digests(now: datetime, until: datetime) -> Iterator[Draft]:
    """What ``plan_weekly_digests`` will queue after ``now`` up to ``until``, if there is news."""
    today = london_day(now)
    monday = today + timedelta(days=-today.weekday() % 7)
    readers = list(digest_readers().select_related("account"))
    while (due_at := at_daytime(monday, AT)) <= until:
        if due_at > now:
            yield from (_draft(member, monday, due_at) for member in readers)
        monday += A_WEEK


def render_weekly_digest(message: Message, now: datetime) -> Letter:
    """To a hub lead: the figures with their lists, the offers, this week's sessions."""
    return Letter(
        template=TEMPLATE,
        context={
            "week": week_of(message.hub, now),
            "monday": london_day(now),
            "today": london_day(now),
            "admin_url": absolute(message.hub, "admin:index"),
        },
    )


def why_weekly_digest_is_unwanted(message: Message, now: datetime) -> str:
    if not digest_readers().filter(pk=message.context["member"]).exists():
        return "no longer reads digests of the hub"
    return "nothing waits any more" if week_of(message.hub, now).is_empty else ""


def _sessions(now: datetime) -> list[Session]:
    """From now to Sunday, in groups that are shown."""
    today = london_day(now)
    sunday = today + timedelta(days=6 - today.weekday())
    end = datetime.combine(sunday + timedelta(days=1), time(0), tzinfo=LONDON)
    return list(
        Session.objects.between(now, end)
        .filter(work_group__in=WorkGroup.objects.public())
        .select_related("work_group")
        .order_by("starts_at", "pk")
    )


def _draft(member: HubMember, monday: date, due_at: datetime) -> Draft:
    return Draft(
        kind=WEEKLY_DIGEST,
        key=_key(member, monday),
        recipient=member.account.email,
        recipient_name=member.account.name,
        context={"member": member.pk},
        due_at=due_at,
        expires_at=datetime.combine(monday, day_ends(), tzinfo=LONDON).astimezone(UTC),
    )


def _key(member: HubMember, monday: date) -> str:
    return f"{WEEKLY_DIGEST}:{member.hub_id}:{monday:%Y%m%d}:{member.pk}"


def _words(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _list(hub: Any, model: str, chips: str) -> str:
    return f"{absolute(hub, f'admin:{model}_changelist')}?{chips}"


register(
    Kind(
        name=WEEKLY_DIGEST,
        label="weekly digest, to hub leads",
        render=render_weekly_digest,
        unwanted=why_weekly_digest_is_unwanted,
        priority=Message.Priority.REMINDER,
        expires_after=timedelta(hours=11),
        template=TEMPLATE,
        leaves_by_day=True,
        optional=True,
    )
)
register_planner(plan_weekly_digests)
register_foreseer(foresee_weekly_digests)
