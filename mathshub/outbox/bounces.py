"""Mail that was taken and came back, or was complained of: noted on its message, its address left alone."""

import logging
from datetime import datetime, timedelta
from enum import Enum

from django.db import transaction

from mathshub.outbox.models import Message
from mathshub.outbox.suppression import suppress
from mathshub.scope import all_hubs, hub_scope

log = logging.getLogger(__name__)

# Providers that give messages numbers of their own tell the address alone; so far back it is meant.
NEWEST_FOR = timedelta(days=7)


class BounceKind(Enum):
    """What became of a message after its mail server had taken it."""

    PERMANENT = "The address refuses mail"
    GAVE_UP = "It could not be delivered"
    COMPLAINT = "The reader reported it as unwanted"

    @property
    def ends_address(self) -> bool:
        """Whether nothing more goes there: not where the next message may well arrive."""
        return self is not BounceKind.GAVE_UP


def record_bounce(
    *,
    message_id: str,
    address: str,
    kind: BounceKind,
    reason: str,
    now: datetime,
    known_by_address: bool = False,
) -> Message | None:
    """Note that a message came back; returns it, or None where none of ours is meant.

    The message stays as it is but for that, so that it makes no difference whether its sender has
    marked it sent yet, or sends it again. The first report stands.

    ``address`` is the one that failed. Where that is not the message's own, as with a list that
    hands it on, nothing is said against the message's. ``known_by_address`` says that the report
    can be trusted, so that the newest message to the address is meant where no Message-ID fits.
    """
    with all_hubs("a report names a message of any hub"):
        message = _message_with(message_id)
        if message is None and known_by_address:
            message = _newest_to(address, now)
    if message is None:
        log.info("A delivery report names no message of ours.")
        return None
    is_its_own = not address or address.casefold() == message.recipient.casefold()
    words = f"{kind.value}: {reason}" if reason else f"{kind.value}."
    with hub_scope(message.hub), transaction.atomic():
        if kind.ends_address and is_its_own:
            suppress(message.recipient, reason=words)
        elif not is_its_own:
            words = f"It was handed on to another address. {words}"
        Message.objects.filter(pk=message.pk, came_back_at=None).update(
            came_back_at=now, came_back_because=words[:200]
        )
        message.refresh_from_db()
    return message


def _message_with(message_id: str) -> Message | None:
    if not message_id:
        return None
    found: Message | None = (
        Message.objects.filter(message_id=message_id).select_related("hub").first()
    )
    return found


def _newest_to(address: str, now: datetime) -> Message | None:
    """The newest that a mail server has been given."""
    recent = Message.objects.filter(
        recipient__iexact=address, created_at__gt=now - NEWEST_FOR
    ).exclude(message_id="")
    found: Message | None = recent.select_related("hub").order_by("-id").first()
    return found
