"""What staff must see at once about the sending of messages."""

from datetime import datetime

from django.utils import timezone

from mathshub.outbox.health import Health, bounce_mailbox, health
from mathshub.outbox.through import queue
from mathshub.scope_admin.cells import count


def alarms(now: datetime) -> list[str]:
    """What staff must see at once about the sending of messages; nothing while all is well."""
    state = health(now)
    return [*_silence(state), *_refusal(state), *_delay(state), *_mailbox(now)]


def queue_words(now: datetime) -> str:
    """When what waits will have left; nothing where that is soon, or where nothing leaves at all."""
    waits = queue(now)
    if not waits.matters(now):
        return ""
    state = health(now)
    if state.is_sweep_late or state.failing_since:
        return ""
    verb = "waits" if waits.waiting == 1 else "wait"
    at = timezone.localtime(waits.through_at)
    day = "" if at.date() == timezone.localdate(now) else f" on {at:%A %-d %B}"
    return f"{count(waits.waiting, 'message')} {verb}; the last will have left at about {at:%H:%M}{day}."


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


def _mailbox(now: datetime) -> list[str]:
    """Without it, what comes back is not noticed."""
    box = bounce_mailbox(now)
    if not box.is_late:
        return []
    read = (
        f"since {timezone.localtime(box.last_read_at):%H:%M on %-d %B}"
        if box.last_read_at
        else "yet"
    )
    return [
        f"The mailbox for mail that comes back has not been read {read}: messages that bounce are "
        "not marked. Tell whoever runs the portal; its log says why."
    ]
