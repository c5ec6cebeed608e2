"""Every address that the portal answers, read from its URL patterns."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver, reverse


@dataclass(frozen=True)
class Address:
    """A URL pattern: its name with its namespace, and the names of what varies in it."""

    name: str
    parameters: tuple[str, ...]
    pattern: URLPattern

    def url(self, **values: object) -> str:
        return reverse(self.name, kwargs=values)

    def __str__(self) -> str:
        return self.name


def all_patterns() -> Iterator[tuple[str, URLPattern]]:
    """Each pattern with its full name; one without a name has the name of its namespace and “:”."""
    yield from _patterns(get_resolver(), "")


def named_addresses() -> list[Address]:
    """Every address that has a name."""
    return [
        Address(name, tuple(sorted(pattern.pattern.regex.groupindex)), pattern)
        for name, pattern in all_patterns()
        if name and not name.endswith(":")
    ]


def _patterns(resolver: URLResolver, namespace: str) -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name or ''}", entry
        else:
            inner = f"{entry.namespace}:" if entry.namespace else ""
            yield from _patterns(entry, f"{namespace}{inner}")
