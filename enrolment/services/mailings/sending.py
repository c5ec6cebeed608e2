"""Sending a mailing: every message waits ten minutes, in which all of them can be stopped."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from enrolment.errors import (
    CannotBeRecalled,
    FilesForgotten,
    NobodyToWriteTo,
    OthersToWriteTo,
    StillWaits,
)
from enrolment.models import Mailing
from enrolment.services.history import save_as
from enrolment.services.mailings.audience import Audience, Reader, audience_of
from enrolment.services.transactions import one_transaction
from mathshub.accounts.models import Account
from mathshub.outbox.models import Message
from mathshub.outbox.services import Draft, cancel_messages, queue_messages
from workgroups.models import WorkGroup

MAILING = "mailing"
HELD_FOR = timedelta(minutes=10)
STOPPED = "stopped within its ten minutes"


@one_transaction
def send_mailing(
    mailing: Mailing,
    *,
    within: QuerySet[WorkGroup],
    left_out: list[str],
    as_of: str,
    by: Account,
    now: datetime,
    also_who_had_it: bool = False,
) -> Audience:
    """Queue it for everyone who fits, but for those ``left_out``; returns who gets it.

    ``left_out`` are prints of readers (``Reader.print``), ``as_of`` is that of the page that showed
    them (``Audience.as_of``). Raises ``StillWaits``, ``FilesForgotten``, ``NobodyToWriteTo``, and
    ``OthersToWriteTo`` when others fit now, or it was changed or sent meanwhile.
    """
    mailing = _lock(mailing)
    if mailing.can_be_stopped(now):
        raise StillWaits
    if mailing.has_lost_files:
        raise FilesForgotten
    shown = audience_of(mailing, within=within, now=now, also_who_had_it=also_who_had_it)
    if shown.as_of != as_of:
        raise OthersToWriteTo
    known = {reader.print for reader in (*shown.readers, *shown.left_out)}
    mailing.left_out = sorted(known & set(left_out))
    audience = audience_of(mailing, within=within, now=now, also_who_had_it=also_who_had_it)
    if not audience.readers:
        raise NobodyToWriteTo
    mailing.rounds += 1
    mailing.leaves_at = mailing.changed_at = now + HELD_FOR
    save_as(mailing, by=by, now=now, why=f"Sent to {len(audience.readers)}")
    queue_messages((draft_for(mailing, reader) for reader in audience.readers), now=now)
    return audience


@one_transaction
def stop_mailing(mailing: Mailing, *, by: Account, now: datetime) -> int:
    """Stop all messages of the round that waits; returns how many. Raises ``CannotBeRecalled``."""
    mailing = _lock(mailing)
    if not mailing.can_be_stopped(now):
        raise CannotBeRecalled
    stopped = cancel_messages(key_prefix=mailing.key_prefix(mailing.rounds), reason=STOPPED)
    left = Message.objects.filter(key__startswith=mailing.key_prefix())
    has_left = left.exclude(state=Message.State.CANCELLED).exists()
    mailing.leaves_at, mailing.changed_at = (now if has_left else None), now
    save_as(mailing, by=by, now=now, why="Stopped before it left")
    return stopped


def _lock(mailing: Mailing) -> Mailing:
    locked: Mailing = Mailing.objects.select_for_update(of=("self",), no_key=True).get(
        pk=mailing.pk
    )
    return locked


def draft_for(mailing: Mailing, reader: Reader) -> Draft:
    """The message to one mailbox; several who read it are not named on the envelope."""
    schools = {person.school_id for person in reader.people}
    participants = {person.participant_id for person in reader.people}
    return Draft(
        kind=MAILING,
        key=f"{mailing.key_prefix(mailing.rounds)}{reader.people[0].pk}",
        recipient=reader.address,
        recipient_name=_only({person.name for person in reader.people}) or "",
        context={"mailing": mailing.pk, "people": [person.pk for person in reader.people]},
        subject=mailing.subject,
        due_at=mailing.leaves_at,
        school_id=_only(schools),
        # Of several the first: it stands on that one's page, and is held with it.
        work_group_id=reader.people[0].work_group_id,
        participant_id=_only(participants),
    )


def _only(values: set[Any]) -> Any:
    """The one value that they all have, or None."""
    return next(iter(values)) if len(values) == 1 else None
