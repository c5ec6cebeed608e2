"""An SMTP server on loopback that keeps what it is sent and fails on request.

The local part of a recipient chooses the fault; anything after a plus sign is ignored, and any
other local part is delivered:

    rcpt-550@     RCPT is answered 550, every time (any code may be named)
    rcpt-450-2@   RCPT is answered 450 the first two times, then accepted
    data-554@     the message is refused after DATA
    data-450-1@   the message is refused after DATA once, then accepted
    hang@         no answer after DATA until the sink stops
    cut-in-text@  the connection is cut while the text is being sent
    cut@          the connection is cut after DATA, the message not taken
    lost-reply@   the message is taken and the connection cut before the answer
    hang-1@       once, then delivered; so with the three others and any number

A code of 421 closes the connection, as servers do. What befalls everybody is set on the sink:
`greeting`, `throttle` and `password`.
"""

import asyncio
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session, syntax

from mathshub.testing.ports import free_port

FAULT = re.compile(r"(?P<stage>rcpt|data)-(?P<code>[45]\d\d)(?:-(?P<times>\d+))?")
BREAK = re.compile(r"(?P<fault>hang|cut|cut-in-text|lost-reply)(?:-(?P<times>\d+))?")


@dataclass(frozen=True)
class Delivery:
    """One message that the sink has taken."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage
    received_at: datetime  # UTC

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """The plain-text part; empty when there is none."""
        return self._part("plain")

    @property
    def html(self) -> str:
        """The HTML part; empty when there is none."""
        return self._part("html")

    @property
    def links(self) -> list[str]:
        """The web addresses in the plain text, in their order."""
        return re.findall(r"https?://[^\s<>]+", self.text)

    def _part(self, subtype: str) -> str:
        part = self.message.get_body((subtype,))
        return str(part.get_content()) if part else ""


class SmtpSink:
    """Deliveries in the order of their coming, and the faults that senders met."""

    def __init__(self) -> None:
        self.port = free_port()
        self.deliveries: list[Delivery] = []
        self.faults: Counter[str] = Counter()  # by recipient: how often a fault was played
        self.greeting = ""  # what every connection is turned away with: "421 4.3.2 too busy"
        self.throttle = ""  # what every RCPT is answered with: "452 4.5.3 not so fast"
        self.password = ""  # what senders who log in have to give; others get 535
        self.refusals: Counter[str] = Counter()  # by code: greetings, logins and throttled RCPTs
        self.before_answer: Callable[[Delivery], None] | None = None  # called once it is taken
        self._controller: Controller | None = None
        self._stopping = threading.Event()

    @property
    def url(self) -> str:
        """For EMAIL_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listen; after `stop`, on the same port again."""
        self._stopping.clear()
        self._controller = _Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        """Refuse connections from now on; what was delivered is kept."""
        self._stopping.set()
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def to(self, address: str) -> list[Delivery]:
        """What was delivered to this address, without regard to case."""
        wanted = address.casefold()
        return [
            delivery
            for delivery in list(self.deliveries)
            if wanted in (recipient.casefold() for recipient in delivery.recipients)
        ]

    def wait_for(
        self,
        address: str,
        *,
        where: Callable[[Delivery], bool] = lambda delivery: True,
        count: int = 1,
        seconds: float = 30,
    ) -> list[Delivery]:
        """Deliveries to the address that satisfy `where`, once there are `count` of them.

        Raises TimeoutError, with the subjects that did arrive, after `seconds`.
        """
        deadline = time.monotonic() + seconds
        while len(found := [each for each in self.to(address) if where(each)]) < count:
            if time.monotonic() > deadline:
                arrived = [(each.recipients, each.subject) for each in self.deliveries]
                raise TimeoutError(
                    f"{len(found)} of {count} messages to {address} in {seconds:g} s; "
                    f"all deliveries: {arrived}"
                )
            time.sleep(0.05)
        return found

    # What aiosmtpd calls, in its own thread.

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.throttle:
            self.refusals[self.throttle[:3]] += 1
            return self.throttle
        if refusal := self._refusal("rcpt", address, server):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        for address in envelope.rcpt_tos:
            if refusal := self._refusal("data", address, server):
                return refusal
            fault = self.break_for(address)
            if fault == "lost-reply":
                self._keep(envelope)
            if fault in ("lost-reply", "cut"):
                _connection(server).abort()
                return "250 nobody hears this"
            if fault == "hang":
                await self._wait_until_stopping()
        delivery = self._keep(envelope)
        if self.before_answer is not None:
            await asyncio.to_thread(self.before_answer, delivery)
        return "250 OK"

    def break_for(self, address: str) -> str:
        """How the connection breaks at this message, counted; empty when it does not."""
        found = BREAK.fullmatch(_local_part(address))
        if not found or (found["times"] and self.faults[address] >= int(found["times"])):
            return ""
        self.faults[address] += 1
        return found["fault"]

    def log_in(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        """Whether the password is the one that is wanted."""
        given = data.password if isinstance(data, LoginPassword) else b""
        is_right = not self.password or given == self.password.encode()
        self.refusals["535"] += not is_right
        return AuthResult(success=is_right, handled=False)

    def _refusal(self, stage: str, address: str, server: SMTP) -> str:
        fault = FAULT.fullmatch(_local_part(address))
        if not fault or fault["stage"] != stage:
            return ""
        if fault["times"] and self.faults[address] >= int(fault["times"]):
            return ""
        self.faults[address] += 1
        if fault["code"] == "421":
            server.loop.call_soon(_connection(server).close)  # once the reply is written
        return f"{fault['code']} as asked for by the recipient's name"

    def _keep(self, envelope: Envelope) -> Delivery:
        content = envelope.original_content or b""
        delivery = Delivery(
            sender=envelope.mail_from or "",
            recipients=tuple(envelope.rcpt_tos),
            message=message_from_bytes(content, policy=policy.default),
            received_at=datetime.now(UTC),
        )
        self.deliveries.append(delivery)
        return delivery

    async def _wait_until_stopping(self) -> None:
        while not self._stopping.is_set():
            await asyncio.sleep(0.05)


class _Server(SMTP):
    """aiosmtpd's, with the faults that come before its handler is asked."""

    async def _handle_client(self) -> None:
        sink: SmtpSink = self.event_handler
        if not sink.greeting:
            return await super()._handle_client()
        sink.refusals[sink.greeting[:3]] += 1
        await self.push(sink.greeting)
        return _connection(self).close()

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:
        sink: SmtpSink = self.event_handler
        addresses = self.envelope.rcpt_tos if self.envelope else []
        breaking = [each for each in addresses if _local_part(each).startswith("cut-in-text")]
        if not breaking or not sink.break_for(breaking[0]):
            return await super().smtp_DATA(arg)
        await self.push("354 Go on")
        await self._reader.readuntil(b"\r\n")
        return _connection(self).abort()


class _Controller(Controller):
    """Makes a server for each connection."""

    def factory(self) -> SMTP:
        sink: SmtpSink = self.handler
        return _Server(
            sink,
            enable_SMTPUTF8=True,
            authenticator=sink.log_in,
            auth_require_tls=False,
        )


def _connection(server: SMTP) -> asyncio.Transport:
    assert isinstance(server.transport, asyncio.Transport)
    return server.transport


def _local_part(address: str) -> str:
    return address.rpartition("@")[0].partition("+")[0].casefold()
