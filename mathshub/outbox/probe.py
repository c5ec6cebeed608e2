"""Trying the mail server out, step by step, in words for who sets it up."""

import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.utils import DNS_NAME

SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"


@dataclass(frozen=True)
class Step:
    """One step, whether it went well, and what the other side said."""

    name: str
    is_well: bool
    words: str


def try_mail_server(address: str) -> Iterator[Step]:
    """Resolve, connect, greet, encrypt, log in and hand over one test e-mail; ends where it fails."""
    probe = _Probe(address)
    steps: list[tuple[str, Callable[[], str]]] = [
        ("Name", probe.resolve),
        ("Connection", probe.connect),
        ("Encryption", probe.encrypt),
        ("Login", probe.log_in),
        ("E-mail", probe.hand_over),
    ]
    try:
        for name, act in steps:
            try:
                yield Step(name, True, act())
            except (smtplib.SMTPException, OSError, ValueError) as error:
                yield Step(name, False, _words_of(error))
                return
    finally:
        probe.close()


class _Probe:
    """One connection, by the settings that messages are sent with."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.host, self.port = settings.EMAIL_HOST, settings.EMAIL_PORT
        self._smtp: smtplib.SMTP | None = None

    def resolve(self) -> str:
        found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        return f"{self.host} is {', '.join(sorted({str(each[4][0]) for each in found}))}"

    def connect(self) -> str:
        where = f"port {self.port} of {self.host}"
        if settings.EMAIL_USE_SSL:
            self._smtp = smtplib.SMTP_SSL(
                self.host,
                self.port,
                local_hostname=DNS_NAME.get_fqdn(),
                timeout=settings.EMAIL_TIMEOUT,
                context=ssl.create_default_context(),
            )
        else:
            self._smtp = smtplib.SMTP(
                self.host,
                self.port,
                local_hostname=DNS_NAME.get_fqdn(),
                timeout=settings.EMAIL_TIMEOUT,
            )
        self._smtp.ehlo_or_helo_if_needed()
        return f"{where} answers"

    def encrypt(self) -> str:
        smtp = self._open()
        if settings.EMAIL_USE_TLS:
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo()
        if not isinstance(smtp.sock, ssl.SSLSocket):
            return "none: EMAIL_URL asks for none (smtp+tls:// or smtp+ssl:// do)"
        return f"{smtp.sock.version()}, certificate checked"

    def log_in(self) -> str:
        if not settings.EMAIL_HOST_USER:
            return "none: EMAIL_URL names no user"
        code, words = self._open().login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
        return f"{code} {_text(words)}"

    def hand_over(self) -> str:
        email = EmailMessage(
            subject="A test of the portal's mail",
            body="This e-mail shows that the portal's mail account can send. No answer is needed.\n",
            to=[self.address],
        )
        message = email.message()
        smtp = self._open()
        self._expect(smtp.mail(parseaddr(email.from_email)[1]), "sender")
        self._expect(smtp.rcpt(self.address), "recipient")
        code, words = smtp.data(message.as_bytes())
        self._expect((code, words), "text")
        return (
            f"taken: {code} {_text(words)}. Now look into the mailbox, and whether it is spam there"
        )

    def close(self) -> None:
        if self._smtp is not None:
            self._smtp.close()

    def _open(self) -> smtplib.SMTP:
        assert self._smtp is not None, "connect comes first"
        return self._smtp

    def _expect(self, answer: tuple[int, bytes], what: str) -> None:
        code, words = answer
        if code >= 400:
            raise smtplib.SMTPResponseException(code, f"{_text(words)} (the {what})")


def _words_of(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _text(words: bytes | str) -> str:
    if isinstance(words, bytes):
        words = words.decode("utf-8", "replace")
    return " ".join(words.split())
