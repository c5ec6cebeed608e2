"""Delivering a claim: each message looked at again, written, handed over, and its end recorded.

    begin (an attempt counted), COMMIT | check, write | inflight, COMMIT | send | sent, COMMIT

Nothing here runs inside a transaction of ours: each step is committed when the next one begins, so
that whatever kills the sender, the row says how far it had come.
"""

import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from mathshub.outbox import account
from mathshub.outbox.answers import Verdict
from mathshub.outbox.claim import Claim, ClaimLost
from mathshub.outbox.letters import message_id, write_email
from mathshub.outbox.mailserver import MailServer, MailServerAway
from mathshub.outbox.models import Message
from mathshub.outbox.recheck import Objection, look_again
from mathshub.outbox.record import (
    record_refusal,
    record_silence,
    record_taken,
    record_unexplained,
)
from mathshub.outbox.wording import Wordings, wordings_of
from mathshub.scope import hub_scope

log = logging.getLogger(__name__)

State = Message.State
Clock = Callable[[], datetime]
# How many messages ended in each state; those put back count as queued.
Tally = Counter[str]


def never() -> bool:
    """Nobody asks the sender to stop."""
    return False


def deliver(
    claim: Claim, server: MailServer, *, clock: Clock, should_stop: Callable[[], bool] = never
) -> Tally:
    """Send the claimed messages over one connection; what can't be begun goes back.

    No message is begun with less lease left than twice the mail server's timeout: another sender
    might take it in hand before its end is recorded. It is asked again once the message is written
    and the server has let us in, which may take a while. What hubs have worded is read once for all:
    a change is in every message that is claimed after it.
    """
    tally: Tally = Counter()
    wordings = wordings_of(claim.messages)
    for message in claim.messages:
        if server.is_lost or should_stop() or _is_too_late(claim, clock()):
            break
        try:
            with hub_scope(message.hub):
                tally[_deliver_one(claim, message, wordings, server, clock)] += 1
        except ClaimLost:
            log.info("Message %s is no longer this sender's.", message.pk)
    tally[State.QUEUED] += claim.release_rest()
    return tally


def _is_too_late(claim: Claim, now: datetime) -> bool:
    """Whether the lease might end before a send that begins now."""
    return now >= claim.lease_until - 2 * timedelta(seconds=settings.EMAIL_TIMEOUT)


def _deliver_one(
    claim: Claim, message: Message, wordings: Wordings, server: MailServer, clock: Clock
) -> State:
    """One message to its end, or back into the queue; raises ``ClaimLost``."""
    message = claim.begin(message, now=clock())
    try:
        email = _look_again_and_write(message, wordings, clock())
    except Exception as error:
        log.exception("Message %s (%s) can't be written.", message.pk, message.kind)
        return record_unexplained(claim, message, now=clock(), last_error=repr(error))
    if isinstance(email, Objection):
        return _stand_down(claim, message, email)
    try:
        server.open()
    except MailServerAway as away:
        account.note_failure(str(away), now=clock())
        claim.put_back(message, attempts=message.attempts - 1, last_error=str(away)[:300])
        return State.QUEUED
    if _is_too_late(claim, clock()):
        claim.put_back(message, attempts=message.attempts - 1)
        return State.QUEUED
    claim.mark_inflight(message, message_id=message_id(message), subject=str(email.subject))
    return _send(claim, message, email, server, clock)


def _look_again_and_write(
    message: Message, wordings: Wordings, now: datetime
) -> EmailMultiAlternatives | Objection:
    """The e-mail as of ``now``, or what speaks against it; raises whatever its kind raises."""
    answer = look_again(message, now)
    if isinstance(answer, Objection):
        return answer
    return write_email(message, answer, wordings.words_for(message, answer.programme, now))


def _stand_down(claim: Claim, message: Message, objection: Objection) -> State:
    """Nothing was begun with the mail server: the attempt does not count."""
    uncounted = {"attempts": message.attempts - 1}
    if objection.state is State.QUEUED:
        claim.put_back(message, **uncounted)
    else:
        claim.finish(message, objection.state, state_reason=objection.reason, **uncounted)
    return objection.state


def _send(
    claim: Claim,
    message: Message,
    email: EmailMultiAlternatives,
    server: MailServer,
    clock: Clock,
) -> State:
    try:
        answer = server.send(email)
    except ValueError as error:
        log.exception("Message %s (%s) can't be put into bytes.", message.pk, message.kind)
        return record_unexplained(claim, message, now=clock(), last_error=repr(error))
    if server.is_lost:
        return record_silence(claim, message, answer, now=clock())
    if server.answers == 1:
        account.note_success()
    if answer.verdict is Verdict.TAKEN:
        return record_taken(claim, message, email, now=clock())
    return record_refusal(claim, message, answer, now=clock())
