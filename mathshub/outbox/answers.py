"""What the mail server's answer, or its silence, means for the message."""

import re
import smtplib
from dataclasses import dataclass
from enum import Enum

SERVER_CLOSES = 421
MESSAGE_TOO_BIG = 552
NO_ROOM = "552"  # in the mailbox, or for so long a message
# RFC 3463: class, subject, detail. No part of a number like 192.5.7.1.
ENHANCED = re.compile(r"(?<![\w.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\w)")
POLICY, OF_MAILBOX, DISABLED = "7", "2", "1"
_WORD = r'[^\s<>()\[\],;:"]'
# Also with its local part in quotes, with no domain but a number, and as a link writes it.
ADDRESS = re.compile(
    rf'<?(?:"[^"]{{0,64}}"|(?<!{_WORD}){_WORD}+)(?:@|%40)(?:\[[^\s\]]*\]|[\w.-]*\w)?>?'
)
OF_SENDER_OR_SIZE = {("1", "7"), ("1", "8"), ("3", "4")}


class Verdict(Enum):
    """How one sending ended."""

    TAKEN = "taken"
    LATER = "put off: try again"
    NO_SUCH_MAILBOX = "the address refuses mail"
    REFUSED = "refused, this message alone"
    AWAY = "the mail server is away; it does not have the message"
    UNKNOWN = "the connection was lost after the text had begun; it may have the message"


@dataclass(frozen=True)
class Answer:
    """The verdict and the server's own words; ``code`` is its three figures, where it gave any."""

    verdict: Verdict
    code: int | None = None
    words: str = ""


def read_answer(error: Exception, *, text_begun: bool) -> Answer:
    """What an exception of smtplib, or an ``OSError``, says about the message.

    ``text_begun`` is whether the server had been given any of the text.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()))
        return _answer(_verdict_on_recipient(code, _text(words)), code, words)
    if isinstance(error, smtplib.SMTPResponseException):
        verdict = _verdict_on_command(error)
        return _answer(verdict, error.smtp_code, error.smtp_error)
    return _answer(Verdict.UNKNOWN if text_begun else Verdict.AWAY, None, _describe(error))


def _verdict_on_recipient(code: int, words: str) -> Verdict:
    if code == SERVER_CLOSES:
        return Verdict.AWAY
    if code < 500:
        return Verdict.LATER
    return Verdict.REFUSED if spares_address(f"{code} {words}") else Verdict.NO_SUCH_MAILBOX


def spares_address(words: str) -> bool:
    """Whether a refusal for good says nothing against the address: the next message may arrive.

    It speaks of us, of this message, or of a mailbox that is there: full, or a list that can't be
    handed on. ``words`` begin with the server's three figures where it gave any.
    """
    found = ENHANCED.search(words)
    if found is None or found[2] == "0":
        return words.startswith(NO_ROOM)
    if found[2] == OF_MAILBOX:
        return found[3] != DISABLED
    return found[2] == POLICY or (found[2], found[3]) in OF_SENDER_OR_SIZE


def _verdict_on_command(error: smtplib.SMTPResponseException) -> Verdict:
    """Of the text, or of what comes before any recipient: the greeting, the password, the sender.

    There the account itself is refused or throttled, unless it is about this message's size.
    """
    if isinstance(error, smtplib.SMTPDataError) and error.smtp_code != SERVER_CLOSES:
        return Verdict.LATER if error.smtp_code < 500 else Verdict.REFUSED
    return Verdict.REFUSED if error.smtp_code == MESSAGE_TOO_BIG else Verdict.AWAY


def without_addresses(words: str) -> str:
    """The words for those who may not know whom they speak of: other hubs, and the log."""
    return ADDRESS.sub("<address>", words)


def _answer(verdict: Verdict, code: int | None, words: bytes | str) -> Answer:
    return Answer(verdict, code if code and code > 0 else None, _text(words))


def _text(words: bytes | str) -> str:
    if isinstance(words, bytes):
        words = words.decode("utf-8", "replace")
    return " ".join(words.split())


def _describe(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
