"""Two people edit one row: whoever comes second is told, and decides."""

from collections.abc import Callable
from threading import Event
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from enrolment.models import Place
from enrolment.tests.factories import make_expression, make_place
from enrolment.tests.together import at_once
from mathshub.tests.page_forms import forms_sent_by
from workgroups.models import Hub, HubMember, WorkGroup
from workgroups.tests.factories import make_local_authority, make_work_group
from workgroups.tests.staff import staff_client

Sent = dict[str, list[str]]


@pytest.fixture
def lead(hub: Hub) -> Client:
    return staff_client()


def opened(lead: Client, url: str) -> Sent:
    """What the page's form would send as it stands."""
    [form] = [
        form
        for form in forms_sent_by(lead.get(url).content.decode())
        if any(name.endswith("as_of") for name in form)
    ]
    return form


def page_of(place: Place) -> str:
    return reverse("admin:enrolment_place_change", args=[place.pk])


def test_what_a_colleague_saved_meanwhile_is_shown_and_not_written_over(lead: Client) -> None:
    url = page_of(make_place())
    mine, theirs = opened(lead, url), opened(lead, url)
    lead.post(url, theirs | {"contact_email": ["theirs@school.example"]})
    page = lead.post(url, mine | {"contact_email": ["mine@school.example"]}).content.decode()
    assert "Contact’s e-mail address: since you opened this page somebody has changed it" in page
    assert "“theirs@school.example”" in page
    assert 'value="mine@school.example"' in page
    assert Place.objects.get().contact_email == "theirs@school.example"


def test_saving_once_more_is_a_decision(lead: Client) -> None:
    url = page_of(make_place())
    mine, theirs = opened(lead, url), opened(lead, url)
    lead.post(url, theirs | {"contact_email": ["theirs@school.example"]})
    told = lead.post(url, mine | {"contact_email": ["mine@school.example"]}).content.decode()
    [again] = [form for form in forms_sent_by(told) if "as_of" in form]
    assert lead.post(url, again).status_code == 302
    assert Place.objects.get().contact_email == "mine@school.example"


def test_a_page_that_was_opened_before_does_not_take_back_what_it_did_not_touch(
    lead: Client,
) -> None:
    url = page_of(make_place())
    mine, theirs = opened(lead, url), opened(lead, url)
    lead.post(url, theirs | {"contact_email": ["theirs@school.example"]})
    lead.post(url, mine | {"contact_name": ["Ana Lima"]})
    assert Place.objects.get().contact_email == "theirs@school.example"


def test_the_same_change_twice_and_changes_elsewhere_are_no_conflict(lead: Client) -> None:
    place = make_place()
    url = page_of(place)
    mine, theirs = opened(lead, url), opened(lead, url)
    change = {"contact_email": ["new@school.example"]}
    for form in (theirs, mine):  # a double click, or two who were told the same
        assert lead.post(url, form | change).status_code == 302
    Place.objects.update(link_generation=2)
    assert lead.post(url, opened(lead, url) | {"contact_name": ["Ana Lima"]}).status_code == 302


def test_lists_of_rows_and_choices_are_compared_too(lead: Client, hub: Hub) -> None:
    hackney, newham = make_local_authority(), make_local_authority(name="Newham")
    hub.local_authorities.set([hackney, newham])
    group = make_work_group(local_authorities=[hackney])
    url = reverse("admin:workgroups_workgroup_change", args=[group.pk])
    mine, theirs = opened(lead, url), opened(lead, url)
    boroughs = {"local_authorities": [str(newham.pk)]}
    assert lead.post(url, theirs | boroughs | {"state": ["running"]}).status_code == 302
    page = lead.post(url, mine | {"capacity": ["5"]}).content.decode()
    assert "somebody has changed it to “running”" in page
    assert "somebody has changed it to “Newham”" in page
    assert WorkGroup.objects.get().capacity == group.capacity


def test_the_hub_s_own_settings_are_guarded(hub: Hub) -> None:
    admin = staff_client(HubMember.Role.ADMINISTRATOR)
    url = reverse("admin:workgroups_hub_change", args=[hub.pk])
    mine, theirs = opened(admin, url), opened(admin, url)
    text = {"welcome_text": ["For every school in the valley."]}
    admin.post(url, theirs | text | {"contact_phone": ["0161 496 0000"]})
    page = admin.post(url, mine | text | {"contact_phone": ["0161 496 0001"]}).content.decode()
    assert "since you opened this page somebody has changed it to “0161 496 0000”" in page
    hub.refresh_from_db()
    assert hub.contact_phone == "0161 496 0000"


@pytest.mark.parametrize("as_of", ["", "nonsense", "contact_email:", ": :", "\x00"])
def test_a_page_that_does_not_say_what_it_showed_gets_an_answer(lead: Client, as_of: str) -> None:
    url = page_of(make_place())
    lead.post(url, opened(lead, url) | {"as_of": [as_of], "contact_name": ["Ana Lima"]})


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no row locks")
def test_a_row_that_others_keep_locked_gets_a_sentence_and_keeps_what_was_typed(
    lead: Client, hub: Hub
) -> None:
    expression = make_expression()
    url = reverse("admin:enrolment_expressionofinterest_change", args=[expression.pk])
    form = opened(lead, url) | {"staff_note": ["Rang on Monday."]}
    page = while_locked(hub, expression, lambda: lead.post(url, form).content.decode())
    assert "Somebody else is changing this at the moment. Nothing was changed" in page
    assert "Rang on Monday." in page
    expression.refresh_from_db()
    assert expression.staff_note == ""


def while_locked(hub: Hub, row: Any, act: Callable[[], str]) -> str:
    """What ``act`` gives while somebody else keeps the row locked."""
    locked, done = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            type(row).objects.select_for_update().get(pk=row.pk)
            locked.set()
            done.wait(timeout=20)

    def try_it() -> str:
        locked.wait(timeout=5)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        try:
            return act()
        finally:
            done.set()

    return at_once(hub, [hold, try_it])[1]
