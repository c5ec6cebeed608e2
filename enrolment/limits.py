"""How often one network address may send a form. Generous: a whole school sits behind one address.

Counted in the table of Django's database cache, in one statement: the cache's own ``incr`` reads,
then writes, which loses counts when two come at once and costs six queries. Expired counts go when
the cache is next pruned.
"""

import ipaddress
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

# Thirty teachers of one school who each look up a school, err and send within ten minutes make some
# two hundred requests; sixty schools behind one council's proxy a few hundred.
MOST_POSTS = 600
WINDOW = timedelta(minutes=10)

_COUNT = """
    INSERT INTO {table} (cache_key, value, expires) VALUES (%s, '1', %s)
    ON CONFLICT (cache_key)
    DO UPDATE SET value = CAST(CAST({table}.value AS integer) + 1 AS text)
    RETURNING value
"""


def is_over_limit(
    request: HttpRequest, *, now: datetime, name: str = "post", most: int = MOST_POSTS
) -> bool:
    """Count one more sending from the reader's address; True when they are too many for now."""
    address = network_address(request)
    if not address:
        return False
    window = int(now.timestamp() // WINDOW.total_seconds())
    digest = salted_hmac("enrolment.limits", address).hexdigest()[
        :32
    ]  # addresses are personal data
    try:
        return _count(f"limit:{name}:{window}:{digest}", expires=now + WINDOW) > most
    except DatabaseError:
        return False  # the form itself will say what is wrong with the database


def network_address(request: HttpRequest) -> str:
    """Where the request comes from; of an IPv6 address its /64, which is one household or school.

    Behind a proxy (TRUST_PROXY) it is the last address in X-Forwarded-For: the one that the proxy
    itself has seen. What stands before it may have been invented by the sender.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if settings.TRUST_PROXY:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").rsplit(",", 1)[-1].strip()
        address = forwarded or address
    return _one_network(address)


def _one_network(address: str) -> str:
    if address.count(":") == 1:
        address = address.split(":")[0]  # some proxies add the port
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def _count(key: str, *, expires: datetime) -> int:
    table = connection.ops.quote_name(settings.CACHES["default"]["LOCATION"])
    until = connection.ops.adapt_datetimefield_value(expires.astimezone(UTC).replace(microsecond=0))
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(table=table), [key, until])
        return int(cursor.fetchone()[0])
