"""Messages about interest: the acknowledgement to the school, the hourly digest to the hub, and the
one that somebody asked for who waits for a window.

“place-offered” and “seat-named” are queued here and registered by ``sessions``: they say when the
next session is.
"""

from datetime import UTC, datetime, time, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from enrolment.models import ExpressionOfInterest, OpeningNotice
from enrolment.services.interest import EOI_RECEIVED
from enrolment.services.openings import WINDOW_OPENED, open_offerings
from mathshub.links import absolute, make_token
from mathshub.outbox.kinds import Kind, Letter, register, register_planner
from mathshub.outbox.models import Message
from mathshub.outbox.services import Draft, queue_messages
from workgroups.models import HubMember, Offering

EOI_DIGEST = "eoi-digest"
EOI_RECEIVED_TEMPLATE = "enrolment/email/eoi_received"
EOI_DIGEST_TEMPLATE = "enrolment/email/eoi_digest"
DIGEST_ROLES = [HubMember.Role.ADMINISTRATOR, HubMember.Role.HUB_LEAD]
LOOK_BACK = timedelta(hours=48)
# An expression that was stamped before the hour ended may commit a little after it.
SETTLED_AFTER = timedelta(minutes=5)
HOUR = timedelta(hours=1)
WINDOW_OPENED_TEMPLATE = "enrolment/email/window_opened"
FIRST_HOUR = time(8)  # in London, on the day that the window opens: nobody is to hear at midnight


def render_eoi_received(message: Message, now: datetime) -> Letter:
    """To the headteacher: we have it, its reference, what happens next and when."""
    expression = _expression(message)
    token = make_token("manage", expression.pk, expression.link_generation)
    return Letter(
        template=EOI_RECEIVED_TEMPLATE,
        context={
            "expression": expression,
            "facts": _facts(expression),
            "manage_url": absolute(expression.hub, "enrolment:manage_interest", token),
        },
    )


def why_eoi_received_is_unwanted(message: Message, now: datetime) -> str:
    if _expression(message).state == ExpressionOfInterest.State.WITHDRAWN:
        return "the school withdrew its interest"
    return ""


def render_eoi_digest(message: Message, now: datetime) -> Letter:
    """To a hub lead: the expressions that came within one hour."""
    return Letter(
        template=EOI_DIGEST_TEMPLATE,
        context={
            "expressions": list(_received_in(_hour(message))),
            "starts_at": _hour(message),
            "ends_at": _hour(message) + HOUR,
            "list_url": absolute(message.hub, "admin:enrolment_expressionofinterest_changelist"),
        },
    )


def why_eoi_digest_is_unwanted(message: Message, now: datetime) -> str:
    if not _digest_readers().filter(pk=message.context["member"]).exists():
        return "no longer reads new expressions for the hub"
    if not _received_in(_hour(message)).exists():
        return "all of them were withdrawn"
    return ""


def plan_digests(now: datetime) -> int:
    """One digest a member of staff for each hour of the last 48 in which expressions came."""
    end = _start_of_hour(now - SETTLED_AFTER)
    stamps = ExpressionOfInterest.objects.filter(
        submitted_at__gte=end - LOOK_BACK, submitted_at__lt=end
    ).values_list("submitted_at", flat=True)
    hours = sorted({_start_of_hour(stamp) for stamp in stamps})
    if not hours:
        return 0
    readers = list(_digest_readers().select_related("account"))
    drafts = [
        _eoi_digest(reader, hour)
        for hour in hours
        for reader in readers
        if reader.created_at < hour + HOUR
    ]
    return queue_messages(drafts, now=now)


def _eoi_digest(reader: HubMember, hour: datetime) -> Draft:
    return Draft(
        kind=EOI_DIGEST,
        key=f"{EOI_DIGEST}:{reader.hub_id}:{hour:%Y-%m-%dT%H}:{reader.pk}",
        recipient=reader.account.email,
        recipient_name=reader.account.name,
        context={"hour": hour.isoformat(), "member": reader.pk},
    )


def plan_window_opened(now: datetime) -> int:
    """One to each address that waits for a programme whose window is open."""
    offerings = open_offerings(timezone.localdate(now))
    if not offerings:
        return 0
    waiting = OpeningNotice.objects.filter(programme__in=list(offerings))
    drafts = [_window_opened(notice, offerings[notice.programme_id], now) for notice in waiting]
    return queue_messages(drafts, now=now)


def _window_opened(notice: OpeningNotice, offering: Offering, now: datetime) -> Draft:
    assert offering.opens_on  # it is open
    assert offering.closes_on
    first = timezone.make_aware(datetime.combine(offering.opens_on, FIRST_HOUR))
    closed = timezone.make_aware(datetime.combine(offering.closes_on + timedelta(days=1), time.min))
    return Draft(
        kind=WINDOW_OPENED,
        key=f"{WINDOW_OPENED}:{notice.pk}:{offering.pk}:{offering.opens_on}",
        recipient=notice.email,
        context={"notice": notice.pk, "offering": offering.pk},
        due_at=max(first, now),
        expires_at=closed,
    )


def render_window_opened(message: Message, now: datetime) -> Letter:
    """To who asked for it: it is open, until when, the form, and that the address goes now."""
    notice = OpeningNotice.objects.get(pk=message.context["notice"])
    offering = _offering_of(message)
    token = make_token("opening", notice.pk, notice.link_generation)
    return Letter(
        template=WINDOW_OPENED_TEMPLATE,
        context={
            "offering": offering,
            "form_url": absolute(message.hub, "enrolment:express_interest", offering.pk),
            "page_url": absolute(message.hub, "site:show_programme", offering.programme.slug),
            "stop_url": absolute(message.hub, "enrolment:stop_hearing", token),
        },
    )


def why_window_opened_is_unwanted(message: Message, now: datetime) -> str:
    if not OpeningNotice.objects.filter(pk=message.context["notice"]).exists():
        return "the address is no longer kept"
    if not _offering_of(message).is_open_to_interest(timezone.localdate(now)):
        return "the window is no longer open"
    return ""


def _offering_of(message: Message) -> Offering:
    offerings = Offering.objects.select_related("programme", "academic_year")
    return offerings.get(pk=message.context["offering"])


def _digest_readers() -> QuerySet[HubMember]:
    return HubMember.objects.filter(role__in=DIGEST_ROLES, account__is_active=True)


def _received_in(hour: datetime) -> QuerySet[ExpressionOfInterest]:
    """The expressions of the hour that begins then, but for those withdrawn since."""
    return (
        ExpressionOfInterest.objects.filter(submitted_at__gte=hour, submitted_at__lt=hour + HOUR)
        .exclude(state=ExpressionOfInterest.State.WITHDRAWN)
        .select_related("school__local_authority", "offering__programme", "offering__academic_year")
        .order_by("submitted_at")
    )


def _facts(expression: ExpressionOfInterest) -> list[tuple[str, str]]:
    people = expression.intended_participants.all()
    return [
        ("Reference", expression.reference),
        ("School", expression.school_name),
        ("Programme", str(expression.offering.programme)),
        ("Year", str(expression.offering.academic_year)),
        ("Taking part", ", ".join(person.name for person in people) or "names to follow"),
    ]


def _start_of_hour(moment: datetime) -> datetime:
    """In UTC, so that the hour that comes twice in autumn has two keys."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _hour(message: Message) -> datetime:
    return datetime.fromisoformat(message.context["hour"])


def _expression(message: Message) -> ExpressionOfInterest:
    return ExpressionOfInterest.objects.select_related(
        "hub", "school__local_authority", "offering__programme", "offering__academic_year"
    ).get(pk=message.context["expression"])


register(
    Kind(
        name=EOI_RECEIVED,
        label="expression of interest received",
        render=render_eoi_received,
        unwanted=why_eoi_received_is_unwanted,
        template=EOI_RECEIVED_TEMPLATE,
    )
)
register(
    Kind(
        name=EOI_DIGEST,
        label="new expressions of interest, to staff",
        render=render_eoi_digest,
        unwanted=why_eoi_digest_is_unwanted,
        priority=Message.Priority.REMINDER,
        expires_after=timedelta(hours=24),
        template=EOI_DIGEST_TEMPLATE,
    )
)
register(
    Kind(
        name=WINDOW_OPENED,
        label="interest has opened, to those who asked",
        render=render_window_opened,
        unwanted=why_window_opened_is_unwanted,
        priority=Message.Priority.REMINDER,
        template=WINDOW_OPENED_TEMPLATE,
    )
)
register_planner(plan_digests)
register_planner(plan_window_opened)
