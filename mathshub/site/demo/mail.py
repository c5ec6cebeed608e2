"""Reads back the mail that the demonstration keeps in files (Django's filebased backend)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from functools import cached_property
from pathlib import Path

# What the backend writes after each message.
_END_OF_MESSAGE = b"\n" + b"-" * 79 + b"\n"
_KEY = re.compile(r"^(?P<file>\d{8}-\d{6}-\d+)-(?P<index>\d+)$")


@dataclass(frozen=True)
class Part:
    """A piece of a mail that can be downloaded; ``number`` is its place in the whole."""

    number: int
    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class SentMail:
    """One mail that left. ``key`` names its file and its place in it."""

    key: str
    raw: bytes

    @cached_property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)

    @property
    def subject(self) -> str:
        return str(self.message["Subject"] or "(no subject)")

    @property
    def sender(self) -> str:
        return str(self.message["From"] or "")

    @property
    def sender_name(self) -> str:
        """The hub's name, or the address where no name stands before it."""
        return parseaddr(self.sender)[0] or self.sender

    @property
    def recipient(self) -> str:
        return str(self.message["To"] or "")

    @property
    def date(self) -> object:
        """When it was made, a datetime with a zone; None when the header is missing."""
        return getattr(self.message["Date"], "datetime", None)

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [(name, str(value)) for name, value in self.message.items()]

    @cached_property
    def text(self) -> str:
        return self._body("plain")

    @cached_property
    def html(self) -> str:
        return self._body("html")

    @cached_property
    def attachments(self) -> list[Part]:
        """All that is neither the text nor the HTML version, calendar entries among it."""
        bodies = [self.message.get_body([kind]) for kind in ("plain", "html")]
        leaves = [part for part in self.message.walk() if not part.is_multipart()]
        return [
            Part(
                number=number,
                name=part.get_filename() or f"part-{number}.{part.get_content_subtype()}",
                content_type=part.get_content_type(),
                content=bytes(part.get_payload(decode=True) or b""),
            )
            for number, part in enumerate(leaves, start=1)
            if not any(part is body for body in bodies)
        ]

    def _body(self, kind: str) -> str:
        body = self.message.get_body([kind])
        return str(body.get_content()) if body is not None else ""


def newest_first(folder: Path) -> Iterator[SentMail]:
    """The mails in ``folder``, latest first; none while the folder does not exist."""
    for path in sorted(folder.glob("*.log"), key=_age, reverse=True):
        yield from reversed(_mails_in(path))


def mail_by_key(folder: Path, key: str) -> SentMail | None:
    """The mail of that key; None for a key that no mail has."""
    match = _KEY.match(key)
    if match is None or not (folder / f"{match['file']}.log").is_file():
        return None
    found = [mail for mail in _mails_in(folder / f"{match['file']}.log") if mail.key == key]
    return found[0] if found else None


def _age(path: Path) -> tuple[int, str]:
    return path.stat().st_mtime_ns, path.name


def _mails_in(path: Path) -> list[SentMail]:
    """In the order of their sending; one that is still being written is left for the next time."""
    *complete, _unfinished = path.read_bytes().split(_END_OF_MESSAGE)
    return [SentMail(f"{path.stem}-{index}", raw) for index, raw in enumerate(complete, start=1)]
