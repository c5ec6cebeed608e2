"""A participant has lost the link to the own page: mail it again."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.crypto import salted_hmac

from mathshub.outbox.models import Message
from mathshub.outbox.services import Draft, queue_messages
from mathshub.scope import current_hub
from sessions.times import london_day

MY_LINK: Final = "my-link"
"""The kind of message with the links of all participants who share a mailbox."""

MAILS_A_DAY = 3  # to one address, however often and from wherever it is asked for


@transaction.atomic
def mail_own_links(email: str, *, now: datetime) -> bool:
    """Queue the mail with the personal links of whoever reads ``email``, known or not.

    Whether the hub knows the address is looked up only when the mail is about to go, so that the
    page answers everyone alike and in the same time. Asking again while one waits adds none.
    False when the address has had its mails of the day, so that none goes.
    """
    address = email.strip().lower()
    prefix = f"{MY_LINK}:{current_hub().pk}:{_fingerprint(address)}:{london_day(now):%Y%m%d}:"
    today = list(Message.objects.filter(key__startswith=prefix).values_list("state", flat=True))
    if set(today) & set(Message.WAITING):
        return True
    if len(today) >= MAILS_A_DAY:
        return False
    # Of several requests at once the first one's key wins and the others add nothing.
    queue_messages(
        [Draft(kind=MY_LINK, key=f"{prefix}{len(today) + 1}", recipient=address)], now=now
    )
    return True


def _fingerprint(address: str) -> str:
    """Stands for the address in keys, which outlive it."""
    return salted_hmac("sessions.own_links", address, algorithm="sha256").hexdigest()[:32]
