"""From a message to the e-mail itself, rendered when it is sent."""

import uuid
from dataclasses import dataclass
from email.encoders import encode_base64
from email.message import EmailMessage as ContentType
from email.mime.base import MIMEBase
from email.policy import Compat32
from email.utils import parseaddr, quote
from functools import cache
from html import escape
from secrets import token_hex
from typing import Any

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context, engines
from django.template.loader import render_to_string

from mathshub.fragments import contents, keep
from mathshub.outbox.kinds import Letter, is_optional
from mathshub.outbox.models import Message
from mathshub.outbox.opt_out import link_to_stop
from mathshub.outbox.templatetags.wording import Filled
from mathshub.outbox.wording import NO_WORDS, HubWords
from mathshub.outbox.wording_text import as_html, as_line, as_text, filling_from

SUBJECT_LENGTH = 200  # characters; the longest that is kept with the message
NO_ANSWERS_FROM_MACHINES = {
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "All",
}
WHOLE_LINE = 76  # characters of a header that surely needs no folding
LONGEST_LINE = 998  # characters, as RFC 5322 has it


class _WholeLines(Compat32):
    """Headers as always, without looking for a place to fold one that fits on its line."""

    def _fold(self, name: str, value: Any, sanitize: bool) -> str:
        if _needs_no_folding(name, value):
            return f"{name}: {value}{self.linesep}"
        return super()._fold(name, value, sanitize)  # type: ignore[misc]


def _needs_no_folding(name: str, value: Any) -> bool:
    """Short ones, and those of one word: an address in angle brackets keeps to its header's line."""
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        return False
    return len(name) + len(value) < (WHOLE_LINE if " " in value else LONGEST_LINE - 2)


class Email(EmailMultiAlternatives):
    """Django's e-mail, put into bytes in two thirds of the time, which is most of sending it."""

    def message(self, **options: Any) -> Any:
        message = super().message(**options)
        for part in message.walk():
            part.policy = _WholeLines()
            if part.is_multipart():
                # Or one is made up, and the whole text searched for it.
                part.set_boundary(token_hex(16))
        return message


def why_not_addressable(address: str) -> str:
    """In words, why no mail can be addressed to it; an empty string when it can."""
    local_part, _, domain = address.rpartition("@")
    if not local_part or not domain:
        return "There is no whole e-mail address."
    if not local_part.isascii():
        return "Mail servers can't be relied on to take letters like these before the @."
    try:
        domain.encode("idna")
    except UnicodeError:
        return "The part after the @ can't be a domain."
    return ""


def write_email(
    message: Message, letter: Letter, hub_words: HubWords = NO_WORDS
) -> EmailMultiAlternatives:
    """The e-mail of one message, with what its hub says in words of its own.

    The Message-ID is the same at every attempt.
    """
    hub = message.hub
    stop_url = link_to_stop(message) if is_optional(message.kind) else ""
    own = {"recipient_name": message.recipient_name} | letter.own
    words = render_words(letter, hub, own | ({"stop_url": stop_url} if stop_url else {}), hub_words)
    email = Email(
        subject=words.subject,
        body=words.text,
        from_email=_named(hub.name, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]),
        to=[_named(message.recipient_name, message.recipient)],
        reply_to=letter.reply_to or [hub.contact_email],
        headers={
            **NO_ANSWERS_FROM_MACHINES,
            "Message-ID": message_id(message),
            **(_one_click(stop_url) if stop_url else {}),
        },
    )
    email.attach_alternative(words.html, "text/html")
    for name, content, content_type in letter.attachments:
        email.attach(_attachment(name, content, content_type))
    return email


def _one_click(stop_url: str) -> dict[str, str]:
    """What has mail programs show a button of their own that stops such mail (RFC 8058)."""
    return {
        "List-Unsubscribe": f"<{stop_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


@dataclass(frozen=True)
class Words:
    """The three renderings of a letter."""

    subject: str
    text: str
    html: str

    def filled_in(self, own: dict[str, str]) -> "Words":
        """With the reader's own words in the places that were left for them."""
        subject, text, markup = self.subject, self.text, self.html
        for name, value in own.items():
            place = _place_for(name)
            subject = subject.replace(place, value)
            text = text.replace(place, value)
            markup = markup.replace(place, escape(value))
        return Words(_one_line(subject)[:SUBJECT_LENGTH], text, markup)


def render_words(letter: Letter, hub: Any, own: dict[str, str], hub_words: HubWords) -> Words:
    """What the letter says to the reader whose ``own`` words are given."""
    context = {"hub": hub} | letter.context
    if letter.alike is None:
        return _render(letter.template, context | own, hub_words).filled_in({})
    # What is empty is known when the letter is rendered: other words may stand in its place.
    places = {name: _place_for(name) if value else "" for name, value in own.items()}
    key = (letter.template, contents(hub), letter.alike, hub_words, *places.items())
    made = keep(key, lambda: _render(letter.template, context | places, hub_words))
    return made.filled_in({name: value for name, value in own.items() if value})


def _place_for(name: str) -> str:
    """What no text holds by chance, and nobody can know who writes one."""
    return f"{_PLACE}{name}{_PLACE}"


_PLACE = f"z{token_hex(8)}z"


def _render(template: str, context: dict, hub_words: HubWords) -> Words:
    fill = filling_from(hub_words.placeholders, context)
    subject = as_line(hub_words.subject, fill) or _render_text(f"{template}.subject.txt", context)
    subject = _one_line(subject)  # shortened when its reader's words stand in it
    context = context | {
        "subject": subject,
        "notice": hub_words.notice,
        "hub_words": {
            part: Filled(as_text(words, fill), as_html(words, fill))
            for part, words in hub_words.paragraphs.items()
        },
    }
    text = _render_text(f"{template}.txt", context).strip() + "\n"
    return Words(subject, text, _render_html(f"{template}.html", context))


def message_id(message: Message) -> str:
    """The one of the first attempt; made from the key, which is unique for ever."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return message.message_id or f"<{uuid.uuid5(uuid.NAMESPACE_URL, message.key)}@{domain}>"


def _render_text(template_name: str, context: dict) -> str:
    """Plain text: nothing is escaped, whether the template says so or not."""
    template = engines["django"].engine.get_template(template_name)  # type: ignore[attr-defined]
    return str(template.render(Context(context, autoescape=False)))


def _render_html(template_name: str, context: dict) -> str:
    """HTML with its styles on the elements, where mail readers look for them."""
    html = render_to_string(template_name, context)
    return _inliner().inline(html) if "<style" in html else html


@cache
def _inliner() -> css_inline.CSSInliner:
    """Keeps @media rules (dark mode, telephones) and fetches nothing."""
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def _named(name: str, address: str) -> str:
    """``name <address>`` for a header, in which no name can begin another header."""
    return f'"{quote(_one_line(name))}" <{address.strip()}>' if name else address.strip()


def _one_line(text: str) -> str:
    """The text without line breaks and control characters, spaces single."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _attachment(name: str, content: bytes, content_type: str) -> MIMEBase:
    """A part with all parameters of its type: calendars need their ``method``."""
    parsed = ContentType()
    parsed["Content-Type"] = content_type
    header = parsed["Content-Type"]
    part = MIMEBase(header.maintype, header.subtype, **dict(header.params))
    part.set_payload(content)
    encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename=_one_line(name))
    return part
