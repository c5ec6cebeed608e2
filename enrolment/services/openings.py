"""Telling those who asked that interest in a programme has opened: once, and then forgetting them."""

from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from enrolment.errors import TooManyWait
from enrolment.models import OpeningNotice
from enrolment.services.erasing import erase, in_batches
from enrolment.services.transactions import one_transaction
from mathshub.accounts.models import Account
from mathshub.outbox.models import Message
from mathshub.outbox.services import cancel_messages
from workgroups.models import Offering, Programme

WINDOW_OPENED = "window-opened"
MOST_WAITING = 1000  # addresses for one programme: several for each school of a large hub
# Then the address has served; a message that came too late for its window leaves it waiting.
_ENDED = [Message.State.SENT, Message.State.DEAD, Message.State.SUPPRESSED]


@one_transaction
def ask_to_be_told(
    email: str, *, programme: Programme, by: Account | None, now: datetime
) -> OpeningNotice:
    """Keep the address until the programme's window opens next; asked twice, it is kept once.

    No e-mail is sent now. Raises ``TooManyWait`` for one more than there is room for: an address
    that waits already gets the same answer as ever.
    """
    address = email.lower()
    waiting = OpeningNotice.objects.filter(programme=programme).aggregate(
        number=Count("pk"), with_address=Count("pk", filter=Q(email=address))
    )
    if waiting["number"] >= MOST_WAITING and not waiting["with_address"]:
        raise TooManyWait
    notice, _ = OpeningNotice.objects.update_or_create(
        programme=programme, email=address, defaults={"asked_at": now}
    )
    return notice


@one_transaction
def stop_waiting(notice: OpeningNotice, *, by: Account | None, now: datetime) -> None:
    """Delete the address, and cancel what was about to be sent to it."""
    cancel_messages(key_prefix=f"{WINDOW_OPENED}:{notice.pk}:", reason="asked not to be told")
    notice.delete()


def open_offerings(today: date) -> dict[int, Offering]:
    """By programme, the offering whose window is open on ``today``; of several the latest year's."""
    offerings = Offering.objects.open_to_interest(today).select_related("academic_year")
    return {each.programme_id: each for each in offerings.order_by("academic_year__start_year")}


def notices_to_forget(now: datetime) -> QuerySet:
    """Addresses that have been told, and those whose window has not opened for a year."""
    told = _told()
    waiting = OpeningNotice.objects.filter(pk__in=told).values_list("pk", "asked_at")
    served = [pk for pk, asked_at in waiting if told[pk] >= asked_at]
    return OpeningNotice.objects.kept_long_enough(now) | OpeningNotice.objects.filter(pk__in=served)


def forget_notices(now: datetime) -> int:
    """Delete them; returns how many."""
    return in_batches(notices_to_forget(now), lambda keys: erase(OpeningNotice, id__in=keys))


def _told() -> dict[int, datetime]:
    """When the last message about each ended notice was due, by the notice's id."""
    ended = Message.objects.filter(kind=WINDOW_OPENED, state__in=_ENDED).order_by("due_at")
    return {
        context["notice"]: due_at
        for context, due_at in ended.values_list("context", "due_at")
        if "notice" in context
    }
