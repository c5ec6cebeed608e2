"""One sweep: put back what was left behind, claim what is due, send it, say that all is well."""

import logging
import urllib.request
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from mathshub.outbox import account
from mathshub.outbox.claim import BATCH, claim_due, reap
from mathshub.outbox.deliver import Clock, Tally, deliver, never
from mathshub.outbox.mailserver import MailServer
from mathshub.outbox.models import Heartbeat
from mathshub.scope import all_hubs

log = logging.getLogger(__name__)

SWEEP = "sweep"
PING = "ping"
# No batch is begun after so long: tasks have a time limit, and the next sweep is never far.
LONGEST_SWEEP = timedelta(seconds=30)
# A sweep that has much to send must not leave what others left behind until it is through.
BETWEEN_REAPS = timedelta(seconds=2)
BETWEEN_PINGS = timedelta(minutes=1)
PING_TIMEOUT = 3  # seconds


def sweep(*, clock: Clock = timezone.now, should_stop: Callable[[], bool] = never) -> Tally:
    """Send what is due, batch by batch, as far as the rate allows. Any number may run at once.

    Call outside transactions. Returns how many messages ended in which state.
    """
    tally: Tally = Counter()
    next_reap = clock()
    last_batch = next_reap + LONGEST_SWEEP
    with all_hubs("the outbox sends for every hub"):
        while clock() < last_batch and not should_stop():
            if clock() >= next_reap:
                reap(clock())
                next_reap = clock() + BETWEEN_REAPS
            batch = _send_batch(clock, should_stop)
            if not batch:
                break
            tally += batch
    _note(SWEEP, clock())
    _ping(clock())
    return tally


def _send_batch(clock: Clock, should_stop: Callable[[], bool]) -> Tally:
    """Claim no more than may be sent at once, send it, give back the tokens that were not used."""
    tally: Tally = Counter()
    sender = account.new_sender()
    tokens = account.take_tokens(BATCH, now=clock(), sender=sender)
    claim = claim_due(tokens, now=clock())
    with MailServer() as server:
        if claim.messages:
            tally = deliver(claim, server, clock=clock, should_stop=should_stop)
    if tokens:
        account.return_tokens(tokens - server.sends, now=clock(), sender=sender)
    return tally


def _note(name: str, now: datetime) -> None:
    Heartbeat.objects.update_or_create(name=name, defaults={"at": now})


def _ping(now: datetime) -> None:
    """Tell the watcher outside, once a minute and only while mail can leave, that all is well.

    It raises the alarm when it has heard nothing for a while; nothing here depends on its answer.
    """
    lately = Heartbeat.objects.filter(name=PING, at__gt=now - BETWEEN_PINGS)
    if not settings.PING_URL or account.is_failing() or lately.exists():
        return
    _note(PING, now)
    try:
        urllib.request.urlopen(settings.PING_URL, timeout=PING_TIMEOUT).close()  # noqa: S310
    except (OSError, ValueError) as error:
        log.warning("The ping to the watcher failed: %s", error)
