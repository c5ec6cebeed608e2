"""Planning: each app's planners write the messages that have become due to be written."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Max

from mathshub.outbox.kinds import planners
from mathshub.outbox.models import Message
from mathshub.scope import all_hubs, hub_scope

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Planned:
    """What one planner did for one hub: messages that are new, or why it failed."""

    hub: Any
    planner: str
    added: int = 0
    error: str = ""


def plan_messages(now: datetime) -> list[Planned]:
    """Run every planner for every hub, each in a transaction of its own; one that fails stops none.

    Safe to run any number of times, and several at once: keys make each message once only.
    """
    hubs = apps.get_model("workgroups.Hub")._default_manager.order_by("pk")
    return [_plan(hub, planner, now) for hub in hubs for planner in planners()]


def _plan(hub: Any, planner: Callable[[datetime], int], now: datetime) -> Planned:
    name = f"{planner.__module__}.{planner.__qualname__}"
    try:
        with hub_scope(hub), transaction.atomic():
            newest = _newest_message()
            planner(now)
            return Planned(hub, name, added=Message.objects.filter(pk__gt=newest).count())
    except Exception as error:
        log.exception("Planner %s failed for %s.", name, hub)
        return Planned(hub, name, error=repr(error))


def _newest_message() -> int:
    """The highest number given so far: what is above it is new."""
    with all_hubs("counting what planners add"):
        return Message.objects.aggregate(newest=Max("pk"))["newest"] or 0
