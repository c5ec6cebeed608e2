"""Messages in words for staff: how they stand, what became of them."""

import re
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString

from mathshub.outbox.kinds import kind_words
from mathshub.outbox.models import Message
from mathshub.scope_admin.cells import count, tag

State = Message.State
_TONES = {
    State.SENT: "leaf",
    State.DEAD: "clay",
    State.SUPPRESSED: "clay",
    State.CANCELLED: "plain",
}
SIGNED_LINK = re.compile(r"https?://\S+~\S+")  # the tokens of mathshub.links have a tilde


def state_tag(message: Message) -> SafeString:
    tone = "clay" if message.came_back_at else _TONES.get(State(message.state), "")
    return tag(message.state_words, tone)


def without_links(text: str) -> str:
    """The text with its signed links left out: who holds one may do what it is for."""
    return SIGNED_LINK.sub("(a link for the recipient alone)", text)


def message_facts(message: Message) -> list[tuple[str, Any]]:
    """What the page of a message says besides its text."""

    def at(moment: datetime | None) -> str:
        return f"{timezone.localtime(moment):%A %-d %B %Y, %H:%M}" if moment else ""

    facts = [
        ("To", " ".join(filter(None, [message.recipient_name, f"<{message.recipient}>"]))),
        ("Kind", kind_words(message.kind)),
        ("Sent", at(message.sent_at)),
        ("Due", "" if message.sent_at else at(message.due_at)),
        ("Came back", at(message.came_back_at)),
        ("Why", message.came_back_because or message.state_reason),
        ("Attempts", message.attempts if message.attempts > 1 else ""),
        ("The mail server said", message.last_error),
        ("May have arrived twice", "yes" if message.maybe_duplicate else ""),
    ]
    return [(name, value) for name, value in facts if value != ""]


def day_words(day: date) -> str:
    """“Thursday 3 December”."""
    return f"{day:%A} {day.day} {day:%B}"


def mails_to(number: int, people: int) -> str:
    """“12 e-mails to 10 people”."""
    return f"{count(number, 'e-mail')} to {count(people, 'person', 'people')}"
