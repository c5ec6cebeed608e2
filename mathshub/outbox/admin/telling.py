"""Actions that write to people, done as staff ask: with e-mail, without, or only shown beforehand."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from mathshub.outbox.admin.preview import Preview, preview_of
from mathshub.outbox.going_out import Person, people_of
from mathshub.outbox.models import Message
from mathshub.outbox.services import noting_messages

HOW, PREVIEW, SILENT = "how", "preview", "silent"


@dataclass(frozen=True)
class Rehearsal:
    """Whom an action would write to, and the first of its letters. Nothing of it was done."""

    people: list[Person]
    preview: Preview | None


def is_silent(request: HttpRequest) -> bool:
    """Whether the button was pressed that does it without e-mail."""
    return request.POST.get(HOW) == SILENT


def act_as_asked(request: HttpRequest, act: Callable[[], Any]) -> Any:
    """Do it, and return what it returns; or a ``Rehearsal``. Raises whatever the action raises.

    Without e-mail its messages stand on record as stopped by who did it, so that each can still be
    let go.
    """
    if request.POST.get(HOW) == PREVIEW:
        return _rehearse(act)
    with noting_messages(stopped_by=str(request.user) if is_silent(request) else ""):
        return act()


def _rehearse(act: Callable[[], Any]) -> Rehearsal:
    with transaction.atomic():
        with noting_messages() as keys:
            act()
        rows = list(Message.objects.filter(key__in=keys).select_related("hub").order_by("pk"))
        rehearsal = Rehearsal(people_of(rows), preview_of(rows[0]) if rows else None)
        transaction.set_rollback(True)
    return rehearsal
