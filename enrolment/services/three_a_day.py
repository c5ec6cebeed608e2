"""At most three mails a day to an address that nobody has confirmed: forms name strangers."""

from datetime import datetime, timedelta

from enrolment.models import ExpressionOfInterest
from mathshub.outbox.models import Message

DAY = timedelta(days=1)
MOST = 3
KINDS = ("draft-link", "draft-nudge", "eoi-received", "eoi-again", "eoi-joined")
"""The kinds of mail that anybody can have sent to any address, by filling in a form."""


def has_had_enough(address: str, *, now: datetime) -> bool:
    """Whether three of these mails have been queued for the address within a day.

    Not where somebody has confirmed it in that time: an office that types for a whole trust.
    """
    recent = Message.objects.filter(
        recipient__iexact=address, kind__in=KINDS, created_at__gt=now - DAY
    )
    if recent.count() < MOST:
        return False
    confirmed = ExpressionOfInterest.objects.filter(
        sender_email__iexact=address, confirmed_at__gt=now - DAY
    )
    return not confirmed.exists()
