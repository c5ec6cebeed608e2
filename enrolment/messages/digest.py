"""The hourly digest of new expressions of interest, to the hub's leads."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet

from enrolment.models import ExpressionOfInterest
from mathshub.daytime import is_daytime, next_daytime
from mathshub.links import absolute
from mathshub.outbox.kinds import Kind, Letter, register, register_foreseer, register_planner
from mathshub.outbox.models import Message
from mathshub.outbox.nights import night_around
from mathshub.outbox.services import Draft, queue_messages
from workgroups.models import HubMember

EOI_DIGEST = "eoi-digest"
EOI_DIGEST_TEMPLATE = "enrolment/email/eoi_digest"
DIGEST_ROLES = [HubMember.Role.ADMINISTRATOR, HubMember.Role.HUB_LEAD]
LOOK_BACK = timedelta(hours=48)
# An expression that was stamped before the hour ended may commit a little after it.
SETTLED_AFTER = timedelta(minutes=5)
HOUR = timedelta(hours=1)


def render_eoi_digest(message: Message, now: datetime) -> Letter:
    """To a hub lead: the expressions that came within one hour, or one night."""
    begins, ends = _told(message)
    return Letter(
        template=EOI_DIGEST_TEMPLATE,
        context={
            "expressions": list(_received_in(begins, ends)),
            "starts_at": begins,
            "ends_at": ends,
            "list_url": absolute(message.hub, "admin:enrolment_expressionofinterest_changelist"),
        },
    )


def why_eoi_digest_is_unwanted(message: Message, now: datetime) -> str:
    if not digest_readers().filter(pk=message.context["member"]).exists():
        return "no longer reads new expressions for the hub"
    if not _received_in(*_told(message)).exists():
        return "all of them were withdrawn"
    return ""


def plan_digests(now: datetime) -> int:
    """One digest a member of staff for each hour of the last 48 in which expressions came.

    Those of a night are gathered in one, which leaves in the morning.
    """
    end = _start_of_hour(now - SETTLED_AFTER)
    periods = [period for period in _periods_since(end - LOOK_BACK) if period[1] <= end]
    return queue_messages(list(_digests(periods, lambda ends: next_daytime(now))), now=now)


def foresee_digests(now: datetime, until: datetime) -> Iterator[Draft]:
    """What ``plan_digests`` will queue after ``now`` up to ``until``, of what has come by now."""
    end = _start_of_hour(now - SETTLED_AFTER)
    periods = [period for period in _periods_since(end - LOOK_BACK) if period[1] > end]
    for draft in _digests(periods, lambda ends: next_daytime(ends + SETTLED_AFTER)):
        if draft.due_at and now < draft.due_at <= until:
            yield draft


def _periods_since(begins: datetime) -> list[tuple[datetime, datetime]]:
    """The hours and nights in which expressions came, the one that is not over among them."""
    stamps = ExpressionOfInterest.objects.filter(submitted_at__gte=begins)
    return sorted({_period(stamp) for stamp in stamps.values_list("submitted_at", flat=True)})


def _digests(
    periods: list[tuple[datetime, datetime]], due_at: Callable[[datetime], datetime]
) -> Iterator[Draft]:
    """One for each reader who was one when the period ended; ``due_at`` gets that moment."""
    readers = list(digest_readers().select_related("account")) if periods else []
    for begins, ends in periods:
        for reader in readers:
            if reader.created_at < ends:
                yield _eoi_digest(reader, begins, ends, due_at=due_at(ends))


def _period(stamp: datetime) -> tuple[datetime, datetime]:
    """The hour of that moment; what would be told at night is gathered until the morning."""
    hour = _start_of_hour(stamp)
    if not is_daytime(hour):
        begins, ends = night_around(hour)
    elif not is_daytime(hour + HOUR):
        begins, ends = night_around(hour + HOUR)
    else:
        return hour, hour + HOUR
    return begins - HOUR, ends


def _eoi_digest(reader: HubMember, begins: datetime, ends: datetime, *, due_at: datetime) -> Draft:
    return Draft(
        kind=EOI_DIGEST,
        key=f"{EOI_DIGEST}:{reader.hub_id}:{begins:%Y-%m-%dT%H}:{reader.pk}",
        recipient=reader.account.email,
        recipient_name=reader.account.name,
        context={
            "hour": begins.isoformat(),
            "until": ends.isoformat(),
            "member": reader.pk,
        },
        due_at=due_at,
    )


def digest_readers() -> QuerySet[HubMember]:
    """The members of staff to whom digests go."""
    return HubMember.objects.filter(role__in=DIGEST_ROLES, account__is_active=True)


def _received_in(begins: datetime, ends: datetime) -> QuerySet[ExpressionOfInterest]:
    """The expressions of that time, but for those withdrawn since."""
    return (
        ExpressionOfInterest.objects.filter(submitted_at__gte=begins, submitted_at__lt=ends)
        .exclude(state=ExpressionOfInterest.State.WITHDRAWN)
        .select_related("school__local_authority", "offering__programme", "offering__academic_year")
        .order_by("submitted_at")
    )


def _start_of_hour(moment: datetime) -> datetime:
    """In UTC, so that the hour that comes twice in autumn has two keys."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _told(message: Message) -> tuple[datetime, datetime]:
    begins = datetime.fromisoformat(message.context["hour"])
    until = message.context.get("until")
    return begins, datetime.fromisoformat(until) if until else begins + HOUR


register(
    Kind(
        name=EOI_DIGEST,
        label="new expressions of interest, to staff",
        render=render_eoi_digest,
        unwanted=why_eoi_digest_is_unwanted,
        priority=Message.Priority.REMINDER,
        expires_after=timedelta(hours=24),
        leaves_by_day=True,
        template=EOI_DIGEST_TEMPLATE,
        optional=True,
    )
)
register_planner(plan_digests)
register_foreseer(foresee_digests)
