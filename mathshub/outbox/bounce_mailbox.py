"""Fetching delivery reports from the sender's mailbox, by IMAP; people's mail there is left unread."""

import imaplib
import logging
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from itertools import islice
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import InterfaceError, OperationalError

from mathshub.outbox.bounces import record_bounce
from mathshub.outbox.delivery_reports import is_report, read_reports
from mathshub.outbox.models import Heartbeat

log = logging.getLogger(__name__)

BOUNCES = "bounces"  # the heartbeat of the last good reading
LOOKED_BACK = timedelta(days=7)
HEADERS_AT_ONCE = 500  # what is asked stays within the 8,000 characters that servers take in a line
MOST_AT_ONCE = 200  # reports; the next run takes the rest
MOST_BYTES = 200_000  # of each: what matters stands before the text that is sent back
UID = re.compile(rb"\bUID (\d+)")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class MailboxAway(Exception):
    """The mailbox can't be opened or read; the message says why."""


@dataclass(frozen=True)
class Tally:
    """What one run has found."""

    reports: int = 0  # mails that report something
    came_back: int = 0  # messages of ours that they name


def read_bounces(now: datetime) -> Tally:
    """Note what the unread delivery reports of the last week say, and mark them as read.

    A report counts as read once it is noted, or found unreadable: a run that breaks off is made up
    for by the next one. One that comes to its end goes on record, so that a mailbox that can't be
    read is noticed. Raises ``MailboxAway``.
    """
    found = came_back = 0
    with _mailbox(settings.BOUNCE_MAILBOX_URL) as box:
        for uid, raw in _unread_reports(box, now):
            found += 1
            came_back += _note_or_tell(uid, raw, now)
            _ask(box, "STORE", uid, "+FLAGS.SILENT", r"(\Seen)")
    Heartbeat.objects.update_or_create(name=BOUNCES, defaults={"at": now})
    return Tally(found, came_back)


def _note_or_tell(uid: str, raw: bytes, now: datetime) -> int:
    """Anybody can write to a mailbox: a mail that can't be read must not stop those behind it.

    While the database is away the mail stays as it is, for the next run.
    """
    try:
        return _note(raw, now)
    except (InterfaceError, OperationalError):
        raise
    except Exception as error:
        # Without the error's own words, which may quote the mail.
        name = type(error).__name__
        log.warning("Mail %s of the mailbox can't be read as a report: %s.", uid, name)
        return 0


def _note(raw: bytes, now: datetime) -> int:
    noted = [
        record_bounce(
            message_id=report.message_id,
            address=report.address,
            kind=report.kind,
            reason=report.reason,
            now=now,
        )
        for report in read_reports(raw)
    ]
    return sum(message is not None for message in noted)


@contextmanager
def _mailbox(url: str) -> Iterator[imaplib.IMAP4]:
    """The folder that the address names, opened; raises ``MailboxAway``."""
    parts = urlsplit(url)
    try:
        box = _connect(parts.scheme, parts.hostname or "", parts.port)
        try:
            box.login(unquote(parts.username or ""), unquote(parts.password or ""))
            answer, said = box.select(f'"{unquote(parts.path.strip("/")) or "INBOX"}"')
            if answer != "OK":
                raise MailboxAway(_words(said))
            yield box
        finally:
            with suppress(imaplib.IMAP4.error, OSError):
                box.logout()
    except (imaplib.IMAP4.error, OSError, ValueError) as error:
        raise MailboxAway(f"{type(error).__name__}: {error}") from error


def _connect(scheme: str, host: str, port: int | None) -> imaplib.IMAP4:
    """Over TLS with a certificate that is checked; without only on this machine itself."""
    if scheme == "imaps":
        context = ssl.create_default_context()
        return imaplib.IMAP4_SSL(
            host, port or 993, ssl_context=context, timeout=settings.EMAIL_TIMEOUT
        )
    if scheme == "imap" and host in LOOPBACK:
        return imaplib.IMAP4(host, port or 143, timeout=settings.EMAIL_TIMEOUT)
    raise ValueError("BOUNCE_MAILBOX_URL must begin with imaps://")


def _unread_reports(box: imaplib.IMAP4, now: datetime) -> Iterator[tuple[str, bytes]]:
    """The unread mails that are reports, each with its number; they stay unread by this."""
    since = f"{now - LOOKED_BACK:%d-%b-%Y}"
    [numbers] = _ask(box, "SEARCH", "UNSEEN", "SINCE", since)
    uids = (numbers or b"").decode().split()
    for uid in islice(_reports_among(box, uids), MOST_AT_ONCE):
        yield uid, _literal(_ask(box, "FETCH", uid, f"(BODY.PEEK[]<0.{MOST_BYTES}>)"))


def _reports_among(box: imaplib.IMAP4, uids: list[str]) -> Iterator[str]:
    """Those that are reports by their header, which is fetched of many at once.

    People's mail stays unread, so that the answers to a large mailing are looked at each time.
    """
    for start in range(0, len(uids), HEADERS_AT_ONCE):
        some = ",".join(uids[start : start + HEADERS_AT_ONCE])
        answer = _ask(box, "FETCH", some, "(BODY.PEEK[HEADER.FIELDS (CONTENT-TYPE)])")
        for uid, header in _literals(answer):
            if is_report(str(message_from_bytes(header).get("Content-Type", ""))):
                yield uid


def _ask(box: imaplib.IMAP4, command: str, *arguments: str) -> list[Any]:
    answer, said = box.uid(command, *arguments)
    if answer != "OK":
        raise MailboxAway(f"{command}: {_words(said)}")
    return said


def _literals(answer: list[Any]) -> Iterator[tuple[str, bytes]]:
    """What a FETCH has brought, by the number of its mail: that stands before it or behind."""
    for each, behind in zip(answer, [*answer[1:], b""], strict=True):
        if not isinstance(each, tuple):
            continue
        around = each[0] + (behind if isinstance(behind, bytes) else b"")
        if found := UID.search(around):
            yield found[1].decode(), bytes(each[1])


def _literal(answer: list[Any]) -> bytes:
    """What a FETCH of one mail has brought; nothing where the mail has gone meanwhile."""
    return next((literal for _, literal in _literals(answer)), b"")


def _words(said: list[Any]) -> str:
    return " ".join(each.decode("utf-8", "replace") for each in said if isinstance(each, bytes))
