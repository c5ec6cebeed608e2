"""Mail that a reader need not have: a mailbox stops one kind of it at one hub, and lets it on again."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from mathshub.links import absolute, make_token, read_token
from mathshub.outbox.kinds import all_kinds, is_optional
from mathshub.outbox.models import Message, OptOut
from mathshub.outbox.suppression import hash_of
from mathshub.prepared import prepared

PURPOSE = "stop"
GENERATION = 1  # a link lives as long as its message is on record; nothing else revokes it


def link_to_stop(message: Message) -> str:
    """The address in the message that stops its kind for its mailbox."""
    return absolute(message.hub, "outbox:stop_mail", make_token(PURPOSE, message.pk, GENERATION))


def message_of(token: str) -> Message | None:
    """The optional message that carries the link; None once it is no longer kept.

    Raises ``BadLink``.
    """
    link = read_token(PURPOSE, token)
    optional = [kind.name for kind in all_kinds() if kind.optional]
    found: Message | None = Message.objects.filter(pk=link.pk, kind__in=optional).first()
    return found


def wants_no_more(address: str, kind: str) -> bool:
    """Whether the mailbox has stopped this kind of mail at the hub in scope."""
    return bool(_standing(address_hash=hash_of(address), kind=kind))


def those_who_want_no_more(messages: Iterable[Message]) -> set[int]:
    """The numbers of the messages whose mailboxes have stopped their kind, in one query."""
    optional = {each.pk: each for each in messages if is_optional(each.kind)}
    hashes = {pk: hash_of(each.recipient) for pk, each in optional.items()}
    standing = OptOut.objects.standing().filter(address_hash__in=set(hashes.values()))
    stopped = set(standing.order_by().values_list("address_hash", "kind"))
    return {pk for pk, each in optional.items() if (hashes[pk], each.kind) in stopped}


@prepared
def _standing(address_hash: Any, kind: Any) -> QuerySet[OptOut, int]:
    standing = OptOut.objects.standing().filter(address_hash=address_hash, kind=kind)
    return standing.order_by().values_list("pk", flat=True)


@transaction.atomic
def stop_kind(message: Message, *, now: datetime) -> None:
    """No more of the message's kind to its mailbox; twice is as good as once."""
    opt_out, is_new = OptOut.objects.select_for_update().get_or_create(
        address_hash=hash_of(message.recipient),
        kind=message.kind,
        defaults={"address": message.recipient, "stopped_at": now},
    )
    if not is_new and not opt_out.is_standing:
        opt_out.address, opt_out.stopped_at, opt_out.lifted_at = message.recipient, now, None
        opt_out.save()


def let_kind_on(message: Message, *, now: datetime) -> None:
    """The reader wants the message's kind again."""
    found = OptOut.objects.filter(address_hash=hash_of(message.recipient), kind=message.kind)
    for opt_out in found:
        lift_opt_out(opt_out, now=now)


@transaction.atomic
def lift_opt_out(opt_out: OptOut, *, now: datetime) -> None:
    """Let that mail go to the mailbox again; who did is on the record of the row."""
    locked = OptOut.objects.select_for_update().get(pk=opt_out.pk)
    if locked.is_standing:
        locked.lifted_at = now
        locked.save()
