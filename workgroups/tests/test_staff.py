"""Members of staff: added by address, invited by the outbox, never the last administrator lost."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone

from mathshub.accounts.models import Account
from mathshub.outbox.models import Message
from mathshub.outbox.sweep import sweep
from mathshub.scope import hub_scope
from mathshub.testing.smtp import SmtpSink
from workgroups.models import Hub, HubMember
from workgroups.services.staff import add_member
from workgroups.tests.factories import make_account, make_hub, make_member
from workgroups.tests.staff import staff_client

STAFF = "/admin/workgroups/hubmember/"
Role = HubMember.Role


@pytest.fixture
def hub(db: None) -> Iterator[Hub]:
    hub = make_hub(slug="lea-valley")
    with hub_scope(hub):
        yield hub


@pytest.fixture
def administrator(hub: Hub) -> Client:
    return staff_client(Role.ADMINISTRATOR)


def add(client: Client, email: str, role: str = Role.HUB_LEAD) -> str:
    data = {"email": email, "name": "Ana Lima", "role": role}
    return client.post(f"{STAFF}add/", data, follow=True).content.decode()


def test_adding_an_address_makes_the_account_and_one_message(administrator: Client) -> None:
    add(administrator, "Ana@Hub.example")
    account = Account.objects.get(email="ana@hub.example")
    assert (account.name, account.has_usable_password()) == ("Ana Lima", False)
    assert HubMember.objects.get(account=account).role == Role.HUB_LEAD
    assert [m.recipient for m in Message.objects.all()] == ["ana@hub.example"]


def test_an_account_of_another_hub_keeps_its_name_and_password(administrator: Client) -> None:
    known = make_account(email="ana@hub.example", name="Ana Maria Lima")
    add(administrator, "ana@hub.example")
    known.refresh_from_db()
    assert (known.name, known.has_usable_password()) == ("Ana Maria Lima", True)
    assert HubMember.objects.filter(account=known).exists()


def test_nobody_is_added_twice(administrator: Client) -> None:
    add(administrator, "ana@hub.example")
    assert "already has a role in this hub" in add(administrator, "ana@hub.example", Role.VIEWER)
    assert HubMember.objects.get(account__email="ana@hub.example").role == Role.HUB_LEAD


def test_the_invitation_leads_to_a_password_and_then_to_the_admin(
    hub: Hub, smtp_sink: SmtpSink, client: Client
) -> None:
    add_member("ana@hub.example", name="Ana", role=Role.VIEWER, by=None, now=timezone.now())
    sweep()
    [delivery] = smtp_sink.to("ana@hub.example")
    assert delivery.links[0].startswith("http://lea-valley.localhost:8000/account/password/reset/")
    path = delivery.links[0].removeprefix("http://lea-valley.localhost:8000")
    form = client.get(path, follow=True, HTTP_HOST="lea-valley.localhost")
    data = {"password1": "three random words", "password2": "three random words"}
    client.post(form.redirect_chain[-1][0], data, HTTP_HOST="lea-valley.localhost")
    assert Account.objects.get(email="ana@hub.example").check_password("three random words")
    assert path not in str(list(Message.objects.values())), "the link is not kept"


def test_a_person_without_a_role_any_more_is_not_invited(hub: Hub, smtp_sink: SmtpSink) -> None:
    member = add_member(
        "ana@hub.example", name="Ana", role=Role.VIEWER, by=None, now=timezone.now()
    )
    member.delete()
    sweep()
    assert smtp_sink.deliveries == []
    assert Message.objects.get().state == Message.State.CANCELLED


def test_the_last_administrator_stays(administrator: Client) -> None:
    last = HubMember.objects.get()
    page = administrator.post(f"{STAFF}{last.pk}/change/", {"role": Role.VIEWER}).content.decode()
    assert "only administrator" in page
    administrator.post(f"{STAFF}{last.pk}/delete/", {"post": "yes"})
    assert HubMember.objects.get().role == Role.ADMINISTRATOR


def test_one_of_two_administrators_may_go(administrator: Client) -> None:
    other = make_member(role=Role.ADMINISTRATOR)
    administrator.post(f"{STAFF}{other.pk}/delete/", {"post": "yes"})
    assert not HubMember.objects.filter(pk=other.pk).exists()
    assert Account.objects.filter(pk=other.account_id).exists()


@pytest.mark.parametrize("role", [Role.HUB_LEAD, Role.WORK_GROUP_LEAD, Role.VIEWER])
def test_staff_are_for_administrators_only(hub: Hub, role: str) -> None:
    client = staff_client(role)
    assert client.get(STAFF).status_code == 403
    add(client, "ana@hub.example")
    assert not Account.objects.filter(email="ana@hub.example").exists()


def test_another_hub_s_staff_are_not_there(administrator: Client) -> None:
    with hub_scope(make_hub(slug="wandle")):
        theirs = make_member(account=make_account(name="Somebody Else"))
    assert administrator.get(f"{STAFF}{theirs.pk}/change/").status_code == 404
    assert "Somebody Else" not in administrator.get(STAFF).content.decode()
