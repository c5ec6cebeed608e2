"""What an e-mail would say: with a real row of the hub where there is one, else with an example."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone

from mathshub.outbox.kinds import Kind, Letter, is_optional, kind_named
from mathshub.outbox.letters import Words, render_words, write_email
from mathshub.outbox.models import Message
from mathshub.outbox.services import Draft, queue_messages
from mathshub.outbox.wording import HubWords, Texts, wordings_of
from mathshub.outbox.wording_text import as_line, as_text, filling_from

# What a letter is about may have gone since it was sent.
GONE = (ObjectDoesNotExist, AssertionError, LookupError, AttributeError, TypeError, ValueError)


def write_as_it_would_go(message: Message, letter: Letter, now: datetime) -> EmailMultiAlternatives:
    """The e-mail with the hub's words of now, for whoever wants to see it beforehand."""
    words = wordings_of([message]).words_for(message, letter.programme, now)
    return write_email(message, letter, words)


@dataclass(frozen=True)
class Sample:
    """A letter to show words in, as of when it leaves. ``reader`` is empty for an example."""

    kind: Kind
    hub: Any
    letter: Letter
    own: dict[str, str]
    at: datetime
    reader: str = ""
    ours: dict[str, str] = field(default_factory=dict)
    """What the portal says in each part, found by rendering."""

    def words(self, texts: Texts) -> Words:
        """The letter with these texts, empty ones said by the portal."""
        assert self.kind.worded, "only what may be worded is shown so"
        hub_words = HubWords(
            **texts,
            notice=self.hub.notice_on(timezone.localdate(self.at)),
            placeholders=self.kind.worded.placeholders,
        )
        letter = replace(self.letter, alike=None, context=self.letter.context | {"ours": self.ours})
        return render_words(letter, self.hub, self.own, hub_words)

    def said_without(self, texts: Texts) -> dict[str, str]:
        """What stands in each part where these texts are all that is worded, in plain words."""
        assert self.kind.worded, "only what may be worded is shown so"
        words = self.words(dict.fromkeys(texts, ""))
        context = {"hub": self.hub} | self.letter.context | self.own
        fill = filling_from(self.kind.worded.placeholders, context)
        portal = {"subject": words.subject, **self.ours}
        return {
            part: (as_line if part == "subject" else as_text)(text, fill) or portal.get(part, "")
            for part, text in texts.items()
        }


def sample_of(kind: Kind, hub: Any, programme: int | None, now: datetime) -> Sample:
    """The latest letter of the kind, of that programme if there is one; else the example."""
    latest = _latest(kind, programme)
    if latest and (sample := sample_from(latest, now)):
        return sample
    assert kind.worded, "only what may be worded is shown so"
    example = Letter(template=kind.template, context=dict(kind.worded.example))
    return Sample(kind, hub, example, _stop_url(kind), now)


def sample_from(message: Message, now: datetime) -> Sample | None:
    """The message as it would read when it is due; None where what it is about is gone."""
    kind, at = kind_named(message.kind), max(message.due_at, now)
    try:
        letter = kind.render(message, at)
    except GONE:
        return None
    own = {"recipient_name": message.recipient_name} | letter.own | _stop_url(kind)
    reader = message.recipient_name or message.recipient
    return Sample(kind, message.hub, letter, own, at, reader)


def sample_of_draft(draft: Draft, now: datetime) -> Sample | None:
    """The same of a message that is not written yet."""
    with transaction.atomic():
        queue_messages([draft], now=now)
        sample = sample_from(Message.objects.select_related("hub").get(key=draft.key), now)
        transaction.set_rollback(True)
    return sample


def words_of_others(sample: Sample) -> dict[str, str]:
    """What all others of its kind say, as the hub has worded it."""
    like_it = Message(hub=sample.hub, kind=sample.kind.name)
    return wordings_of([like_it]).parts_of(
        sample.hub.pk, sample.kind.name, sample.letter.programme, first={}
    )


def _latest(kind: Kind, programme: int | None) -> Message | None:
    """Of the programme, if there is one; each found along the key, without sorting all."""
    found = Message.objects.filter(kind=kind.name).exclude(context={}).select_related("hub")
    latest = found.order_by("-pk")
    own = latest.filter(work_group__offering__programme=programme).first() if programme else None
    return own or latest.first()


def _stop_url(kind: Kind) -> dict[str, str]:
    return {"stop_url": "#"} if is_optional(kind.name) else {}
