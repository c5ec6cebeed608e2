"""A letter as its reader would have it, shown to staff beforehand; nothing is written or sent."""

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from mathshub.outbox.admin.words import without_links
from mathshub.outbox.kinds import kind_named, names_that_keep_no_text
from mathshub.outbox.models import Message
from mathshub.outbox.services import Draft, queue_messages
from mathshub.outbox.wording_preview import write_as_it_would_go

log = logging.getLogger(__name__)
FOR_ITS_READER = "It carries a secret for its reader alone, so it is not shown."
CANNOT_BE_WRITTEN = "It can’t be shown beforehand: something that it tells of is not there yet."


@dataclass(frozen=True)
class Preview:
    """Subject and text; or, with no subject, why there is none."""

    reader: str
    subject: str = ""
    text: str = ""
    none: str = ""


def preview_of(message: Message, *, at: datetime | None = None) -> Preview:
    """The letter as it is when due, or ``at``, without the links that are its reader's alone."""
    at = at or message.due_at
    reader = message.recipient_name or message.recipient
    if message.kind in names_that_keep_no_text():
        return Preview(reader, none=FOR_ITS_READER)
    try:
        with transaction.atomic():
            answer = kind_named(message.kind).letter_or_reason(message, at)
            if isinstance(answer, str):
                return Preview(reader, none=f"As things stand it would not be sent: {answer}.")
            email = write_as_it_would_go(message, answer, at)
    except Exception:
        log.exception("Message %s (%s) can't be shown beforehand.", message.pk, message.kind)
        return Preview(reader, none=CANNOT_BE_WRITTEN)
    return Preview(reader, str(email.subject), without_links(str(email.body)))


def preview_of_draft(draft: Draft, now: datetime) -> Preview:
    """The same of a message that is not written yet."""
    with transaction.atomic():
        queue_messages([draft], now=now)
        preview = preview_of(Message.objects.select_related("hub").get(key=draft.key))
        transaction.set_rollback(True)
    return preview
