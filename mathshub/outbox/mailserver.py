"""One connection to the mail server for one batch, whichever EMAIL_BACKEND is set."""

import contextlib
import smtplib
from types import TracebackType
from typing import Any, Self

from django.core.mail import EmailMultiAlternatives, get_connection

from mathshub.outbox.answers import Answer, Verdict, read_answer


class MailServerAway(Exception):
    """There is no connection, or it was lost; the message says how."""


class MailServer:
    """Opened when first needed, closed at the end of the batch.

    with MailServer() as server:
        server.open()
        answer = server.send(email)
    """

    def __init__(self) -> None:
        self._backend = get_connection()
        self._text_begun = False
        self.sends = 0  # messages handed over, whatever came of it
        self.answers = 0  # those of them that it has said yes or no to
        self.is_lost = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # A goodbye that fails changes nothing: each message has its answer.
        with contextlib.suppress(smtplib.SMTPException, OSError):
            self._backend.close()

    def open(self) -> None:
        """Connect, unless that is done; raises ``MailServerAway``."""
        try:
            if self._backend.open():
                self._notice_texts()
        except (smtplib.SMTPException, OSError) as error:
            self.is_lost = True
            raise MailServerAway(read_answer(error, text_begun=False).words) from error

    def send(self, email: EmailMultiAlternatives) -> Answer:
        """Hand one message over. What is wrong with the message itself raises ``ValueError``."""
        self._text_begun = False
        self.sends += 1
        try:
            self._backend.send_messages([email])
        except (smtplib.SMTPException, OSError) as error:
            answer = read_answer(error, text_begun=self._text_begun)
        else:
            answer = Answer(Verdict.TAKEN)
        self.is_lost = answer.verdict in (Verdict.AWAY, Verdict.UNKNOWN)
        self.answers += not self.is_lost
        return answer

    def _notice_texts(self) -> None:
        """Have smtplib say when it begins with a text: afterwards a silence may be a yes."""
        smtp = getattr(self._backend, "connection", None)
        if not isinstance(smtp, smtplib.SMTP):
            return
        send_text = smtp.data

        def notice_and_send(text: Any) -> Any:
            self._text_begun = True
            return send_text(text)

        smtp.data = notice_and_send  # type: ignore[assignment, method-assign]
