"""How sessions are put into a few words in the lists."""

from datetime import datetime

from django.utils.safestring import SafeString

from mathshub.scope_admin.cells import tag
from sessions.models import Session


def session_tag(session: Session, now: datetime) -> SafeString:
    """Planned, published, held or cancelled."""
    if session.has_taken_place(now):
        return tag("held", "leaf")
    if session.state == Session.State.PLANNED:
        return tag("planned, not published", "sun")
    if session.state == Session.State.CANCELLED:
        return tag("cancelled", "clay")
    return tag("published")
