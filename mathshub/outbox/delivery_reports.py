"""Reading what mail servers write back: which message of ours failed, where, and whether for good.

Pure: bytes in, reports out. Reports are multipart/report: on delivery (RFC 3464), or on a reader's
complaint (RFC 5965). Everything else says nothing, above all a person's or a machine's answer.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message as Mail
from email.utils import parseaddr

from mathshub.outbox.answers import ENHANCED, spares_address
from mathshub.outbox.bounces import BounceKind

MESSAGE_ID = re.compile(r"<[^<>\s]+@[^<>\s]+>")
XTEXT = re.compile(r"\+([0-9A-F]{2})")  # RFC 3461: how a plus sign of an address may be written
# About the address, its mailbox, or nothing in particular; and that its domain can't be found.
OF_ADDRESS = ("0", "1", "2")
OF_TEXT = ("552", "554")  # where that is all that is said: no room for it, or it was not taken
NO_SUCH_DOMAIN = {("4", "1"), ("4", "4"), ("4", "310")}
REASON_LENGTH = 160


@dataclass(frozen=True)
class Report:
    """One address at which one message failed. ``address`` is empty where the report hides it."""

    message_id: str
    address: str
    kind: BounceKind
    reason: str


def is_report(content_type: str) -> bool:
    """Whether a mail with this header may be a report, so that it need be fetched."""
    return content_type.strip().casefold().startswith("multipart/report")


def read_reports(raw: bytes) -> list[Report]:
    """Every failure and complaint that the mail reports; delays, receipts and answers are none."""
    mail = message_from_bytes(raw)
    if mail.get_content_type() != "multipart/report":
        return []
    parts = list(mail.walk())
    message_id = _message_id_in(mail, parts)
    if not message_id:
        return []
    return [*_failures(parts, message_id), *_complaints(parts, message_id)]


def _failures(parts: list[Mail], message_id: str) -> Iterator[Report]:
    for part in parts:
        if part.get_content_type() != "message/delivery-status" or not part.is_multipart():
            continue
        for about in _blocks(part):
            if _field(about, "Action").casefold() == "failed":
                yield Report(message_id, _failed_address(about), _kind(about), _reason(about))


def _complaints(parts: list[Mail], message_id: str) -> Iterator[Report]:
    for part in parts:
        if part.get_content_type() != "message/feedback-report":
            continue
        for about in _blocks(part):
            if _field(about, "Feedback-Type").casefold() == "abuse":
                address = parseaddr(_field(about, "Original-Rcpt-To"))[1]
                yield Report(message_id, address, BounceKind.COMPLAINT, "")


def _blocks(part: Mail) -> list[Mail]:
    """The groups of fields that the part consists of, as the parser has taken it apart."""
    payload = part.get_payload()
    return [each for each in payload if isinstance(each, Mail)] if isinstance(payload, list) else []


def _failed_address(about: Mail) -> str:
    """The address that we wrote to where the report still knows it; else the one that failed."""
    failed, meant = _address(about, "Final-Recipient"), _address(about, "Original-Recipient")
    plain = XTEXT.sub(lambda found: chr(int(found[1], 16)), meant)
    return failed if not meant or plain.casefold() == failed.casefold() else meant


def _address(about: Mail, name: str) -> str:
    return parseaddr(_field(about, name).rpartition(";")[2].strip())[1]


def _kind(about: Mail) -> BounceKind:
    """For good where the server says so of the address; else the next message may arrive."""
    words = _words(about)
    found = ENHANCED.search(_field(about, "Status"))
    if found is None or (found[1], found[2]) == ("5", "0"):
        found = ENHANCED.search(words) or found
    if found is None or found[1] != "5":
        return BounceKind.GAVE_UP
    is_of_address = found[2] in OF_ADDRESS or (found[2], found[3]) in NO_SUCH_DOMAIN
    is_of_text = found[2] == "0" and words.startswith(OF_TEXT)
    if not is_of_address or is_of_text or spares_address(found[0]):
        return BounceKind.GAVE_UP
    return BounceKind.PERMANENT


def _reason(about: Mail) -> str:
    """The server's own words; its code where it has none."""
    return (_words(about) or _field(about, "Status"))[:REASON_LENGTH]


def _words(about: Mail) -> str:
    return _field(about, "Diagnostic-Code").partition(";")[2].strip()


def _message_id_in(mail: Mail, parts: list[Mail]) -> str:
    """Of the message that is reported on: from what is given of it, else from what is answered."""
    for part in parts:
        original = _original_in(part)
        if original is not None and (found := MESSAGE_ID.search(_field(original, "Message-ID"))):
            return found[0]
    for name in ("In-Reply-To", "References"):
        if ids := MESSAGE_ID.findall(_field(mail, name)):
            return str(ids[-1])
    return ""


def _original_in(part: Mail) -> Mail | None:
    """What the part gives of the message that is reported on."""
    if part.get_content_type() == "message/rfc822":
        blocks = _blocks(part)
        return blocks[0] if blocks else None
    if part.get_content_type() in ("text/rfc822-headers", "message/rfc822-headers"):
        content = part.get_payload(decode=True)
        return message_from_bytes(content) if isinstance(content, bytes) else _nested(part)
    return None


def _nested(part: Mail) -> Mail | None:
    blocks = _blocks(part)
    return blocks[0] if blocks else message_from_string(str(part.get_payload()))


def _field(mail: Mail, name: str) -> str:
    """The field on one line, readable; an empty string where it is missing or can't be read."""
    value = mail.get(name)
    if value is None:
        return ""
    try:
        text = str(make_header(decode_header(value)))
    except (LookupError, ValueError, MessageError):
        text = str(value)
    shown = "".join(each if each.isprintable() else " " for each in text)
    return " ".join(shown.encode("utf-8", "replace").decode().split())
