"""What a drill's test is given: sizes, chance, the ledger, and time that can be let pass."""

import random
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db import OperationalError
from django.db.models import F
from django.utils import timezone

from mathshub.outbox.models import Heartbeat, MailAccount, Message
from mathshub.scope import all_hubs
from mathshub.testing.drill.ledger import Fact, Ledger, Outcome, Taken, Told, read_delivery, same
from mathshub.testing.smtp import SmtpSink

State = Message.State
POLL_SECONDS = 0.1
# Every time that the outbox keeps: moved back together, they are what a later clock would see.
TIMES = {
    Message: ("due_at", "expires_at", "created_at", "lease_until", "sent_at"),
    MailAccount: ("counted_at", "failing_since", "rests_until"),
    Heartbeat: ("at",),
}


class Drill:
    """One drill. ``rng`` is seeded: the same seed gives the same faults at the same messages.

    Addresses are told apart without regard to case. Of each the drill says what must become:

        drill.tell("head1@school.example")                     one message arrives
        drill.tell("rcpt-550+2@school.example", end="dead")    it ends so, and does not arrive
        drill.leave_open("head3@school.example")               an error page: once or not at all
        drill.forbid("head4@school.example")                   nothing may arrive
        drill.allow_doubles(kills)                             repeats that the promise allows
        drill.count("overbooked", 0)                           anything else that is counted

    Mail to any other address breaks the drill.
    """

    def __init__(self, *, seed: str, is_full: bool, name: str = "", sink: SmtpSink | None = None):
        self.seed = seed
        self.is_full = is_full
        self.rng = random.Random(f"{seed}:{name}")
        self.sink = sink
        self._ledger = Ledger()
        self._passed: list[tuple[datetime, timedelta]] = []

    def size(self, *, short: int, full: int) -> int:
        """How many: few in `make test`, many in `make drill`."""
        return full if self.is_full else short

    # --- what was told

    def tell(self, address: str, *, end: str = State.SENT, count: int = 1) -> None:
        """Somebody was led to expect this; call when it was said (the page was shown)."""
        self._ledger.told.append(Told(same(address), str(end), count, self.now()))

    def tell_all(self, addresses: Iterable[str], *, end: str = State.SENT) -> None:
        for address in addresses:
            self.tell(address, end=end)

    def leave_open(self, address: str) -> None:
        """The client was not told how it ended: one message may go, or none."""
        self._ledger.open.add(same(address))

    def forbid(self, address: str) -> None:
        """Nothing may ever go there."""
        self._ledger.forbidden.add(same(address))

    def allow_doubles(self, count: int) -> None:
        """So many more repeats, under the same Message-ID, are what the promise allows."""
        self._ledger.allowed_doubles += count

    def late_after(self, limit: timedelta) -> None:
        """Late is what arrives so long after it was told, or after the fault was over.

        15 minutes unless this is called.
        """
        self._ledger.late_after = limit

    def fault_is_over(self) -> None:
        """From here on messages can go again: lateness counts from now."""
        self._ledger.fault_over_at = self.now()

    def count(self, name: str, number: int, *, allowed: int = 0) -> None:
        """A fact for the table; more than ``allowed``, or less than none, break its promises."""
        self._ledger.facts.append(Fact(name, number, allowed))

    def note(self, words: str) -> None:
        """Words for the table: a time that was measured, what was done how often."""
        self._ledger.notes.append(words)

    # --- time

    def now(self) -> datetime:
        """The time of this drill: the clock's, and all that was let pass."""
        return self._drill_time(timezone.now())

    def let_time_pass(self, **parts: float) -> None:
        """Hours go by for the outbox (``hours=1``): every time that it keeps moves back.

        Clocks of processes stay: a sender at work does not notice that its lease has run out.
        """
        by = timedelta(**parts)
        with all_hubs("time passes for every hub"):
            for model, fields in TIMES.items():
                _move_back(model, fields, by)
        self._passed.append((timezone.now(), by))

    def wait_until_ended(self, *, seconds: float = 60) -> bool:
        """True once every message has ended; False when some had not after ``seconds``."""
        return self.wait_until(lambda: not count_waiting(), seconds=seconds)

    def wait_until_taken(self, count: int, *, seconds: float = 60) -> bool:
        """True once the mail server has taken so many in all; False after ``seconds``."""
        sink = self._needed_sink()
        return self.wait_until(lambda: len(sink.deliveries) >= count, seconds=seconds)

    def wait_until_still(self, *, seconds: float = 1) -> None:
        """Return when nothing has arrived for so long: whoever would do harm has done it."""
        sink, last, since = self._needed_sink(), -1, time.monotonic()
        while time.monotonic() - since < seconds:
            if len(sink.deliveries) != last:
                last, since = len(sink.deliveries), time.monotonic()
            time.sleep(POLL_SECONDS)

    def wait_until(self, is_so: Callable[[], object], *, seconds: float = 60) -> bool:
        """True once it is so; False when it was not after ``seconds``."""
        deadline = time.monotonic() + seconds
        while not is_so():
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_SECONDS)
        return True

    # --- the end

    def outcome(self) -> Outcome:
        """Compare the ledgers as they stand now."""
        deliveries = list(self.sink.deliveries) if self.sink else []
        taken: list[Taken] = []
        for each in deliveries:
            taken += read_delivery(each, self._drill_time(each.received_at))
        return self._ledger.compare(self._rows() if self._has_people() else [], taken)

    def _has_people(self) -> bool:
        ledger = self._ledger
        return bool(ledger.told or ledger.open or ledger.forbidden)

    def _rows(self) -> list[tuple[str, str]]:
        with all_hubs("a drill's ledger reads every row"):
            rows = Message.objects.values_list("recipient", "state")
            return [(same(recipient), state) for recipient, state in rows]

    def _drill_time(self, moment: datetime) -> datetime:
        return moment + sum((by for at, by in self._passed if at <= moment), timedelta())

    def _needed_sink(self) -> SmtpSink:
        assert self.sink is not None, "the drill's test has to ask for smtp_sink"
        return self.sink


def count_waiting() -> int:
    """Messages of any hub that have not ended."""
    with all_hubs("a drill waits for every row"):
        count: int = Message.objects.waiting().count()
        return count


def _move_back(model: type, fields: tuple[str, ...], by: timedelta) -> None:
    """Senders at work may hold the same rows: a deadlock is tried again."""
    rows = model.objects.all()  # type: ignore[attr-defined]
    for tries_left in (2, 1, 0):
        try:
            rows.update(**{name: F(name) - by for name in fields})
            return
        except OperationalError:
            if not tries_left:
                raise
