"""Broken versions of the portal, one thing at a time: a drill that misses one is no drill.

Each takes away one safeguard in the process that loads it (BROKEN=fence, for example).
"""

from collections.abc import Callable
from typing import Any

from mathshub.outbox.claim import Claim
from mathshub.outbox.models import Message

State = Message.State


def no_fence() -> None:
    """Every sender changes any message, whoever has claimed it since."""

    def change(self: Claim, message: Message, **fields: Any) -> None:
        Message.objects.filter(pk=message.pk).update(**fields)

    Claim._change = change  # type: ignore[method-assign]


BROKEN: dict[str, Callable[[], None]] = {"fence": no_fence}


def break_what_is_named(name: str) -> None:
    """Nothing when no name is given. Raises ``KeyError`` for a name that is not here."""
    if name:
        BROKEN[name]()
