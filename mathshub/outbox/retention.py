"""Forgetting: texts of messages after 30 days; after a year messages, holds that are over, and of
addresses all but the hash."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from mathshub.outbox.bounces import BounceKind
from mathshub.outbox.kinds import names_that_keep_no_text
from mathshub.outbox.models import Hold, Message, MessageQuerySet, OptOut, Suppression
from mathshub.scope import all_hubs

KEEP_TEXTS = timedelta(days=30)
KEEP_MESSAGES = timedelta(days=365)
CODES = re.compile(r"(?:smtp; ?)?([45]\d\d)?[ -]?([45]\.\d{1,3}\.\d{1,3})?(?=[\s:;,]|$)")
CODE_AND_KIND = (
    rf"^({BounceKind.PERMANENT.value}|{BounceKind.COMPLAINT.value})(\.|: [0-9][0-9. ]*)$"
)
AT_ONCE = 2_000  # rows changed by one statement, so that none holds locks for long


def purge(now: datetime) -> tuple[int, int]:
    """Wipe old texts and delete old messages, of all hubs; returns how many of each.

    Only messages that have ended are touched, counted from when they were last due.
    """
    with all_hubs("retention of messages"):
        ended = Message.objects.ended()
        secrets = ended.filter(kind__in=names_that_keep_no_text()).exclude(context={})
        _in_portions(secrets, lambda rows: rows.update(context={}))
        texts = ended.exclude(text_body="", html_body="", words={})
        wiped = _in_portions(
            texts.filter(due_at__lt=now - KEEP_TEXTS),
            lambda rows: rows.update(text_body="", html_body="", words={}),
        )
        _forget_holds(now - KEEP_MESSAGES)
        old = ended.filter(due_at__lt=now - KEEP_MESSAGES)
        deleted = _in_portions(old, lambda rows: rows.delete()[0])
        _forget_addresses(now - KEEP_MESSAGES)
    return wiped, deleted


def delete_messages_to(participants: list[int]) -> None:
    """Of people who are erased, by their numbers: their names and addresses stand in the messages."""
    Message.objects.filter(participant__in=participants).delete()


def _forget_addresses(before: datetime) -> None:
    """Leave of an address that refuses or wants no mail its hash alone, which goes on to hold.

    Of what its server said the code and the kind stay: its words name whom it refused. What was
    taken back goes altogether.
    """
    refusing = Suppression.objects.filter(created_at__lt=before)
    known = list(refusing.exclude(address="", reason__regex=CODE_AND_KIND))
    for each in known:
        each.address, each.reason = "", _code_and_kind(each.reason)
    Suppression.objects.bulk_update(known, ["address", "reason"], batch_size=500)
    OptOut.objects.filter(stopped_at__lt=before).exclude(address="").update(address="")
    _erase(OptOut, OptOut.objects.filter(lifted_at__lt=before))


def _code_and_kind(reason: str) -> str:
    """As CODE_AND_KIND describes it."""
    is_complaint = reason.startswith(BounceKind.COMPLAINT.value)
    kind = (BounceKind.COMPLAINT if is_complaint else BounceKind.PERMANENT).value
    found = CODES.match(reason.removeprefix(f"{kind}: "))
    codes = " ".join(filter(None, found.groups())) if found else ""
    return f"{kind}: {codes}" if codes else f"{kind}."


def _forget_holds(before: datetime) -> None:
    """Those that were over before then, with their records."""
    is_over = Q(lifted_at__lt=before) | Q(until__lt=timezone.localdate(before))
    _erase(Hold, Hold.objects.filter(is_over))


def _erase(model: Any, rows: QuerySet) -> None:
    """Delete the rows together with the record of what was changed on them."""
    ids = list(rows.values_list("pk", flat=True))
    for each in (model.history.model.objects, model.objects):
        found = each.filter(id__in=ids)
        found._raw_delete(found.db)  # without signals: a deletion would go on the record too


def _in_portions(rows: MessageQuerySet, change: Callable[[MessageQuerySet], int]) -> int:
    """Change rows until none is left that needs it; returns how many were changed."""
    changed = 0
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        changed += change(Message.objects.filter(pk__in=keys))
    return changed
