"""What every template knows: the hub, and its notice of today."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone


def hub(request: HttpRequest) -> dict[str, Any]:
    """``hub`` and ``notice``; neither on pages without a hub."""
    current = getattr(request, "hub", None)
    if current is None:
        return {}
    return {"hub": current, "notice": current.notice_on(timezone.localdate())}
