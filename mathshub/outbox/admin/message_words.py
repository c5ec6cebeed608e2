"""The words of messages that wait, changed by hand: of one, or of all behind a line."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.text import capfirst

from mathshub.outbox.admin.wording_editor import PARTS_IN_WORDS, Editing, edit
from mathshub.outbox.admin.words import mails_to
from mathshub.outbox.forms import WordingForm
from mathshub.outbox.going_out import Where, foreseen_on, people_of, waiting_on
from mathshub.outbox.kinds import kind_words, worded_kinds
from mathshub.outbox.models import Message, Wording
from mathshub.outbox.wording import NotWaiting, change_words
from mathshub.outbox.wording_of_lines import change_words_of_line
from mathshub.outbox.wording_preview import sample_from, sample_of_draft, words_of_others
from mathshub.scope_admin import PortalAdmin
from mathshub.scope_admin.cells import count

STAYS_FRESH = (
    "The times and places that it tells are those of when it leaves. Whoever joins meanwhile is "
    "written to as usual."
)
NONE_WAITS = "Nothing of this waits that could say something else."
GONE = "What this message is about is gone: it will not be sent, and there is nothing to word."


def is_worded(kind: str) -> bool:
    """Whether a hub may word messages of that kind."""
    return any(each.name == kind for each in worded_kinds())


def may_be_worded(message: Message) -> bool:
    """Whether it waits, in nobody's hands, and is of a kind that a hub may word."""
    return is_worded(message.kind) and message.state == Message.State.QUEUED


def edit_words(admin: PortalAdmin, request: HttpRequest, message: Message) -> HttpResponse:
    """The editor for this message alone. Its row is locked while it is saved."""
    back, now = admin.url("change", message.pk), timezone.now()
    if not may_be_worded(message):
        return admin.done(request, str(NotWaiting()), to=back, level=messages.ERROR)
    sample = sample_from(message, now)
    if sample is None:
        return admin.done(request, GONE, to=back, level=messages.ERROR)

    def save(form: WordingForm) -> HttpResponse:
        try:
            change_words(message, form.texts, by=str(request.user), now=now)
        except NotWaiting as refusal:
            return admin.done(request, str(refusal), to=back, level=messages.ERROR)
        return admin.done(request, "Saved: this one e-mail will say it so.", to=back)

    reader = message.recipient_name or message.recipient
    editing = Editing(
        title=f"Change the words: {kind_words(message.kind)} to {reader}",
        sample=sample,
        texts={part: message.words.get(part, "") for part in Wording.PARTS},
        upper=words_of_others(sample),
        back=back,
        save=save,
        will=[f"The one e-mail to {message.recipient} will say it so. No e-mail goes now."],
    )
    return edit(admin, request, editing)


def edit_line(
    admin: PortalAdmin, request: HttpRequest, where: Where, *, title: str, back: str
) -> HttpResponse:
    """The editor for all behind a line of what will go out, written or not."""
    now = timezone.now()
    rows = [row for row in waiting_on(where, now).select_related("hub") if may_be_worded(row)]
    drafts = foreseen_on(where, now) if is_worded(where.kind) else []
    if not rows and not drafts:
        return admin.done(request, NONE_WAITS, to=back, level=messages.INFO)
    sample = sample_from(rows[0], now) if rows else sample_of_draft(drafts[0], now)
    if sample is None:
        return admin.done(request, GONE, to=back, level=messages.ERROR)
    own = [row.words for row in rows if any(map(row.words.get, Wording.PARTS))]

    def save(form: WordingForm) -> HttpResponse:
        number = change_words_of_line(where, form.texts, by=str(request.user), now=now)
        return admin.done(request, f"Saved: {count(number, 'e-mail')} will say it so.", to=back)

    number = mails_to(len(rows) + len(drafts), len(people_of([*rows, *drafts])))
    editing = Editing(
        title=f"Change the words: {title}",
        sample=sample,
        texts={part: own[0].get(part, "") if own else "" for part in Wording.PARTS},
        upper=words_of_others(sample),
        back=back,
        save=save,
        will=[
            f"{capfirst(number)} will say it so. No e-mail goes now.",
            *(["Some of them were worded by hand before: they say this, too."] if own else []),
            *([STAYS_FRESH] if drafts else []),
        ],
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
