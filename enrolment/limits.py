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

from mathshub.client import client_address

# Thirty teachers of one school who each look up a school, err and send within ten minutes make some
# two hundred requests; sixty schools behind one council's proxy a few hundred.
MOST_POSTS = 600
WINDOW = timedelta(minutes=10)

# New forms: of one network, and of all together. A council's schools behind one proxy pass, and so
# does the whole country on the last day.
MOST_DRAFTS = 150
MOST_DRAFTS_OF_ALL = 6_000

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
    address = _one_network(client_address(request))
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


def too_many_drafts(request: HttpRequest, *, now: datetime) -> bool:
    """Count one more form that is begun; True when its network, or the world, begins too many."""
    if is_over_limit(request, now=now, name="draft", most=MOST_DRAFTS):
        return True
    window = int(now.timestamp() // WINDOW.total_seconds())
    try:
        return _count(f"limit:drafts:{window}", expires=now + WINDOW) > MOST_DRAFTS_OF_ALL
    except DatabaseError:
        return False


def _one_network(address: str) -> str:
    """Of an IPv6 address its /64: that is one household or school, which can use all of it."""
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
    table = connection.ops.quote_name(str(settings.CACHES["default"]["LOCATION"]))
    until = connection.ops.adapt_datetimefield_value(expires.astimezone(UTC).replace(microsecond=0))
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(table=table), [key, until])
        return int(cursor.fetchone()[0])
