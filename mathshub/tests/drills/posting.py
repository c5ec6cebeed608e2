"""Schools that send the form of interest to the portal as a browser would, one after the other."""

import time
from dataclasses import dataclass, field

from enrolment.tests.filling import filled_in_now, form_url
from mathshub.testing.drill.drill import Drill
from mathshub.tests.drills.browsing import Browser
from mathshub.tests.drills.open_loop import within_which
from workgroups.models import Offering, School

TIMEOUT = 20  # seconds; a reader would have gone by then


@dataclass
class Schools:
    """Posts forms to the portal on ``port``, and tells the drill's ledger what came back.

    ``taken`` are the addresses whose confirmation was shown, ``refused`` those that saw an error.
    """

    drill: Drill
    port: int
    offering: Offering
    school: School
    taken: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def post(self, address: str, **changes: str) -> bool:
        """Send one form; True when the answer leads to the confirmation page."""
        start = time.monotonic()
        is_taken = self._send(address, changes)
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

    def _send(self, address: str, changes: dict[str, str]) -> bool:
        form = filled_in_now(self.offering, self.school, headteacher_email=address, **changes)
        page = Browser(self.port, timeout=TIMEOUT).post(form_url(self.offering), form)
        return page.status == 302 and "/received/" in page.location
