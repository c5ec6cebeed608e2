"""Sign-in mail goes through the outbox and leaves no secret behind."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mathshub.outbox.models import Message
from mathshub.outbox.services import purge
from mathshub.outbox.sweep import sweep
from mathshub.outbox.tests.factories import make_hold
from mathshub.scope import hub_scope
from mathshub.testing.smtp import SmtpSink
from workgroups.models import Hub
from workgroups.tests.factories import make_account, make_hub

pytestmark = pytest.mark.database


@pytest.fixture
def hub(db: None) -> Hub:
    return make_hub(slug="lea-valley")


def ask_for_new_password(client: Client, address: str) -> None:
    response = client.post(
        reverse("account_reset_password"), {"email": address}, HTTP_HOST="lea-valley.localhost"
    )
    assert response.status_code == 302


def test_the_link_to_a_new_password_comes_by_the_outbox_and_is_then_forgotten(
    hub: Hub, client: Client, smtp_sink: SmtpSink
) -> None:
    account = make_account(email="lead@hub.example")
    ask_for_new_password(client, account.email)
    assert smtp_sink.deliveries == [], "no mail server is spoken to in a request"

    with hub_scope(hub):
        make_hold(until=timezone.localdate())
    sweep()
    [delivery] = smtp_sink.to("lead@hub.example")
    assert delivery.subject == "Choose a new password"
    assert delivery.links[0].startswith("http://lea-valley.localhost:8000/account/password/reset/")
    assert delivery.links[0] in delivery.html

    secret = re.split("[-/]", delivery.links[0].rstrip("/"))[-1]
    with hub_scope(hub):
        [kept] = Message.objects.values()
    assert kept["state"] == Message.State.SENT
    assert secret not in str(kept)


def test_a_link_not_sent_within_half_an_hour_is_wiped(hub: Hub, client: Client) -> None:
    account = make_account(email="lead@hub.example")
    ask_for_new_password(client, account.email)
    later = timezone.now() + timedelta(minutes=31)
    sweep(clock=lambda: later)
    purge(later)
    with hub_scope(hub):
        kept = Message.objects.get()
    assert (kept.state, kept.context) == (Message.State.CANCELLED, {})


def test_an_unknown_address_gets_the_same_answer_and_no_mail(hub: Hub, client: Client) -> None:
    ask_for_new_password(client, "stranger@elsewhere.example")
    with hub_scope(hub):
        assert not Message.objects.exists()


def test_nobody_s_mailbox_is_filled_with_links_to_a_new_password(hub: Hub, client: Client) -> None:
    account = make_account(email="lead@hub.example")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for minute in range(30):
            client.post(
                reverse("account_reset_password"),
                {"email": account.email},
                HTTP_HOST="lea-valley.localhost",
                REMOTE_ADDR=f"192.0.2.{minute}",
            )
            clock.shift(timedelta(minutes=1))
    with hub_scope(hub):
        assert Message.objects.count() == 5
