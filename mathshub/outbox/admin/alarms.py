"""What staff must see at once about the sending of messages."""

from datetime import datetime

from django.utils import timezone

from mathshub.outbox.health import Health, health
from mathshub.scope_admin.cells import count


def alarms(now: datetime) -> list[str]:
    """What staff must see at once about the sending of messages; nothing while all is well."""
    state = health(now)
    return [*_silence(state), *_refusal(state), *_delay(state)]


def _silence(state: Health) -> list[str]:
    if not state.is_sweep_late:
        return []
    last = state.last_sweep_at
    since = f"since {timezone.localtime(last):%H:%M on %-d %B}" if last else "yet"
    return [
        f"No message has left {since}: the part that sends them has stopped. Nothing is lost; "
        "tell whoever runs the portal."
    ]


def _refusal(state: Health) -> list[str]:
    if not state.failing_since:
        return []
    return [
        "The mail server can't be reached "
        f"since {timezone.localtime(state.failing_since):%H:%M on %-d %B}; messages wait and go "
        f"by themselves once it answers. It said: {state.error}"
    ]


def _delay(state: Health) -> list[str]:
    if not state.overdue or state.is_sweep_late or state.failing_since:
        return []
    return [f"{count(state.overdue, 'message')} should have left 15 minutes ago and did not."]
