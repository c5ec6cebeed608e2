"""Schools that send the form of interest to the portal as a browser would, one after the other."""

import http.client
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from enrolment.forms.tokens import make_form_token
from mathshub.testing.drill.drill import Drill
from workgroups.models import Offering, School

TIMEOUT = 20  # seconds; a reader would have gone by then


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """The answer to the post itself is what says that it was taken."""

    def redirect_request(self, *args: Any) -> None:
        return None


@dataclass
class Schools:
    """Posts forms to the page at ``url``, and tells the drill's ledger what came back.

    ``taken`` are the addresses whose confirmation was shown, ``refused`` those that saw an error.
    """

    drill: Drill
    url: str
    offering: Offering
    school: School
    taken: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def post(self, address: str, form_token: str = "") -> bool:
        """Send one form; True when the answer leads to the confirmation page."""
        start = time.monotonic()
        is_taken = self._send(fill(self.offering, self.school, address, form_token))
        self.seconds.append(time.monotonic() - start)
        if is_taken:
            self.taken.append(address)
            self.drill.tell(address)
        else:
            self.refused.append(address)
            self.drill.leave_open(address)
        return is_taken

    def new_token(self) -> str:
        """That of a page which was opened just now; sent twice, it still is one form."""
        return new_token(self.offering)

    def p95(self) -> float:
        """Seconds within which nineteen of twenty posts were answered."""
        ordered = sorted(self.seconds)
        return ordered[max(0, -(-len(ordered) * 95 // 100) - 1)]

    def _send(self, fields: dict[str, Any]) -> bool:
        body = urllib.parse.urlencode(fields, doseq=True).encode()
        opener = urllib.request.build_opener(NoRedirect)
        try:
            opener.open(self.url, body, timeout=TIMEOUT).close()
        except urllib.error.HTTPError as answer:
            return answer.code == 302 and "/received/" in answer.headers.get("Location", "")
        except (OSError, http.client.HTTPException):
            return False
        return False  # shown again, with errors


def fill(offering: Offering, school: School, address: str, form_token: str = "") -> dict[str, Any]:
    """A form that can be sent, of a page that was opened just now."""
    return {
        "form_token": form_token or new_token(offering),
        "school_typed": school.name,
        "urn": school.urn,
        "headteacher_name": "Grace Obi",
        "headteacher_email": address,
        "person_1_name": "Sam Okafor",
        "person_1_email": "sam@school.example",
        "person_1_role": "maths_lead",
        "days": ["monday", "thursday"],
        "commitment": "on",
        "privacy": "on",
        "leave_empty": "",
    }


def new_token(offering: Offering) -> str:
    return make_form_token(f"interest-{offering.pk}", now=timezone.now())
