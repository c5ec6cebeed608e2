"""The page of schools, for people whose browser runs no script, and for direct use."""

import pytest
from django.test import Client

from workgroups import search_limit
from workgroups.search import renew_spelling
from workgroups.tests.factories import make_closed_school, make_hub, make_school

pytestmark = pytest.mark.django_db
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
PATH = "/schools/search/"


@pytest.fixture(autouse=True)
def hub() -> None:
    make_hub()


def page(client: Client, **query: str) -> str:
    response = client.get(PATH, query, headers=BROWSER)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/html")
    assert "Accept" in response["Vary"]
    return response.content.decode()


def test_before_anything_is_typed_it_says_what_will_stand_there(client: Client):
    assert "The schools that fit will stand here" in page(client)


def test_one_letter_is_too_little(client: Client):
    assert "Type two or more letters or figures" in page(client, q="a")


def test_where_nothing_is_found_it_says_what_to_try_and_goes_on_with_what_was_typed(client: Client):
    shown = page(client, q="Zyx & School", back="/interest/7/")
    assert "No school in England was found by “Zyx &amp; School”" in shown
    assert 'href="/interest/7/?school=Zyx%20%26%20School"' in shown


def test_schools_found_are_radio_buttons_that_lead_back(client: Client):
    academy = make_school(urn="999002", name="River Academy")
    make_school(urn="999001", name="Marsh Lane School")
    make_closed_school(name="Marsh Lane Infants", succeeded_by=academy)
    make_closed_school(name="Marsh Hall")
    shown = page(client, q="marsh", back="/interest/7/?x=y")
    assert 'action="/interest/7/"' in shown
    assert shown.count('type="radio"') == 2
    assert 'value="999001"' in shown
    assert 'value="999002"' in shown
    assert "Was called Marsh Lane Infants" in shown
    assert "2 schools fit what you typed" in shown
    others = shown[shown.index("Found too, but can’t be chosen") :]
    assert "Marsh Hall" in others
    assert "Closed in August 2021. It may have a new name or number" in others


def test_a_closed_school_that_is_called_as_typed_stands_before_those_that_fit_loosely(
    client: Client,
):
    make_closed_school(name="Wandle Infants' School")
    make_school(name="Wandle Valley Primary School")
    renew_spelling()
    shown = page(client, q="wandle infants")
    assert shown.index("Fits best, but can’t be chosen") < shown.index("Wandle Infants")
    assert shown.index("Wandle Infants") < shown.index('type="radio"')
    assert "Found" not in shown[shown.index('type="radio"') :]


def test_of_very_many_the_first_are_shown_with_the_way_to_fewer(client: Client):
    for _ in range(25):
        make_school(name="Marsh Lane School")
    shown = page(client, q="marsh")
    assert shown.count('type="radio"') == 20
    assert "Very many schools fit; here are the first 20" in shown


@pytest.mark.parametrize(
    "back", ["", "https://evil.example/", "//evil.example/", "/\\evil.example", "interest/"]
)
def test_it_leads_to_no_other_site(client: Client, back: str):
    make_school(name="Marsh Lane School")
    shown = page(client, q="marsh", back=back)
    assert "evil" not in shown
    assert 'action="/interest/"' in shown


def test_too_many_searches_are_refused_kindly_and_what_was_typed_is_kept(
    client: Client, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(search_limit, "PER_MINUTE", 0)
    response = client.get(PATH, {"q": "marsh"}, headers=BROWSER)
    search_limit.forget_all()
    assert (response.status_code, response["Retry-After"]) == (429, "60")
    shown = response.content.decode()
    assert "Very many searches have come from your network within a minute" in shown
    assert 'value="marsh"' in shown


@pytest.mark.parametrize(
    ("typed", "remark"),
    [
        ("10012345", "That looks like a UKPRN, which has eight digits. The URN has six."),
        ("123456", "No school has that URN: is a figure of it wrong?"),
        ("1234", "The URN has six digits."),
        ("204 9999", "The URN has six digits."),
        ("Nowhere", "Try fewer words"),
    ],
)
def test_a_number_that_finds_nothing_is_told_what_it_may_be(
    client: Client, typed: str, remark: str
):
    assert remark in page(client, q=typed)
