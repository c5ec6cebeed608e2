"""Queries that are compiled once say what the same queryset says each time anew."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from enrolment.models import ExpressionOfInterest
from enrolment.tests.factories import NOW, make_expression
from mathshub.prepared import one_of, prepared
from mathshub.scope import ScopeError, all_hubs, hub_scope
from workgroups.models import Hub, Offering
from workgroups.tests.factories import make_hub, make_offering

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def hub() -> Iterator[Hub]:
    hub = make_hub(slug="lea-valley")
    with hub_scope(hub):
        yield hub


@prepared
def of_offering(offering: Any) -> QuerySet[ExpressionOfInterest]:
    found = ExpressionOfInterest.objects.filter(offering=offering)
    return found.select_related("school", "offering__programme").order_by("headteacher_name")


@prepared
def sent_since(moment: Any) -> QuerySet[ExpressionOfInterest, tuple[str, datetime]]:
    found = ExpressionOfInterest.objects.filter(submitted_at__gte=moment)
    return found.order_by("submitted_at").values_list("reference", "submitted_at")


@prepared
def of_schools(schools: Any) -> QuerySet[ExpressionOfInterest]:
    return ExpressionOfInterest.objects.filter(one_of("school_id", schools)).order_by("pk")


@prepared
def of_token(token: Any) -> QuerySet[ExpressionOfInterest]:
    return ExpressionOfInterest.objects.filter(form_token=token)


@prepared
def hub_of(host: Any) -> QuerySet[Hub]:
    return Hub.objects.filter(host=host)


def expressions_of(offering: Offering) -> list[ExpressionOfInterest]:
    return [make_expression(offering=offering, headteacher_name=name) for name in ("Ada", "Bo")]


def test_rows_are_those_of_the_values_of_each_call(hub: Hub) -> None:
    one, other = make_offering(), make_offering()
    of_one, of_other = expressions_of(one), expressions_of(other)
    assert of_offering(offering=one) == of_one
    assert of_offering(offering=other.pk) == of_other
    assert of_offering(offering=one) == of_one


def test_related_rows_come_with_them(hub: Hub) -> None:
    expressions_of(make_offering())
    of_offering(offering=make_offering())
    offering = ExpressionOfInterest.objects.first().offering_id
    with CaptureQueriesContext(connection) as captured:
        assert [str(each.offering.programme) for each in of_offering(offering=offering)]
        assert [each.school.name for each in of_offering(offering=offering)]
    assert len(captured) == 2


def test_moments_are_compared_as_the_database_keeps_them(hub: Hub) -> None:
    early = make_expression(submitted_at=NOW - timedelta(days=1))
    late = make_expression(submitted_at=NOW)
    assert sent_since(moment=NOW) == [(late.reference, NOW)]
    assert [row[0] for row in sent_since(moment=early.submitted_at)] == [
        early.reference,
        late.reference,
    ]


def test_identifiers_are_compared_as_the_database_keeps_them(hub: Hub) -> None:
    expression = make_expression()
    assert of_token(token=expression.form_token) == [expression]
    assert of_token(token=UUID(int=1)) == []


def test_rows_of_another_hub_are_never_there(hub: Hub) -> None:
    expression = make_expression()
    assert of_token(token=expression.form_token) == [expression]
    with hub_scope(make_hub(slug="wandle")):
        assert of_token(token=expression.form_token) == []


def test_without_a_hub_it_fails_before_the_database_is_asked(hub: Hub) -> None:
    expression = make_expression()
    of_token(token=expression.form_token)
    with all_hubs("a test"), pytest.raises(ScopeError):
        of_token(token=expression.form_token)


def test_what_belongs_to_no_hub_needs_no_scope(hub: Hub) -> None:
    assert hub_of(host=hub.host) == [hub]
    assert hub_of(host="nowhere.example.org") == []


def test_a_number_that_no_column_can_hold_finds_nothing(hub: Hub) -> None:
    assert of_offering(offering=10**20) == []


def test_any_number_of_ids_may_be_asked_for(hub: Hub) -> None:
    made = [make_expression() for _ in range(3)]
    for count in (3, 1, 0):
        schools = [each.school_id for each in made[:count]]
        assert of_schools(schools=schools) == made[:count]
    assert of_schools(schools=[10**12, made[1].school_id]) == [made[1]]


@pytest.mark.usefixtures("behind_a_pool")
def test_ids_may_be_asked_for_behind_a_pool_too(hub: Hub) -> None:
    made = [make_expression() for _ in range(2)]
    assert of_schools(schools=[each.school_id for each in made]) == made
    assert of_schools(schools=[]) == []


@pytest.fixture
def behind_a_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)


@pytest.mark.usefixtures("behind_a_pool")
def test_the_sql_is_that_of_the_queryset(hub: Hub) -> None:
    expression = make_expression()
    of_token(token=expression.form_token)
    with CaptureQueriesContext(connection) as captured:
        of_token(token=expression.form_token)
        list(ExpressionOfInterest.objects.filter(form_token=expression.form_token))
    ours, theirs = (query["sql"] for query in captured)
    assert words_of(ours) == words_of(theirs)


def words_of(sql: str) -> list[str]:
    """Without brackets and order: Django puts a bound value into brackets of its own."""
    return sorted(re.findall(r"[^\s()]+", sql))
