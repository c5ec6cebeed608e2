"""What a mail provider's calls say, once django-anymail has checked and read them."""

from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from django.utils import timezone

from mathshub.outbox.answers import spares_address
from mathshub.outbox.bounces import BounceKind, record_bounce


def note_event(event: AnymailTrackingEvent, **rest: Any) -> None:
    """One thing that the provider tells of one message. Raises what makes it tell us again."""
    kind = _kind_of(event)
    if kind is None:
        return
    record_bounce(
        message_id=event.message_id or "",
        address=event.recipient or "",
        kind=kind,
        reason=_words(event),
        now=timezone.now(),
        known_by_address=True,
    )


def _kind_of(event: AnymailTrackingEvent) -> BounceKind | None:
    """None for what changes nothing: delivered, put off, opened."""
    if event.event_type == EventType.COMPLAINED:
        return BounceKind.COMPLAINT
    if event.event_type not in (EventType.BOUNCED, EventType.REJECTED, EventType.FAILED):
        return None
    names_address = event.reject_reason in (RejectReason.BOUNCED, RejectReason.INVALID)
    may_arrive_again = _is_soft(event.esp_event) or spares_address(_words(event))
    is_for_good = names_address and not may_arrive_again
    return BounceKind.PERMANENT if is_for_good else BounceKind.GAVE_UP


def _words(event: AnymailTrackingEvent) -> str:
    """What the reader's mail server said, else what the provider says of it."""
    return " ".join((event.mta_response or event.description or "").split())


def _is_soft(told: Any) -> bool:
    """Given up by the provider, though not for good: each says that in a word of its own."""
    words = (str(told.get("event", "")), str(told.get("Type", "")))
    return told.get("hard_bounce") is False or any("soft" in each.casefold() for each in words)


tracking.connect(note_event)
