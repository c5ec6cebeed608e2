"""Addresses that refused mail for good. The hash outlives the address when a person is erased."""

import hashlib
from typing import Any

from django.db.models import QuerySet

from mathshub.outbox.models import Suppression
from mathshub.prepared import prepared


def hash_of(address: str) -> str:
    """What stands for the address, without regard to case.

    Not keyed by SECRET_KEY: renewing the key must not lift every suppression.
    """
    return hashlib.sha256(f"mathshub:{address.strip().casefold()}".encode()).hexdigest()


def suppress(address: str, *, reason: str) -> None:
    """Send the hub in scope's mail there no more, until a person lifts it."""
    Suppression.objects.get_or_create(
        address_hash=hash_of(address), defaults={"address": address, "reason": reason[:200]}
    )


def is_suppressed(address: str) -> bool:
    """Whether the hub in scope sends nothing to the address."""
    return bool(_entries(address_hash=hash_of(address)))


@prepared
def _entries(address_hash: Any) -> QuerySet[Suppression, int]:
    found = Suppression.objects.filter(address_hash=address_hash)
    return found.order_by().values_list("pk", flat=True)
