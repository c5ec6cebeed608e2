"""Messages about interest: to who sends a form, to those it names, to the hub.

“place-offered” and “seat-named” are queued in this app and registered by ``sessions``: they say
when the next session is.
"""

from enrolment.messages import briefings
from enrolment.messages.digest import plan_digests
from enrolment.messages.drafts import plan_nudges
from enrolment.messages.openings import plan_window_opened
from enrolment.messages.received import render_eoi_received

__all__ = ["briefings", "plan_digests", "plan_nudges", "plan_window_opened", "render_eoi_received"]
