"""To who waits for a programme’s window: it is open. One mail, then the address goes."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from django.utils import timezone

from enrolment.models import OpeningNotice
from enrolment.services.openings import WINDOW_OPENED, open_offerings
from enrolment.wording import WORDED_OPENING
from mathshub.links import absolute, make_token
from mathshub.outbox.kinds import Kind, Letter, register, register_foreseer, register_planner
from mathshub.outbox.models import Message
from mathshub.outbox.services import Draft, queue_messages
from workgroups.models import Offering

WINDOW_OPENED_TEMPLATE = "enrolment/email/window_opened"
FIRST_HOUR = time(8)  # in London, on the day that the window opens: nobody is to hear at midnight


def plan_window_opened(now: datetime) -> int:
    """One to each address that waits for a programme whose window is open."""
    offerings = open_offerings(timezone.localdate(now))
    if not offerings:
        return 0
    waiting = OpeningNotice.objects.filter(programme__in=list(offerings))
    drafts = [_window_opened(notice, offerings[notice.programme_id], now) for notice in waiting]
    return queue_messages(drafts, now=now)


def foresee_window_opened(now: datetime, until: datetime) -> Iterator[Draft]:
    """What ``plan_window_opened`` will queue after ``now`` up to ``until``, as things stand."""
    today, last = timezone.localdate(now), timezone.localdate(until)
    opening = Offering.objects.filter(opens_on__gt=today, opens_on__lte=last)
    for day in sorted(set(opening.values_list("opens_on", flat=True))):
        offerings = open_offerings(day)
        programmes = [key for key, each in offerings.items() if each.opens_on == day]
        for notice in OpeningNotice.objects.filter(programme__in=programmes):
            draft = _window_opened(notice, offerings[notice.programme_id], now)
            if draft.due_at and draft.due_at <= until:
                yield draft


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
        programme=offering.programme_id,
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


register(
    Kind(
        name=WINDOW_OPENED,
        label="interest has opened, to those who asked",
        render=render_window_opened,
        unwanted=why_window_opened_is_unwanted,
        priority=Message.Priority.REMINDER,
        template=WINDOW_OPENED_TEMPLATE,
        worded=WORDED_OPENING,
    )
)
register_planner(plan_window_opened)
register_foreseer(foresee_window_opened)
