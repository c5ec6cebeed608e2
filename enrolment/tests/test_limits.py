"""The limit by network address lets whole schools through, and stops a flood."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.db import connection
from django.test import RequestFactory

from enrolment.limits import MOST_POSTS, is_over_limit
from enrolment.tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_counts(db: None) -> None:
    """What tests with real commits have left: emptying the tables leaves the cache's alone."""
    cache.clear()


def send(times: int = 1, *, most: int = MOST_POSTS, now=NOW, **meta: str) -> bool:
    """Whether the last of so many sendings is one too many."""
    request = RequestFactory().post("/interest/1/", **meta)
    return [is_over_limit(request, now=now, most=most) for _ in range(times)][-1]


@pytest.mark.database
def test_a_flood_stops_and_may_go_on_in_the_next_window() -> None:
    assert not send(3, most=3)
    assert send(most=3)
    assert not send(most=3, now=NOW + timedelta(minutes=10))


def test_thirty_teachers_behind_one_address_all_pass() -> None:
    assert not send(30 * 8, REMOTE_ADDR="192.0.2.1")


def test_behind_a_proxy_its_own_entry_counts(settings: LazySettings) -> None:
    settings.TRUST_PROXY = True
    assert not send(3, most=3, HTTP_X_FORWARDED_FOR="192.0.2.1")
    assert not send(most=3, HTTP_X_FORWARDED_FOR="192.0.2.2")
    assert send(most=3, HTTP_X_FORWARDED_FOR="203.0.113.9, 192.0.2.1")


def test_without_a_proxy_nobody_can_pretend_another_address(settings: LazySettings) -> None:
    settings.TRUST_PROXY = False
    assert not send(3, most=3, HTTP_X_FORWARDED_FOR="192.0.2.1")
    assert send(most=3, HTTP_X_FORWARDED_FOR="192.0.2.2")


@pytest.mark.parametrize(
    ("one", "other", "are_one"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1:51002", "192.0.2.1:51003", True),
        ("192.0.2.1", "192.0.2.2", False),
    ],
)
def test_a_network_counts_as_one(one: str, other: str, are_one: bool) -> None:
    send(most=1, REMOTE_ADDR=one)
    assert send(most=1, REMOTE_ADDR=other) is are_one


def test_no_address_is_kept() -> None:
    send(REMOTE_ADDR="192.0.2.1")
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM cache_entries")
        assert all("192.0.2.1" not in key for (key,) in cursor.fetchall())
