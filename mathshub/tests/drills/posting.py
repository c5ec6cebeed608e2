"""Schools that send the form of interest to the portal as a browser would, one after the other."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils import timezone

from enrolment.tests.filling import check_url, ready_drafts
from mathshub.testing.drill.drill import Drill
from mathshub.tests.drills.browsing import Browser
from mathshub.tests.drills.open_loop import within_which
from mathshub.tests.drills.walking import SEND
from workgroups.models import Offering
from workgroups.tests.factories import make_school

TIMEOUT = 20  # seconds; a reader would have gone by then


@dataclass
class Schools:
    """Sends forms to the portal on ``port``, and tells the drill's ledger what came back.

    ``taken`` are the addresses whose confirmation was shown, ``refused`` those that saw an error.
    Each address is of a school of its own, since a school asks once.
    """

    drill: Drill
    port: int
    offering: Offering
    taken: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    _checks: dict[str, str] = field(default_factory=dict)

    def fill_in(self, addresses: Sequence[str]) -> None:
        """Fill in a form for each of them, up to the page that sends it."""
        senders = [(make_school(), address) for address in addresses]
        drafts = ready_drafts(offering=self.offering, senders=senders, now=timezone.now())
        self._checks |= dict(zip(addresses, map(check_url, drafts), strict=True))

    def post(self, address: str) -> bool:
        """Send its form, again where it was sent; True when that leads to the confirmation page."""
        if address not in self._checks:
            self.fill_in([address])
        start = time.monotonic()
        is_taken = Browser(self.port, timeout=TIMEOUT).post(self._checks[address], SEND).is_told
        self.seconds.append(time.monotonic() - start)
        if is_taken:
            self.taken.append(address)
            self.drill.tell(address)
        else:
            self.refused.append(address)
            self.drill.leave_open(address)
        return is_taken

    def p95(self) -> float:
        """Seconds within which nineteen of twenty posts were answered."""
        return within_which(0.95, self.seconds)
