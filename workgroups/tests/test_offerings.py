"""Copying an offering to the next year: a year later, quietly, once."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from mathshub.outbox.models import Message
from mathshub.scope import hub_scope
from workgroups.errors import AlreadyOffered
from workgroups.models import Hub, Offering, WorkGroup
from workgroups.services.offerings import a_year_later, copy_offering
from workgroups.tests.factories import (
    make_account,
    make_hub,
    make_local_authority,
    make_member,
    make_offering,
    make_work_group,
)

NOW = datetime(2027, 6, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def hub(db: None) -> Iterator[Hub]:
    hub = make_hub(slug="lea-valley")
    with hub_scope(hub):
        yield hub


def test_the_copy_is_a_year_later_with_its_messages_off(hub: Hub) -> None:
    offering = make_offering(
        opens_on=date(2026, 1, 12), closes_on=date(2026, 3, 20), decisions_by=date(2026, 4, 30)
    )
    by = make_account()
    copy = copy_offering(offering, with_groups=False, by=by, now=NOW)
    assert (copy.programme, str(copy.academic_year)) == (offering.programme, "2027/28")
    assert (copy.opens_on, copy.closes_on, copy.decisions_by) == (
        date(2027, 1, 12),
        date(2027, 3, 20),
        date(2027, 4, 30),
    )
    assert (copy.messages_on, copy.project_code) == (False, "")
    assert (copy.history.get().history_user, Message.objects.count()) == (by, 0)


def test_groups_come_along_as_drafts_with_boroughs_and_leads_only(hub: Hub) -> None:
    member, borough = make_member(), make_local_authority()
    offering = make_offering()
    make_work_group(
        offering=offering,
        name="Hackney",
        capacity=7,
        usual_venue="Town Hall",
        leads=[member],
        local_authorities=[borough],
        state=WorkGroup.State.RUNNING,
    )
    make_work_group(offering=offering, name="Called off", state=WorkGroup.State.CANCELLED)
    copy = copy_offering(offering, with_groups=True, by=None, now=NOW)
    group = copy.work_groups.get()
    assert (group.name, group.capacity, group.usual_venue, group.state) == (
        "Hackney",
        7,
        "Town Hall",
        WorkGroup.State.DRAFT,
    )
    assert [lead.member for lead in group.work_group_leads.all()] == [member]
    assert list(group.local_authorities.all()) == [borough]


def test_a_year_is_offered_once(hub: Hub) -> None:
    offering = make_offering()
    copy_offering(offering, with_groups=True, by=None, now=NOW)
    with pytest.raises(AlreadyOffered, match="is already offered in 2027/28"):
        copy_offering(offering, with_groups=True, by=None, now=NOW)
    assert Offering.objects.count() == 2


def test_the_leap_day_moves_to_the_last_of_february() -> None:
    assert a_year_later(date(2028, 2, 29)) == date(2029, 2, 28)
    assert a_year_later(None) is None
