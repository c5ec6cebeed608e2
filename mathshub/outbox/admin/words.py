"""Messages in words for staff: how they stand, what became of them."""

import re
from datetime import date, datetime
from typing import Any

from django.contrib.auth import get_user_model
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


def state_meanings(message: Message) -> list[str]:
    """What its state says and what it does not, in sentences."""
    said = []
    if message.came_back_at:
        said.append(
            "The mail server had taken it, and a report about it came back: below is when and why."
        )
    elif message.state == State.SENT:
        said.append(
            "The mail server has taken it and passes it on. Whether it reached the mailbox, or was "
            "read, is not known; should it come back, it says so here."
        )
    if message.maybe_duplicate:
        said.append(
            "The connection broke off while it was handed over, so it was tried again: it may have "
            "arrived twice."
        )
    return said


def family_words(other: Message, message: Message) -> str:
    """How another message of the same words stands to this one."""
    if other.key == message.first_key:
        return "Sent first"
    return "Sent once more" if other.pk > message.pk else "Sent before"


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
        ("Handed over", at(message.sent_at)),
        ("Due", "" if message.sent_at else at(message.due_at)),
        ("Came back", at(message.came_back_at)),
        ("Why", message.reason),
        ("Attempts", message.attempts if message.attempts > 1 else ""),
        ("The mail server said", message.last_error),
        ("Sent once more by", _who_sent_it_again(message)),
    ]
    return [(name, value) for name, value in facts if value != ""]


def _who_sent_it_again(message: Message) -> str:
    number = message.context.get("again_by")
    if number is None:
        return ""
    return str(get_user_model()._default_manager.filter(pk=number).first() or "")


def day_words(day: date) -> str:
    """“Thursday 3 December”."""
    return f"{day:%A} {day.day} {day:%B}"


def mails_to(number: int, people: int) -> str:
    """“12 e-mails to 10 people”."""
    return f"{count(number, 'e-mail')} to {count(people, 'person', 'people')}"
