"""Staff sign in by password and authenticator app; nothing of the admin opens before."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, reverse

from mathshub.accounts.models import Account
from mathshub.accounts.tests.factories import SECRET, make_authenticator, sign_in
from mathshub.scope import hub_scope
from mathshub.testing.browser import totp_code
from workgroups.models import Hub
from workgroups.tests.factories import make_account, make_hub, make_member

PASSWORD = "correct horse battery"
NOW = datetime(2026, 11, 16, 10, 30, tzinfo=UTC)
ADMIN_PAGES = [
    "/admin/",
    "/admin/enrolment/expressionofinterest/",
    "/admin/workgroups/workgroup/add/",
    "/admin/outbox/message/",
    "/admin/no-such-page/",
]


@pytest.fixture
def hub(db: None) -> Iterator[Hub]:
    hub = make_hub(slug="lea-valley")
    with hub_scope(hub):
        yield hub


@pytest.fixture
def lead(hub: Hub) -> Account:
    account = make_account(email="lead@hub.example", password=PASSWORD)
    make_member(account=account)
    return account


def log_in(client: Client, email: str, password: str = PASSWORD, **extra: str) -> str:
    """Where the sign-in form leads to; the page's text when it stays."""
    response = client.post("/account/login/", {"login": email, "password": password}, **extra)
    return response.get("Location") or response.content.decode()


@pytest.mark.parametrize("path", ADMIN_PAGES)
def test_a_stranger_is_sent_to_sign_in(hub: Hub, client: Client, path: str) -> None:
    response = client.get(path, follow=True)
    assert response.redirect_chain[-1][0].startswith("/account/login/?next=/admin/")


@pytest.mark.parametrize("path", ADMIN_PAGES)
def test_no_admin_page_opens_to_a_password_alone(lead: Account, path: str) -> None:
    client = sign_in(Client(), lead, second_factor=False)
    response = client.get(path)
    assert response["Location"].startswith("/account/2fa/totp/activate/")


def test_a_session_from_before_the_app_was_set_up_is_asked_for_a_code(lead: Account) -> None:
    client = sign_in(Client(), lead, second_factor=False)
    make_authenticator(account=lead)  # in another browser
    assert client.get("/admin/")["Location"].startswith("/account/2fa/reauthenticate/")


def test_password_then_code_opens_the_admin(lead: Account, client: Client) -> None:
    make_authenticator(account=lead)
    assert log_in(client, lead.email) == "/account/2fa/authenticate/"
    assert "_auth_user_id" not in client.session, "not signed in before the code"
    response = client.post("/account/2fa/authenticate/", {"code": totp_code(SECRET)})
    assert response["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_setting_the_app_up_opens_the_admin_and_gives_recovery_codes(
    lead: Account, client: Client
) -> None:
    log_in(client, lead.email)
    page = client.get("/account/2fa/totp/activate/")
    secret = page.context["form"].secret
    response = client.post("/account/2fa/totp/activate/", {"code": totp_code(secret)})
    assert response["Location"] == "/account/2fa/recovery-codes/"
    assert len(client.get(response["Location"]).context["unused_codes"]) == 10
    assert client.get("/admin/").status_code == 200


def test_a_wrong_code_does_not_set_the_app_up(lead: Account, client: Client) -> None:
    log_in(client, lead.email)
    client.get("/account/2fa/totp/activate/")
    client.post("/account/2fa/totp/activate/", {"code": "000000"})
    assert not Authenticator.objects.exists()
    assert client.get("/admin/").status_code == 302


def test_taking_the_app_away_shuts_the_admin_at_once(lead: Account) -> None:
    client = sign_in(Client(), lead)
    assert client.get("/admin/").status_code == 200
    Authenticator.objects.filter(user=lead).delete()
    assert client.get("/admin/")["Location"].startswith("/account/2fa/totp/activate/")


def test_an_account_without_a_role_here_is_told_where_it_has_one(lead: Account) -> None:
    other = make_hub(slug="wandle", name="Wandle Maths Hub")
    make_hub(slug="thames", name="Thames Maths Hub")
    account = make_account(email="viewer@wandle.example")
    with hub_scope(other):
        make_member(account=account)
    response = sign_in(Client(), account).get("/admin/", follow=True)
    page = response.content.decode()
    assert response.status_code == 403
    assert "http://wandle.localhost:8000/admin/" in page
    assert "Thames" not in page


def test_a_closed_account_can_not_sign_in(lead: Account, client: Client) -> None:
    make_authenticator(account=lead)
    Account.objects.update(is_active=False)
    assert not log_in(client, lead.email).startswith("/account/2fa/")
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize(("minutes", "status"), [(29, 200), (31, 302)])
def test_thirty_idle_minutes_end_the_session(lead: Account, minutes: int, status: int) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        client = sign_in(Client(), lead)
        assert client.get("/admin/").status_code == 200
        clock.shift(timedelta(minutes=minutes))
        assert client.get("/admin/").status_code == status


def test_after_eight_hours_even_the_busy_sign_in_again(lead: Account) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        client = sign_in(Client(), lead)
        opened = 0
        while client.get("/admin/").status_code == 200:
            opened += 1
            clock.shift(timedelta(minutes=20))
        assert opened == 25, "every 20 minutes from 0 to 480"
        assert "more than 8 hours ago" in client.get("/account/login/").content.decode()


def test_guessing_slows_down_and_the_owner_still_gets_in(lead: Account, client: Client) -> None:
    make_authenticator(account=lead)
    guesser = {"REMOTE_ADDR": "203.0.113.9"}
    answers = [log_in(client, lead.email, f"guess {n}", **guesser) for n in range(7)]
    assert "is not right" in answers[4]
    assert "Too many wrong attempts" in answers[5]
    assert "Too many wrong attempts" in log_in(client, lead.email, PASSWORD, **guesser)
    owner = Client()
    assert log_in(owner, lead.email, REMOTE_ADDR="198.51.100.7") == "/account/2fa/authenticate/"


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("HTTP_HOST", [f"lea-valley.localhost:{8000 + n}" for n in range(6)]),
        ("REMOTE_ADDR", [f"2001:db8:1:2::{n}" for n in range(6)]),
    ],
)
def test_guessing_slows_down_whatever_port_or_address_of_a_network_it_uses(
    lead: Account, client: Client, header: str, values: list[str]
) -> None:
    answers = [log_in(client, lead.email, "guess", **{header: value}) for value in values]
    assert "is not right" in answers[4]
    assert "Too many wrong attempts" in answers[5]


def test_guessing_at_other_accounts_does_not_wipe_the_count(lead: Account, client: Client) -> None:
    for n in range(5):
        log_in(client, lead.email, f"guess {n}")
    for n in range(400):
        cache.set(f"other-account-{n}", [0.0], 300)
    assert "Too many wrong attempts" in log_in(client, lead.email, "guess")


def test_nobody_signs_up_alone(hub: Hub, client: Client) -> None:
    assert client.get("/account/signup/").status_code in (302, 404)
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")
