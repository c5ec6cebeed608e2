"""The words of one message that waits, changed by hand."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.text import capfirst

from mathshub.outbox.admin.wording_editor import PARTS_IN_WORDS, Editing, edit
from mathshub.outbox.kinds import kind_words, worded_kinds
from mathshub.outbox.models import Message, Wording
from mathshub.outbox.wording import NotWaiting, change_words, wordings_of
from mathshub.outbox.wording_preview import sample_from
from mathshub.scope_admin import PortalAdmin

GONE = "What this message is about is gone: it will not be sent, and there is nothing to word."


def may_be_worded(message: Message) -> bool:
    """Whether it waits, in nobody's hands, and is of a kind that a hub may word."""
    is_worded = any(kind.name == message.kind for kind in worded_kinds())
    return is_worded and message.state == Message.State.QUEUED


def edit_words(admin: PortalAdmin, request: HttpRequest, message: Message) -> HttpResponse:
    """The editor for this message alone. Its row is locked while it is saved."""
    back, now = admin.url("change", message.pk), timezone.now()
    if not may_be_worded(message):
        return admin.done(request, str(NotWaiting()), to=back, level=messages.ERROR)
    sample = sample_from(message, now)
    if sample is None:
        return admin.done(request, GONE, to=back, level=messages.ERROR)
    upper = wordings_of([message]).parts_of(
        message.hub_id, message.kind, sample.letter.programme, first={}
    )

    def save(texts: dict[str, str]) -> HttpResponse:
        try:
            change_words(message, texts, by=str(request.user), now=now)
        except NotWaiting as refusal:
            return admin.done(request, str(refusal), to=back, level=messages.ERROR)
        return admin.done(request, "Saved: this one e-mail will say it so.", to=back)

    reader = message.recipient_name or message.recipient
    editing = Editing(
        title=f"{capfirst(kind_words(message.kind))} to {reader}",
        sample=sample,
        texts={part: message.words.get(part, "") for part in Wording.PARTS},
        upper=upper,
        back=back,
        save=save,
        will=[f"The one e-mail to {message.recipient} will say it so. No e-mail goes now."],
    )
    return edit(admin, request, editing)


def told_words(message: Message) -> list[tuple[str, str]]:
    """For the page of the message: what was changed by hand, and by whom."""
    said = [
        (label, message.words[part])
        for part, label in PARTS_IN_WORDS.items()
        if message.words.get(part)
    ]
    return [*said, *(("Changed", _change(each)) for each in message.words.get("changes", []))]


def _change(change: dict[str, Any]) -> str:
    at = timezone.localtime(datetime.fromisoformat(change["at"]))
    return f"{at:%A %-d %B %Y, %H:%M}, by {change['by']}"
