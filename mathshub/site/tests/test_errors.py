"""Pages for what goes wrong: kind, and silent about what there is."""

import pytest
from django.test import Client

from mathshub.scope import hub_scope
from workgroups.tests.factories import make_hub, make_programme

pytestmark = pytest.mark.django_db


def test_what_is_another_hubs_looks_just_like_what_is_not_there(client: Client):
    make_hub(slug="own")
    with hub_scope(make_hub(slug="other")):
        make_programme(slug="theirs")
    theirs = client.get("/programmes/theirs/", headers={"host": "own.localhost"})
    nobodys = client.get("/programmes/nobodys/", headers={"host": "own.localhost"})
    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.content.replace(b"theirs", b"") == nobodys.content.replace(b"nobodys", b"")


def test_a_missing_page_says_nothing_of_the_code(client: Client):
    make_hub()
    page = client.get("/no/such/page/")
    assert page.status_code == 404
    assert b"find that page" in page.content
    assert b"Resolver" not in page.content
    assert b"no/such" not in page.content


def test_a_form_that_was_open_too_long_gets_a_kind_page():
    make_hub()
    careful = Client(enforce_csrf_checks=True)
    page = careful.post("/my/", {"email": "sam@school.example"})
    assert page.status_code == 403
    assert "This page had been open too long" in page.content.decode()
