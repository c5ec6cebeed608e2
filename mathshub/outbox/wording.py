"""The hub's own words in its e-mails: which hold for a message, and how they are changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from mathshub.outbox.kinds import kind_named, worded_kinds
from mathshub.outbox.models import Message, MessageQuerySet, Wording
from mathshub.outbox.wording_text import Placeholder
from mathshub.scope import current_hub

Texts = Mapping[str, str]
"""The parts of a wording (Wording.PARTS) by name; an empty one is said as elsewhere."""
Place = tuple[int | None, str, int | None]
"""Hub, kind and programme of a wording."""
CHANGES_KEPT = 20


class NotWaiting(Exception):
    """Only what still waits can say something else."""

    def __str__(self) -> str:
        return "This message no longer waits: its words can't be changed any more."


@dataclass(frozen=True)
class HubWords:
    """What a hub says in one e-mail besides the portal's words. ``notice`` stands on top."""

    subject: str = ""
    opening: str = ""
    closing: str = ""
    notice: str = ""
    # The kind's: told apart by the letter's template.
    placeholders: tuple[Placeholder, ...] = field(default=(), compare=False)

    @property
    def paragraphs(self) -> dict[str, str]:
        """The parts that stand within the e-mail, where they say something."""
        parts = {"opening": self.opening, "closing": self.closing}
        return {part: words for part, words in parts.items() if words.strip()}


NO_WORDS = HubWords()


@dataclass(frozen=True)
class Wordings:
    """What hubs have worded, as it was when this was read."""

    texts: Mapping[Place, Texts]
    alone: frozenset[Place] = frozenset()
    """Those that leave the hub's words for all programmes out."""

    @classmethod
    def of(cls, rows: Iterable[Wording]) -> "Wordings":
        by_place = {(row.hub_id, row.kind, row.programme_id): row for row in rows}
        return cls(
            {place: row.texts for place, row in by_place.items()},
            frozenset(place for place, row in by_place.items() if row.stands_alone),
        )

    def words_for(self, message: Message, programme: int | None, now: datetime) -> HubWords:
        """What the hub says in this message: its own words, else the programme's, else the hub's.

        Nothing in mail to staff and in mail that carries a secret; no notice either.
        """
        kind = kind_named(message.kind)
        if not kind.worded and not kind.has_notice:
            return NO_WORDS
        notice = message.hub.notice_on(timezone.localdate(now))
        if not kind.worded:
            return HubWords(notice=notice)
        return HubWords(
            **self.parts_of(message.hub_id, message.kind, programme, first=message.words),
            notice=notice,
            placeholders=kind.worded.placeholders,
        )

    def parts_of(
        self, hub: int | None, kind: str, programme: int | None, *, first: Mapping[str, Any]
    ) -> dict[str, str]:
        """Each part from the first of these that has it."""
        place = (hub, kind, programme)
        of_programme = self.texts.get(place, {})
        of_hub = {} if place in self.alone else self.texts.get((hub, kind, None), {})
        return {
            part: first.get(part) or of_programme.get(part) or of_hub.get(part) or ""
            for part in Wording.PARTS
        }


def wordings_of(messages: Iterable[Message]) -> Wordings:
    """Of the hubs of these messages, in one query; in none where none of them may be worded."""
    kinds = {kind.name for kind in worded_kinds()}
    hubs = {message.hub_id for message in messages if message.kind in kinds}
    rows = Wording.objects.filter(hub__in=hubs).order_by() if hubs else ()
    return Wordings.of(rows)


def wording_for(kind: str, programme: int | None) -> Wording:
    """The row of the hub in scope, or a new one that says nothing."""
    found = Wording.objects.filter(kind=kind, programme=programme).first()
    return found or Wording(kind=kind, programme_id=programme)


def set_wording(
    kind: str, programme: int | None, texts: Texts, *, by: Any, stands_alone: bool = False
) -> None:
    """Say it so from now on; with nothing in any part, as before there was a wording.

    What it says already is no change, and stands in no history.

    A programme's that ``stands_alone`` leaves out what the hub says for all programmes.
    """
    with transaction.atomic():
        lock_wordings()
        wording = wording_for(kind, programme)
        if wording.pk and wording.texts == texts and wording.stands_alone == stands_alone:
            return
        wording._history_user = by  # type: ignore[attr-defined]  # read by simple_history
        if any(texts.values()) or stands_alone:
            wording.stands_alone = stands_alone
            for part in Wording.PARTS:
                setattr(wording, part, texts[part])
            wording.save()
        elif wording.pk:
            wording.delete()


def lock_wordings() -> None:
    """One after the other changes the hub's wordings: what is not there yet can't be locked."""
    hub = current_hub()
    hubs = type(hub)._default_manager.select_for_update(no_key=True)
    list(hubs.filter(pk=hub.pk).values_list("pk"))


def change_words(message: Message, texts: Texts, *, by: str, now: datetime) -> None:
    """Let one message that waits say something else; with nothing in any part, as all others do.

    Who changed it stays with the words. Raises ``NotWaiting``: a sender that has it in hand has
    read what it says.
    """
    if not change_words_of(Message.objects.filter(pk=message.pk), texts, by=by, now=now):
        raise NotWaiting


@transaction.atomic
def change_words_of(messages: MessageQuerySet, texts: Texts, *, by: str, now: datetime) -> int:
    """The same for those of the messages that wait; returns how many."""
    change = {"by": by, "at": now.isoformat(timespec="seconds")}
    told = {part: words for part, words in texts.items() if words}
    rows = list(messages.filter(state=Message.State.QUEUED).select_for_update())
    for row in rows:
        row.words = told | {"changes": [*row.words.get("changes", []), change][-CHANGES_KEPT:]}
    Message.objects.bulk_update(rows, ["words"], batch_size=500)
    return len(rows)
