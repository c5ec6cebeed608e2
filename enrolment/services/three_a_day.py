"""At most three mails a day to an address that nobody has confirmed: forms name strangers."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q, Value

from enrolment.models import ExpressionOfInterest, FurtherForm
from mathshub.outbox.models import Message

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MOST_MAILS = 3  # a day
# An hour. An office that types for a whole trust stays well below.
MOST_FORMS = 100
ABOUT_INTEREST = (
    *("eoi-received", "eoi-again", "eoi-joined", "eoi-copy"),
    *("eoi-handed-over", "eoi-link", "eoi-changed", "eoi-withdrawn"),
)
"""The kinds of mail that anybody can have sent to any address, by filling in the form."""
AT_A_PRESS = ("draft-link", "draft-nudge", "briefing-booked", "briefing-waiting")
"""Those that anybody can have sent by one press of a button."""
LOCK = 419  # any number with which nothing else in this database locks
MAIL, PRESS, FORM = "mail", "press", "form"


@dataclass(frozen=True)
class Lately:
    """What an address has had to do with us: mails queued within a day, forms within an hour."""

    mails: int
    at_a_press: int
    forms: int
    is_confirmed: bool

    @property
    def has_had_enough(self) -> bool:
        """Whether three mails are enough. An office may type for a whole trust, once confirmed."""
        return self.mails >= MOST_MAILS and not self.is_confirmed

    @property
    def has_pressed_enough(self) -> bool:
        """The same for mails at a press, of which nobody needs many, confirmed or not."""
        return self.has_had_enough or self.at_a_press >= MOST_MAILS

    @property
    def is_flooded(self) -> bool:
        """Whether so many forms name it that somebody may be abusing it."""
        return self.forms >= MOST_FORMS


def has_had_enough(address: str, *, now: datetime) -> bool:
    """Whether no more mail may be queued for the address today; as ``lately``."""
    return lately(address, now=now).has_had_enough


def has_pressed_enough(address: str, *, now: datetime) -> bool:
    """As ``has_had_enough``, for the kinds ``AT_A_PRESS``."""
    return lately(address, now=now).has_pressed_enough


def lately(address: str, *, now: datetime) -> Lately:
    """Ask in the transaction that queues the mail: until it ends, others with the address wait."""
    _wait_for_others(address)
    mails = Message.objects.filter(recipient__iexact=address, created_at__gt=now - DAY)
    named = Q(sender_email__iexact=address) | Q(headteacher_email__iexact=address)
    forms = ExpressionOfInterest.objects.filter(named, submitted_at__gt=now - HOUR)
    found = Counter(
        _called(MAIL, mails.filter(kind__in=ABOUT_INTEREST)).union(
            _called(PRESS, mails.filter(kind__in=AT_A_PRESS)), _called(FORM, forms), all=True
        )
    )
    sent = found[MAIL] + found[PRESS]
    return Lately(
        mails=sent,
        at_a_press=found[PRESS],
        forms=found[FORM],
        is_confirmed=sent >= MOST_MAILS and _is_confirmed(address, now),
    )


def _called(name: str, rows: Any) -> Any:
    return rows.order_by().annotate(what=Value(name)).values_list("what", flat=True)


def _is_confirmed(address: str, now: datetime) -> bool:
    lately = {"sender_email__iexact": address, "confirmed_at__gt": now - DAY}
    return any(
        kind.objects.filter(**lately).exists() for kind in (ExpressionOfInterest, FurtherForm)
    )


def _wait_for_others(address: str) -> None:
    """Forms that are sent at one moment must see each other's mails. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK, address.casefold()]
            )
