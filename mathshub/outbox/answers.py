"""What the mail server's answer, or its silence, means for the message."""

import re
import smtplib
from dataclasses import dataclass
from enum import Enum

SERVER_CLOSES = 421
MESSAGE_TOO_BIG = 552
POLICY = re.compile(r"5\.7\.\d")  # RFC 3463: about the sender or the text, not about the mailbox


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
    return Verdict.REFUSED if POLICY.search(words) else Verdict.NO_SUCH_MAILBOX


def _verdict_on_command(error: smtplib.SMTPResponseException) -> Verdict:
    """Of the text, or of what comes before any recipient: the greeting, the password, the sender.

    There the account itself is refused or throttled, unless it is about this message's size.
    """
    if isinstance(error, smtplib.SMTPDataError) and error.smtp_code != SERVER_CLOSES:
        return Verdict.LATER if error.smtp_code < 500 else Verdict.REFUSED
    return Verdict.REFUSED if error.smtp_code == MESSAGE_TOO_BIG else Verdict.AWAY


def _answer(verdict: Verdict, code: int | None, words: bytes | str) -> Answer:
    return Answer(verdict, code if code and code > 0 else None, _text(words))


def _text(words: bytes | str) -> str:
    if isinstance(words, bytes):
        words = words.decode("utf-8", "replace")
    return " ".join(words.split())


def _describe(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
