"""The mail account: how much goes and over how many connections; leaving a server alone that is away."""

import logging
from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.db import transaction

from mathshub.outbox.answers import without_addresses
from mathshub.outbox.claim import LEASE
from mathshub.outbox.models import MailAccount
from mathshub.outbox.retry import rest_after

log = logging.getLogger(__name__)

NAME = "default"
# A fifth of a minute's worth may go at once: after a quiet time no minute sees more than 1.2 times
# the rate, which for the default of 25 is Exchange Online's limit of 30.
BURST = 1 / 5
ALERT_AFTER = 2  # failed connections in a row


def capacity() -> float:
    """The most tokens that gather while nothing is sent; at least one."""
    return max(1.0, settings.EMAIL_RATE_PER_MINUTE * BURST)


def tokens_at(account: MailAccount, now: datetime) -> float:
    """The tokens at hand at ``now``, counted on from when they were last counted."""
    seconds = max(0.0, (now - account.counted_at).total_seconds())
    return min(capacity(), account.tokens + seconds * settings.EMAIL_RATE_PER_MINUTE / 60)


def new_sender() -> str:
    """A name for one batch's sender; an empty one where any number may talk to the server."""
    return uuid4().hex if settings.EMAIL_CONNECTIONS else ""


def take_tokens(wanted: int, *, now: datetime, sender: str = "") -> int:
    """Take up to ``wanted`` whole tokens; none while the mail server is left alone.

    With a ``sender``'s name a connection is taken too, and there are no tokens where as many are
    open as the account may have. It is free again when the tokens are returned, or when the lease
    of what was claimed with them is over.
    """
    with transaction.atomic():
        account = _locked(now)
        if account.rests_until and account.rests_until > now:
            return 0
        at_hand = tokens_at(account, now)
        taken = min(wanted, int(at_hand))
        if sender and not (taken and _take_connection(account, sender, now)):
            return 0
        _count(account, at_hand - taken, now)
    return taken


def return_tokens(count: int, *, now: datetime, sender: str = "") -> None:
    """Give back tokens that no message needed, and the sender's connection."""
    if not count and not sender:
        return
    with transaction.atomic():
        account = _locked(now)
        account.connections.pop(sender, None)
        _count(account, min(capacity(), tokens_at(account, now) + count), now)


def note_failure(error: str, *, now: datetime) -> datetime:
    """The mail server could not be reached: leave it alone for a while; returns until when.

    One alert is given, an error in the log, when a second try has failed too: connections that
    break once are everyday life. Whom the server names in ``error`` is told to nobody: all hubs
    see it.
    """
    said = without_addresses(error)
    with transaction.atomic():
        account = _locked(now)
        account.failures += 1
        if account.failures == ALERT_AFTER:
            log.error("The mail server can't be reached, messages wait: %s", said)
        account.failing_since = account.failing_since or now
        account.rests_until = now + rest_after(account.failures)
        account.last_error = said[:300]
        account.save(update_fields=["failures", "failing_since", "rests_until", "last_error"])
    return account.rests_until


def note_success() -> None:
    """The mail server answered; forget the failures."""
    if MailAccount.objects.filter(name=NAME, failures__gt=0).update(
        failures=0, failing_since=None, rests_until=None, last_error=""
    ):
        log.warning("The mail server can be reached again.")


def is_failing() -> bool:
    """Whether the last tries to reach the mail server failed, so often that it was an alert."""
    return MailAccount.objects.filter(name=NAME, failures__gte=ALERT_AFTER).exists()


def _locked(now: datetime) -> MailAccount:
    """The account's row, made when first asked for, locked until the transaction ends."""
    account, _ = MailAccount.objects.select_for_update().get_or_create(
        name=NAME, defaults={"tokens": capacity(), "counted_at": now}
    )
    return account


def _take_connection(account: MailAccount, sender: str, now: datetime) -> bool:
    """Whether there was one left."""
    held = {
        other: until
        for other, until in account.connections.items()
        if datetime.fromisoformat(until) > now
    }
    if len(held) >= settings.EMAIL_CONNECTIONS:
        return False
    account.connections = held | {sender: (now + LEASE).isoformat()}
    return True


def _count(account: MailAccount, tokens: float, now: datetime) -> None:
    account.tokens, account.counted_at = tokens, now
    account.save(update_fields=["tokens", "counted_at", "connections"])
