"""What becomes of a message after the mail server's answer, or without one."""

from datetime import datetime

from django.core.mail import EmailMultiAlternatives
from django.db import transaction

from mathshub.outbox import account, retry
from mathshub.outbox.answers import Answer, Verdict
from mathshub.outbox.claim import NEVER_TAKEN, Claim
from mathshub.outbox.models import Message
from mathshub.outbox.suppression import suppress

State = Message.State


def record_taken(
    claim: Claim, message: Message, email: EmailMultiAlternatives, *, now: datetime
) -> State:
    """The mail server has it: sent, with the words that the reader will see."""
    claim.finish(
        message,
        State.SENT,
        sent_at=now,
        state_reason="",
        last_code=250,
        last_error="",
        text_body=str(email.body),
        html_body=str(email.alternatives[0][0]),
    )
    return State.SENT


def record_refusal(claim: Claim, message: Message, answer: Answer, *, now: datetime) -> State:
    """The mail server said no: put off, or dead; with the mailbox gone, its address suppressed."""
    said = {"last_code": answer.code, "last_error": answer.words[:300]}
    if answer.verdict is Verdict.LATER:
        refusals = message.deferrals + 1
        when = retry.next_try(retry.REFUSED, failures=refusals, pk=message.pk, now=now)
        return _put_off(claim, message, when, deferrals=refusals, **said)
    words = f"{answer.code} {answer.words}"
    if answer.verdict is Verdict.NO_SUCH_MAILBOX:
        with transaction.atomic():
            suppress(message.recipient, reason=words)
            claim.finish(
                message, State.DEAD, state_reason=f"The address refuses mail: {words}"[:200], **said
            )
        return State.DEAD
    reason = f"The mail server refused this message: {words}"
    claim.finish(message, State.DEAD, state_reason=reason[:200], **said)
    return State.DEAD


def record_silence(claim: Claim, message: Message, answer: Answer, *, now: datetime) -> State:
    """The connection was lost. Unless the text had begun the attempt does not count.

    The message steps behind the others, so that one at which the server hangs up each time does
    not hold up all.
    """
    rests_until = account.note_failure(answer.words, now=now)
    if answer.verdict is Verdict.UNKNOWN:
        return record_unexplained(
            claim, message, now=now, last_error=answer.words, maybe_duplicate=True
        )
    when = rests_until + retry.SHORTEST_REST
    claim.put_back(
        message,
        attempts=message.attempts - 1,
        due_at=when if when < message.expires_at else message.due_at,
        last_code=answer.code,
        last_error=answer.words[:300],
    )
    return State.QUEUED


def record_unexplained(
    claim: Claim,
    message: Message,
    *,
    now: datetime,
    last_error: str,
    maybe_duplicate: bool = False,
) -> State:
    """The attempt failed in a way that may be the message's own: a few more, then dead."""
    failures = message.attempts - message.deferrals
    said = {
        "last_code": None,
        "last_error": last_error[:300],
        "maybe_duplicate": message.maybe_duplicate or maybe_duplicate,
    }
    if failures >= retry.MAX_UNEXPLAINED:
        reason = f"It failed {failures} times: {last_error}"
        claim.finish(message, State.DEAD, state_reason=reason[:200], **said)
        return State.DEAD
    when = retry.next_try(retry.UNEXPLAINED, failures=failures, pk=message.pk, now=now)
    return _put_off(claim, message, when, **said)


def _put_off(claim: Claim, message: Message, when: datetime, **said: object) -> State:
    """Try again at ``when``, unless it will have expired."""
    if when < message.expires_at:
        claim.put_back(message, due_at=when, **said)
        return State.QUEUED
    claim.finish(message, State.DEAD, state_reason=NEVER_TAKEN, **said)
    return State.DEAD
