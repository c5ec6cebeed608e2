"""Two people save one page at the same moment: what it showed is compared while its lock is held."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from enrolment.tests.factories import NOW, make_briefing
from enrolment.tests.together import at_once, held_up_before, sql_seen_by
from mathshub.scope import hub_scope
from mathshub.tests.page_forms import forms_sent_by
from sessions.tests.factories import make_session
from workgroups.models import Hub
from workgroups.tests.factories import make_hub, make_local_authority, make_term_dates
from workgroups.tests.staff import staff_client

pytestmark = pytest.mark.django_db(transaction=True)  # PostgreSQL: SQLite has no row locks


@pytest.fixture
def hub(transactional_db: None) -> Iterator[Hub]:
    hub = make_hub()
    with hub_scope(hub), time_machine.travel(NOW, tick=False):
        yield hub


Case = tuple[str, str, list[dict[str, list[str]]]]
"""A page, the statement that writes what it says, and what each of the two changes on it."""


def a_session_is_moved(hub: Hub) -> Case:
    session = make_session(starts_at=NOW + timedelta(days=30))
    url = reverse("admin:workgroup_sessions_session_move", args=[session.pk])
    return url, 'UPDATE "workgroup_sessions_session"', each("venue", "Town Hall", "Library")


def a_session_goes_online(hub: Hub) -> Case:
    session = make_session(starts_at=NOW + timedelta(days=30))
    url = reverse("admin:workgroup_sessions_session_switch", args=[session.pk])
    links = ("https://meet.example.org/a", "https://meet.example.org/b")
    return url, 'UPDATE "workgroup_sessions_session"', each("join_link", *links)


def a_briefing_is_changed(hub: Hub) -> Case:
    briefing = make_briefing(starts_at=NOW + timedelta(days=30))
    url = reverse("admin:enrolment_briefing_arrange", args=[briefing.pk])
    return url, 'UPDATE "enrolment_briefing"', each("venue", "Town Hall", "Library")


def terms_are_typed(hub: Hub) -> Case:
    borough = make_local_authority(name="Newham")
    hub.local_authorities.add(borough)
    make_term_dates(local_authority=borough)
    url = f"{reverse('admin:workgroups_termdate_borough')}?borough={borough.code}&year=2026"
    return url, 'UPDATE "workgroups_termdate"', each("autumn_source", "The council", "A school")


def each(name: str, *values: str) -> list[dict[str, list[str]]]:
    return [{name: [value]} for value in values]


CASES = [
    a_session_is_moved,
    a_session_goes_online,
    a_briefing_is_changed,
    terms_are_typed,
]


def saved_at_once(hub: Hub, case: Callable[[Hub], Case], *, is_locked: bool) -> list[int]:
    """The answers to two who saw the same page, and save it when both are about to write."""
    url, write, changes = case(hub)
    clients = [staff_client(), staff_client()]
    page = clients[0].get(url).content.decode()
    [form] = [form for form in forms_sent_by(page) if "as_of" in form]
    hold_up = held_up_before(write, is_locked=is_locked)

    def save(client: Client, change: dict[str, list[str]]) -> Callable[[], int]:
        def send() -> int:
            with sql_seen_by(hold_up):
                return client.post(url, form | change).status_code

        return send

    return at_once(hub, [save(*pair) for pair in zip(clients, changes, strict=True)])


@pytest.mark.parametrize("case", CASES)
def test_the_second_is_told_what_the_first_has_saved(hub: Hub, case: Callable[[Hub], Case]) -> None:
    assert sorted(saved_at_once(hub, case, is_locked=True)) == [200, 302]


@pytest.mark.parametrize("case", CASES)
def test_without_the_lock_the_second_would_write_over_the_first(
    hub: Hub, case: Callable[[Hub], Case]
) -> None:
    """The negative control: the test above could fail."""
    assert saved_at_once(hub, case, is_locked=False) == [302, 302]
