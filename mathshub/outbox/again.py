"""Sending once more what a mail server has taken: a new message, rendered afresh; the old one stays."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone

from mathshub.outbox.kinds import is_registered, kind_named, names_that_keep_no_text
from mathshub.outbox.letters import why_not_addressable
from mathshub.outbox.models import AGAIN, Message
from mathshub.outbox.opt_out import those_who_want_no_more
from mathshub.outbox.recheck import NOT_WANTED, SUPPRESSED
from mathshub.outbox.services import Draft, queue_messages
from mathshub.outbox.suppression import suppressed_among
from mathshub.outbox.wording_preview import write_as_it_would_go

log = logging.getLogger(__name__)

State = Message.State
APART = timedelta(minutes=10)
"""So long lies between two sendings of one message: a second click comes sooner."""

NOT_SENT = "Only a message that was handed to the mail server is sent once more."
FOR_ONE_USE = (
    "It carried a link or code for one use, which is never sent a second time: its reader asks for "
    "a new one."
)
KIND_GONE = "Messages of this kind are no longer sent."
WAITS = "It waits to be sent once more already."
UNWRITTEN = "It can't be written now: what it was about may have been deleted."

Families = Mapping[str, list[Message]]


@dataclass(frozen=True)
class OnceMore:
    """Which messages go once more, and why the others don't, each by the number of its row."""

    going: list[Message]
    refused: list[tuple[Message, str]]


def family_of(message: Message) -> list[Message]:
    """The message that was sent first and those that repeat it, in the order of their making."""
    return _families([message])[message.first_key]


def look_at(messages: Iterable[Message], *, now: datetime) -> OnceMore:
    """What may go once more, as far as that can be said of many in four queries.

    Whether each is still true is looked at when it leaves, as with every message; ``email_now``
    tells it beforehand of one.
    """
    messages = list(messages)
    families = _families(messages)
    suppressed = suppressed_among(each.recipient for each in messages)
    unwilling = those_who_want_no_more(messages)
    found = OnceMore([], [])
    taken: set[str] = set()
    for message in messages:
        reason = _why_not(message, families, now)
        if not reason and message.recipient in suppressed:
            reason = SUPPRESSED
        if not reason and message.pk in unwilling:
            reason = NOT_WANTED
        if not reason and message.first_key in taken:
            reason = WAITS
        if reason:
            found.refused.append((message, reason))
        else:
            taken.add(message.first_key)
            found.going.append(message)
    return found


def email_now(message: Message, *, now: datetime) -> EmailMultiAlternatives | str:
    """The e-mail that would go if the message went once more now, or why it would not."""
    try:
        answer = kind_named(message.kind).letter_or_reason(message, now)
        return answer if isinstance(answer, str) else write_as_it_would_go(message, answer, now)
    except Exception:  # whatever a kind raises: its rows may have been deleted
        log.exception("Message %s (%s) can't be written again.", message.pk, message.kind)
        return UNWRITTEN


@transaction.atomic
def send_once_more(messages: Iterable[Message], *, by: Any, now: datetime) -> OnceMore:
    """Queue each of the messages once more, where nothing speaks against it.

    The new rows have keys of their own, which name the first one, and say ``by`` whom. Who clicks
    twice finds them waiting.
    """
    numbers = sorted(each.pk for each in messages)
    locked = Message.objects.select_for_update().filter(pk__in=numbers).order_by("pk")
    found = look_at(locked, now=now)
    families = _families(found.going)
    queue_messages(
        [_draft(each, _next_number(families[each.first_key]), by, now) for each in found.going],
        now=now,
    )
    return found


def _why_not(message: Message, families: Families, now: datetime) -> str:
    """What its own row and those that repeat it say against sending it once more."""
    if message.kind in names_that_keep_no_text():
        return FOR_ONE_USE
    if not is_registered(message.kind):
        return KIND_GONE
    if message.state != State.SENT:
        return NOT_SENT
    family = families[message.first_key]
    if any(each.state in Message.WAITING for each in family):
        return WAITS
    last = max((each.sent_at for each in family if each.sent_at), default=None)
    if last and now < last + APART:
        return _too_soon(last)
    return why_not_addressable(message.recipient)


def _too_soon(last: datetime) -> str:
    left, free = (timezone.localtime(at) for at in (last, last + APART))
    return f"It left at {left:%H:%M}; it can be sent once more from {free:%H:%M} on."


def _families(messages: list[Message]) -> dict[str, list[Message]]:
    """By the first one's key; one query, which an index by recipient answers."""
    families: dict[str, list[Message]] = {each.first_key: [] for each in messages}
    kin = Message.objects.filter(
        recipient__in={each.recipient for each in messages},
        kind__in={each.kind for each in messages},
    )
    for each in kin.defer("text_body", "html_body").order_by("pk"):
        if each.first_key in families:
            families[each.first_key].append(each)
    return families


def _next_number(family: list[Message]) -> int:
    """Counted on from the last one: the first ones may have been deleted by now.

    What its reader asked for again has the time in place of a number.
    """
    numbers = [each.key.partition(AGAIN)[2] for each in family]
    return max((int(number) for number in numbers if number.isdecimal()), default=0) + 1


def _draft(message: Message, number: int, by: Any, now: datetime) -> Draft:
    ends_at = now + kind_named(message.kind).expires_after
    return Draft(
        kind=message.kind,
        key=f"{message.first_key}{AGAIN}{number}",
        recipient=message.recipient,
        recipient_name=message.recipient_name,
        context=message.context | {"again_by": by.pk},
        words=message.words,
        expires_at=max(message.expires_at, ends_at),
        school_id=message.school_id,
        work_group_id=message.work_group_id,
        participant_id=message.participant_id,
        session_id=message.session_id,
    )
