"""Signed links: who holds the link may do what it is for, until its generation is raised."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

SALT = "mathshub.links"


class BadLink(Exception):
    """The token is forged, damaged, or made for another purpose."""


@dataclass(frozen=True)
class Link:
    """What a good token says: the row's id and the generation it was made for."""

    pk: int
    generation: int


@dataclass(frozen=True)
class KeyLink:
    """The same of a row that is named by a key which nobody can count."""

    key: UUID
    generation: int


def make_token(purpose: str, row: int | UUID, generation: int) -> str:
    """A token for one row and one purpose; raising the row's generation revokes it.

    ``row`` is its number, or its key where the number would tell how many rows, and of which table,
    there are. It has no date, so that the same row always gets the same link and messages can carry
    it again.
    """
    name = row.hex if isinstance(row, UUID) else row
    return signing.Signer(salt=f"{SALT}:{purpose}", sep="~").sign(f"{name}-{generation}")


def read_token(purpose: str, token: str) -> Link:
    """The link that ``token`` stands for; raises ``BadLink``. The caller compares the generation."""
    pk, generation = _unsigned(purpose, token)
    try:
        return Link(int(pk), generation)
    except ValueError as error:
        raise BadLink(purpose) from error


def read_key_token(purpose: str, token: str) -> KeyLink:
    """As ``read_token``, of a token for a key."""
    key, generation = _unsigned(purpose, token)
    try:
        return KeyLink(UUID(hex=key), generation)
    except ValueError as error:
        raise BadLink(purpose) from error


def _unsigned(purpose: str, token: str) -> tuple[str, int]:
    try:
        value = signing.Signer(salt=f"{SALT}:{purpose}", sep="~").unsign(token)
        name, generation = value.split("-")
        return name, int(generation)
    except (signing.BadSignature, ValueError) as error:
        raise BadLink(purpose) from error


def absolute(hub: Any, view_name: str, *args: object) -> str:
    """The full address of a page of ``hub``: scheme and port of SITE_URL, the hub's own host.

    A request's Host header never comes into it, so a forged one cannot poison an e-mail.
    """
    site = urlsplit(settings.SITE_URL)
    host = f"{hub.host}:{site.port}" if site.port else hub.host
    return urlunsplit((site.scheme, host, reverse(view_name, args=args), "", ""))
