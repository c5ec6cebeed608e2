"""Programmes in the admin: their page is previewed as it would be, and nothing is saved by that."""

import re
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from enrolment.tests.factories import NOW
from mathshub.scope import hub_scope
from workgroups.models import Hub, HubMember, Prerequisite, Programme, ProgrammeLink
from workgroups.tests.factories import (
    make_hub,
    make_offering,
    make_programme,
    make_programme_link,
    make_work_group,
)
from workgroups.tests.staff import staff_client

NEW = "/admin/workgroups/programme/preview/"


@pytest.fixture
def hub(db: None) -> Iterator[Hub]:
    hub = make_hub(slug="lea-valley")
    with hub_scope(hub), time_machine.travel(NOW, tick=False):
        yield hub


@pytest.fixture
def programme(hub: Hub) -> Programme:
    programme = make_programme(name="Embedding", slug="embedding", summary="As it is saved.")
    make_work_group(offering=make_offering(programme=programme), name="Ash and Elm")
    return programme


def url(programme: Programme, page: str = "preview") -> str:
    return f"/admin/workgroups/programme/{programme.pk}/{page}/"


def sent(programme: Programme | None = None, *links: dict, **typed: str) -> dict:
    """What the admin's form of the programme sends, with these texts and rows of links."""
    fields = {
        "name": "Embedding",
        "short_name": "Embedding",
        "slug": "embedding",
        "position": "1",
        "phase": "primary",
        "seats_per_school": "2",
        "usual_sessions": "6",
        "years": "1",
        "reminder_twilight_first": "14",
    } | typed
    number = programme.links.count() if programme else 0
    rows = {
        f"links-{row}-{name}": value
        for row, link in enumerate(links)
        for name, value in ({"position": "1", "kind": "page"} | link).items()
    }
    return (
        fields
        | rows
        | {
            "links-TOTAL_FORMS": str(max(len(links), number)),
            "links-INITIAL_FORMS": str(number),
            "prerequisites-TOTAL_FORMS": "0",
            "prerequisites-INITIAL_FORMS": "0",
        }
    )


def preview(client: Client, programme: Programme, *links: dict, **typed: str) -> str:
    answer = client.post(url(programme), sent(programme, *links, **typed))
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return answer.content.decode()


def test_the_form_has_a_button_that_sends_it_to_the_preview_in_a_new_tab(programme: Programme):
    page = staff_client().get(url(programme, "change")).content.decode()
    [button] = re.findall(r"<button[^>]*formaction[^>]*>", page)
    assert f'formaction="{url(programme)}"' in button
    assert 'formtarget="_blank"' in button
    assert page.index('name="_save"') < page.index("formaction")  # what the Enter key presses


def test_the_preview_shows_the_unsaved_texts_among_what_is_saved(programme: Programme):
    page = preview(
        staff_client(),
        programme,
        {"title": "A film", "url": "https://films.example/1", "kind": "video"},
        summary="As it is typed.",
        for_whom="Such as:\n- one\n- two",
        release_time="ten days",
        contact_name="Asha Patel",
        contact_email="asha@hub.example",
    )
    for wanted in (
        "<strong>Preview. Nothing is saved yet.</strong>",
        "As it is typed.",
        "<ul><li>one</li><li>two</li></ul>",
        "ten days",
        "Asha Patel",
        "mailto:asha@hub.example",
        '<a href="https://films.example/1"',
        "Video on another site, films.example",
        "Ash and Elm",
    ):
        assert wanted in page
    assert "As it is saved." not in page
    programme.refresh_from_db()
    assert (programme.summary, programme.for_whom) == ("As it is saved.", "")
    assert not ProgrammeLink.objects.exists()
    assert programme.history.count() == 1


def test_what_keeps_it_from_being_saved_stands_above_the_page(programme: Programme):
    page = preview(
        staff_client(),
        programme,
        {"title": "A film", "url": "http://films.example/1"},
        name="",
        summary="Typed all the same.",
    )
    for wanted in (
        "can’t be saved as it is",
        "<li>Name: This field is required.</li>",
        "<li>Address: Give an address that begins with https://</li>",
        "Typed all the same.",
    ):
        assert wanted in page
    assert "films.example" not in page


def test_a_saved_link_can_be_previewed_changed_moved_and_removed(programme: Programme):
    first = make_programme_link(programme=programme, title="First", position=1)
    second = make_programme_link(programme=programme, title="Second", position=2)
    page = preview(
        staff_client(),
        programme,
        {"id": f"{first.pk}", "title": "Last", "url": first.url, "position": "3"},
        {"id": f"{second.pk}", "title": "Second", "url": second.url, "position": "2"},
    )
    assert page.index("Second</a>") < page.index("Last</a>")
    page = preview(
        staff_client(),
        programme,
        {"id": f"{first.pk}", "title": "First", "url": first.url, "DELETE": "on"},
        {"id": f"{second.pk}", "title": "Second", "url": second.url},
    )
    assert "First</a>" not in page
    assert ProgrammeLink.objects.count() == 2


@pytest.mark.parametrize("name", ["Mastering Number", "", "<b>{{ hub.pk }}</b>"])
def test_a_programme_that_does_not_exist_yet_can_be_previewed(hub: Hub, name: str):
    make_programme(name="Another", is_starting_point=True)
    answer = staff_client().post(NEW, sent(name=name, slug="", outcomes="<i>Much</i>"))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "&lt;i&gt;Much&lt;/i&gt;" in page
    assert "<b>{{" not in page
    assert Programme.objects.count() == 1


def test_the_preview_sends_nobody_anywhere_to_type_something(programme: Programme):
    programme.offerings.update(opens_on=None, closes_on=None)
    page = preview(staff_client(), programme)
    assert "disabled>Tell me when it reopens</button>" in page
    assert "<form" not in page


@pytest.mark.parametrize("role", [HubMember.Role.VIEWER, HubMember.Role.WORK_GROUP_LEAD])
def test_who_may_not_change_a_programme_gets_no_preview(programme: Programme, role: str):
    client = staff_client(role)
    assert client.post(url(programme), sent(programme)).status_code in {403, 404}
    assert client.post(NEW, sent()).status_code == 403


def test_another_hubs_programme_has_no_preview_here(hub: Hub):
    with hub_scope(make_hub(slug="other")):
        theirs = make_programme()
    client = staff_client()
    assert client.post(url(theirs), sent()).status_code == 404
    assert client.get(url(theirs)).status_code == 404


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("http://films.example/", "Give an address that begins with https://"),
        ("javascript:alert(1)", "Enter a valid URL."),
        ("ftp://films.example/", "Give an address that begins with https://"),
        ("https://ncetm.org.uk@films.example/", "Leave out the name before the @"),
    ],
)
def test_a_link_is_saved_only_to_a_secure_address(
    programme: Programme, address: str, sentence: str
):
    page = staff_client().post(
        url(programme, "change"), sent(programme, {"title": "A film", "url": address})
    )
    assert sentence in page.content.decode()
    assert not ProgrammeLink.objects.exists()


def test_texts_and_links_are_saved_by_the_same_form(programme: Programme):
    other = make_programme()
    Prerequisite.objects.create(programme=programme, needs=other)
    form = sent(programme, {"title": "A film", "url": "films.example/1"}, how_it_meets="twilights")
    answer = staff_client().post(url(programme, "change"), form)
    assert answer.status_code == 302
    programme.refresh_from_db()
    assert programme.how_it_meets == "twilights"
    assert ProgrammeLink.objects.get().url == "https://films.example/1"
    assert "twilights" in Client().get("/programmes/embedding/").content.decode()
