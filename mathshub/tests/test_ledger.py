"""Every address is in the ledger, and only those opened to the public open to a stranger."""

import pytest
from django.test import Client
from django.urls import reverse

from mathshub.ledger import LEDGER, PREFIXES, Audience, audience_of
from mathshub.links import make_token
from mathshub.tests.addresses import Address, all_patterns, named_addresses
from workgroups.tests.factories import make_hub

PUBLIC = {
    "site:healthz",
    "site:readyz",
    "site:security_txt",
    "site:robots_txt",
    "site:home",
    "site:list_programmes",
    "site:show_programme",
    "site:show_journey",
    "site:suggest_step",
    "site:show_privacy",
    "site:show_accessibility",
    "enrolment:list_briefings",
    "enrolment:show_briefing",
    "enrolment:briefing_booked",
    "enrolment:briefing_waiting",
    "enrolment:show_flyer",
    "enrolment:flyer_pdf",
    "enrolment:choose_offering",
    "enrolment:express_interest",
    "enrolment:explain_eligibility",
    "enrolment:ask_to_hear",
    "enrolment:will_hear",
    "workgroups:search_schools",
    "sessions:show_work_group",
    "sessions:request_link",
}
# What the sign-in pages show to somebody who is not signed in yet.
SIGN_IN = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_set_password",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_authenticate",
}
# What may stand in an address, for a stranger who guesses.
GUESSES = {
    "app_label": "workgroups",
    "day": "2026-11-23",
    "group_pk": 1,
    "key": "set-password",
    "file": 1,
    "kind": "session-reminder",
    "message_pk": 1,
    "object_id": "1",
    "offering_id": 1,
    "page_name": "you",
    "pk": 1,
    "seat_pk": 1,
    "session_pk": 1,
    "token": make_token("guess", 1, 1),
    "uidb36": "1",
}


def addresses_for(*audiences: Audience) -> list[Address]:
    return [each for each in named_addresses() if audience_of(each.name) in audiences]


def get_as_stranger(client: Client, address: Address):
    make_hub()
    return client.get(address.url(**{name: GUESSES[name] for name in address.parameters}))


def test_every_address_is_in_the_ledger():
    assert [each.name for each in named_addresses() if audience_of(each.name) is None] == []


def test_only_the_admins_ways_to_itself_have_no_name():
    """Its redirect from a row to the page that changes it, and its own “not found”."""
    nameless = {
        (name, str(pattern.pattern))
        for name, pattern in all_patterns()
        if name.endswith(":") or not name
    }
    assert nameless == {("admin:", "<path:object_id>/"), ("admin:", "(?P<url>.*)$")}


def test_no_name_has_two_addresses():
    names = [each.name for each in named_addresses()]
    assert sorted(names) == sorted(set(names))


def test_nothing_in_the_ledger_is_without_an_address():
    routed = {each.name for each in named_addresses()}
    in_the_demonstration = {name for name, audience in LEDGER.items() if audience is Audience.DEMO}

    assert set(LEDGER) - routed == in_the_demonstration
    for prefix in PREFIXES:
        assert any(name.startswith(prefix) for name in routed), prefix


def test_what_is_public_is_exactly_this():
    assert {each.name for each in addresses_for(Audience.PUBLIC)} == PUBLIC


BEHIND_SIGN_IN = [
    address
    for address in addresses_for(Audience.HUB, Audience.SUPERUSER, Audience.ACCOUNT)
    if address.name not in SIGN_IN
]


@pytest.mark.parametrize("address", BEHIND_SIGN_IN, ids=str)
def test_a_stranger_is_sent_to_sign_in(db: None, client: Client, address: Address):
    response = get_as_stranger(client, address)

    assert response.status_code == 302
    if address.name == "admin:logout":  # by way of the front page
        assert response["Location"] == reverse("admin:index")
    else:
        assert response["Location"].startswith((reverse("account_login"), reverse("admin:login")))


@pytest.mark.parametrize("address", addresses_for(Audience.LINK_HOLDER), ids=str)
def test_a_guessed_link_opens_nothing(db: None, client: Client, address: Address):
    assert get_as_stranger(client, address).status_code == 404


@pytest.mark.parametrize("address", addresses_for(Audience.LINK_HOLDER), ids=str)
def test_link_pages_are_never_kept_indexed_or_passed_on(db: None, client: Client, address: Address):
    response = get_as_stranger(client, address)

    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("address", addresses_for(Audience.MACHINE), ids=str)
def test_where_no_secret_is_set_there_is_nothing_for_machines(
    db: None, client: Client, address: Address
):
    assert get_as_stranger(client, address).status_code == 404


@pytest.mark.parametrize("name", sorted(SIGN_IN))
def test_the_sign_in_pages_open_without_a_role(db: None, client: Client, name: str):
    [address] = [each for each in named_addresses() if each.name == name]

    assert get_as_stranger(client, address).status_code in {200, 302}
