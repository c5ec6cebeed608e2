"""Reminders to hundreds of people at one hour: how many one sender and four of them send a second."""

import smtplib
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from django.core.mail import get_connection
from django.db import connection
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone

from mathshub.outbox.kinds import Letter, kind_named
from mathshub.outbox.letters import write_email
from mathshub.outbox.models import Hold, Message
from mathshub.outbox.sweep import sweep
from mathshub.processes import Part
from mathshub.scope import hub_scope
from mathshub.testing.bench.figures import Row, Target, at_least
from mathshub.testing.bench.load import cpu_seconds_of
from mathshub.testing.bench.reminders import A_GROUP, make_reminders
from mathshub.testing.bench.stage import Stage
from mathshub.testing.ports import free_port
from workgroups.models import Hub

TITLE = "Bulk mail"
SMTP = "django.core.mail.backends.smtp.EmailBackend"
NO_LIMIT = 100_000_000  # messages a minute: the mail account's rate is not what is measured
FLOOR_IS = "(iv) rendered by Django, sent over one connection"
FLOOR_COUNT = 400
GROUPS_OF_ONE, GROUPS_OF_FOUR = 50, 100
WARM_UP = 5  # one in so many messages fills the senders' caches before anything is measured
PATIENCE = 120  # seconds


class NotDelivered(Exception):
    """The sink and the outbox do not agree that each message went once."""


@dataclass(frozen=True)
class Floor:
    """Messages a second from one process without an outbox; a figure for each turn."""

    raw: list[float] = field(default_factory=list)
    """The same bytes again and again, by smtplib."""
    rendered: list[float] = field(default_factory=list)
    """The same letter, rendered and put into bytes each time."""


@dataclass(frozen=True)
class Pace:
    """What warm senders did; processor times in milliseconds for each message."""

    per_second: float
    senders_cpu: float
    database_cpu: float


def measure(stage: Stage) -> Iterator[Row]:
    """The floors before, between and after the senders, so that noise meets all alike."""
    with closing(_Bench(stage)) as bench:
        queries = bench.queries_of_a_message()
        bench.measure_floor()
        one = bench.send(GROUPS_OF_ONE, senders=1)
        bench.measure_floor()
        four = bench.send(GROUPS_OF_FOUR, senders=4)
        bench.measure_floor()
        yield _row("Bulk mail, one sender", one, bench.floor, queries)
        yield _row("Bulk mail, four senders", four, bench.floor, queries, at_least(300))


def _row(name: str, pace: Pace, floor: Floor, queries: int, target: Target | None = None) -> Row:
    whole = pace.senders_cpu + pace.database_cpu
    return Row(
        name,
        ours=pace.per_second,
        unit="messages/s",
        target=target,
        floor=median(floor.rendered),
        floor_is=FLOOR_IS,
        queries=queries,
        most_queries=11,
        details={
            "senders": f"{pace.senders_cpu:.2f} ms CPU",
            "PostgreSQL": f"{pace.database_cpu:.2f} ms CPU",
            "raw smtplib": f"{median(floor.raw):,.0f}/s",
        },
        note=f"A message took {whole:.1f} ms of processor time, so that two cores with nothing "
        f"else to do carry {2000 / whole:.0f} a second. Each is read and checked afresh, written, "
        "marked before it goes and afterwards, with three commits that wait for the disk.",
    )


class _Bench:
    """A sink, and for each turn a hub whose reminders are held back until all is ready."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._port = free_port()
        self._sink = self._start_sink()
        self._control = smtplib.SMTP("127.0.0.1", self._port)
        self._database = _parent_of(_backend_pid())
        self._letter: tuple[Message, Letter] | None = None
        self.floor = Floor()

    def close(self) -> None:
        self._control.quit()
        self._sink.stop()

    def queries_of_a_message(self) -> int:
        """SQL statements for each message of whole claims, counted in this process."""
        settings = {"EMAIL_BACKEND": SMTP, "EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": self._port}
        with override_settings(**settings, EMAIL_RATE_PER_MINUTE=NO_LIMIT):
            sweep()  # what the demonstration has left to send
            hub = make_reminders(6, now=timezone.now())
            self._letter = _letter_of(hub)
            _release(hub)
            with CaptureQueriesContext(connection) as captured:
                sent = sum(sweep().values())
        return round(len(captured) / sent)

    def measure_floor(self) -> None:
        """One more turn of each floor."""
        assert self._letter is not None, "there is no letter yet"
        message, letter = self._letter
        content = write_email(message, letter).message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]
        with smtplib.SMTP("127.0.0.1", self._port) as smtp:
            addresses = "portal@mathshub.example.org", [message.recipient]
            raw = _rate(lambda: smtp.sendmail(*addresses, content))
        with get_connection(SMTP, host="127.0.0.1", port=self._port) as backend:
            rendered = _rate(lambda: backend.send_messages([write_email(message, letter)]))
        self.floor.raw.append(raw)
        self.floor.rendered.append(rendered)

    def send(self, groups: int, *, senders: int) -> Pace:
        """Let warm senders send the reminders of so many groups. Raises ``NotDelivered``."""
        hub, count = make_reminders(groups, now=timezone.now()), groups * A_GROUP
        _analyse()
        self._control.docmd("XFORGET")
        parts = [self._start_sender(number) for number in range(senders)]
        try:
            _release(hub)
            warm = count // WARM_UP
            self._wait_for(warm)
            taken, begun, before = self._taken(), time.perf_counter(), self._cpu(parts)
            self._wait_for(count)
            seconds, after = time.perf_counter() - begun, self._cpu(parts)
        finally:
            for part in parts:
                part.stop()
        self._check(hub, count)
        senders_cpu, database_cpu = (
            (later - earlier) * 1000 / (count - taken)
            for earlier, later in zip(before, after, strict=True)
        )
        return Pace((count - taken) / seconds, senders_cpu, database_cpu)

    def _start_sink(self) -> Part:
        command = [sys.executable, "-m", "mathshub.testing.bench.mail_sink", str(self._port)]
        sink = Part("mail sink", command, log=self._stage.var_dir / "logs" / "mail_sink.log")
        return self._stage.start(sink, lambda: _listens(self._port))

    def _start_sender(self, number: int) -> Part:
        """A sender that has begun to look for messages."""
        env = self._stage.portal_env(
            EMAIL_URL=f"smtp://127.0.0.1:{self._port}",
            EMAIL_RATE_PER_MINUTE=str(NO_LIMIT),
            SWEEP_SECONDS="0.1",
        )
        command = [sys.executable, "manage.py", "send_outbox", "--loop"]
        log = self._stage.var_dir / "logs" / f"sender-{number}.log"
        connections = _connections()
        sender = Part("sender", command, log=log, env=env)
        return self._stage.start(sender, lambda: _connections() > connections)

    def _cpu(self, senders: list[Part]) -> tuple[float, float]:
        """Seconds of the senders and of PostgreSQL so far."""
        return sum(cpu_seconds_of(each.pid) for each in senders), cpu_seconds_of(self._database)

    def _taken(self) -> int:
        return self._tally()[0]

    def _tally(self) -> tuple[int, int]:
        """Messages that the sink has taken, and to how many addresses."""
        messages, addresses = self._control.docmd("XTALLY")[1].split()
        return int(messages), int(addresses)

    def _wait_for(self, count: int) -> None:
        deadline = time.monotonic() + PATIENCE
        while self._taken() < count:
            if time.monotonic() > deadline:
                raise NotDelivered(f"{self._taken()} of {count} messages in {PATIENCE} s")
            time.sleep(0.02)

    def _check(self, hub: Hub, count: int) -> None:
        """Each message went once, to an address of its own, and is known to be sent."""
        with hub_scope(hub):
            sent = Message.objects.filter(state=Message.State.SENT).count()
        if (*self._tally(), sent) != (count, count, count):
            raise NotDelivered(f"of {count} messages {sent} are sent; the sink: {self._tally()}")


def _release(hub: Hub) -> None:
    with hub_scope(hub):
        Hold.objects.update(lifted_at=timezone.now())


def _letter_of(hub: Hub) -> tuple[Message, Letter]:
    """One of its reminders, and what it says."""
    with hub_scope(hub):
        message = Message.objects.select_related("hub")[0]
        return message, kind_named(message.kind).render(message, timezone.now())


def _rate(send: Callable[[], object]) -> float:
    """How often a second it is done."""
    begun = time.perf_counter()
    for _ in range(FLOOR_COUNT):
        send()
    return FLOOR_COUNT / (time.perf_counter() - begun)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _analyse() -> None:
    """As the database does by itself once rows have changed, but not while others are measured."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _connections() -> int:
    """How many processes are connected to the database."""
    return _ask("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'")


def _backend_pid() -> int:
    return _ask("SELECT pg_backend_pid()")


def _ask(question: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return int(cursor.fetchone()[0])


def _parent_of(pid: int) -> int:
    """PostgreSQL's own process, when it is that of one connection that is asked about."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
