"""The hub's own texts are previewed on their pages, and nothing is saved by that."""

import re
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from enrolment.tests.factories import NOW
from mathshub.scope import hub_scope
from mathshub.tests.page_forms import forms_sent_by
from workgroups.models import Hub, HubMember
from workgroups.tests.factories import make_hub
from workgroups.tests.staff import staff_client

PAGES = {"home": "/", "journey": "/journey/", "privacy": "/privacy/"}


@pytest.fixture
def hub(db: None) -> Iterator[Hub]:
    hub = make_hub(slug="lea-valley", mastery_text="As it is saved.")
    with hub_scope(hub), time_machine.travel(NOW, tick=False):
        yield hub


def url(hub: Hub, page: str) -> str:
    return f"/admin/workgroups/hub/{hub.pk}/{page}/"


def preview(client: Client, hub: Hub, page: str, **typed: str) -> str:
    """What the form of the settings shows when it is sent to that preview."""
    settings = client.get(url(hub, "change")).content.decode()
    [form] = [form for form in forms_sent_by(settings) if "contact_email" in form]
    typed = {"welcome_text": hub.welcome_text} | typed
    answer = client.post(
        url(hub, f"preview/{page}"), form | {name: [value] for name, value in typed.items()}
    )
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return answer.content.decode()


def test_the_form_has_buttons_that_send_it_to_the_previews_in_new_tabs(hub: Hub) -> None:
    page = staff_client().get(url(hub, "change")).content.decode()
    buttons = re.findall(r"<button[^>]*formaction[^>]*>", page)
    assert [re.findall(r'formaction="([^"]*)"', button) for button in buttons] == [
        [url(hub, f"preview/{name}")] for name in PAGES
    ]
    assert all('formtarget="_blank"' in button for button in buttons)
    assert page.index('name="_save"') < page.index("formaction")  # what the Enter key presses


@pytest.mark.parametrize(
    ("page", "typed", "wanted"),
    [
        ("home", {"welcome_heading": "Maths for all of us"}, "<h1>Maths for all of us</h1>"),
        ("home", {"welcome_text": "Come & see."}, "Come &amp; see."),
        (
            "journey",
            {"mastery_text": "Such as:\n- one\n- two"},
            "<ul><li>one</li><li>two</li></ul>",
        ),
        ("privacy", {"privacy_text": "We write to you <never>."}, "We write to you &lt;never&gt;."),
        ("privacy", {"interest_kept_months": "7"}, "7 months"),
        ("home", {"notice_text": "Sessions go online."}, "Sessions go online."),
        ("journey", {"name": "Another Maths Hub"}, "Another Maths Hub"),
    ],
)
def test_a_preview_is_the_page_with_what_was_typed_and_saves_nothing(
    hub: Hub, page: str, typed: dict[str, str], wanted: str
) -> None:
    shown = preview(staff_client(), hub, page, **typed)
    assert "<strong>Preview. Nothing is saved yet.</strong>" in shown
    assert wanted in shown
    saved = Client().get(PAGES[page]).content.decode()
    assert wanted not in saved
    assert "Preview." not in saved
    assert hub.history.count() == 1


def test_what_keeps_it_from_being_saved_stands_above_the_page(hub: Hub) -> None:
    shown = preview(
        staff_client(), hub, "journey", interest_kept_months="", mastery_text="Typed all the same."
    )
    assert "can’t be saved as it is" in shown
    assert "<li>Months to keep interest that led to nothing: This field is required.</li>" in shown
    assert "Typed all the same." in shown


def test_without_a_form_the_page_is_shown_as_it_is_saved(hub: Hub) -> None:
    shown = staff_client().get(url(hub, "preview/journey")).content.decode()
    assert "As it is saved." in shown


@pytest.mark.parametrize("page", PAGES)
def test_who_may_not_change_the_settings_previews_nothing(hub: Hub, page: str) -> None:
    assert staff_client(HubMember.Role.VIEWER).get(url(hub, f"preview/{page}")).status_code == 403
    other = make_hub(slug="wandle")
    assert staff_client().get(url(other, f"preview/{page}")).status_code == 404
