"""Addresses that refused mail for good. The hash outlives the address when a person is erased."""

import hashlib
from collections.abc import Iterable
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


def refusal_of(address: str) -> Suppression | None:
    """What staff lift before anything goes there again; None where nothing stands in the way."""
    return Suppression.objects.filter(address_hash=hash_of(address)).first()


def suppressed_among(addresses: Iterable[str]) -> set[str]:
    """Those of the addresses to which the hub in scope sends nothing, in one query."""
    by_address = {address: hash_of(address) for address in addresses}
    found = Suppression.objects.filter(address_hash__in=set(by_address.values()))
    hashes = set(found.order_by().values_list("address_hash", flat=True))
    return {address for address, its_hash in by_address.items() if its_hash in hashes}


@prepared
def _entries(address_hash: Any) -> QuerySet[Suppression, int]:
    found = Suppression.objects.filter(address_hash=address_hash)
    return found.order_by().values_list("pk", flat=True)
