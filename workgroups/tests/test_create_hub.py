"""Making a hub from the command line."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from mathshub.accounts.models import Account
from mathshub.outbox.models import Message
from mathshub.scope import all_hubs
from workgroups.models import Hub, HubMember
from workgroups.tests.factories import make_account, make_hub, make_local_authority

pytestmark = pytest.mark.django_db

ANSWERS = {
    "name": "Ash Valley Maths Hub",
    "slug": "ash-valley",
    "host": "ash-valley.localhost",
    "authorities": "",
    "contact": "hello@ash-valley.example.org",
    "administrator": "Head.Office@ash-valley.example.org",
}


def create(**changes: Any) -> str:
    """What the command says when it may ask nothing."""
    out = io.StringIO()
    call_command("create_hub", no_input=True, stdout=out, **(ANSWERS | changes))
    return out.getvalue()


def type_in(monkeypatch: pytest.MonkeyPatch, *lines: str) -> list[str]:
    """Answer the command's questions with these lines; gives the list of what it asks."""
    typed, asked = iter(lines), []

    def answer(prompt: str) -> str:
        asked.append(prompt)
        try:
            return next(typed)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr("builtins.input", answer)
    return asked


def test_a_hub_has_its_area_and_an_administrator_who_is_invited():
    make_local_authority(name="Hackney", code="204")
    make_local_authority(name="Newham", code="316")
    said = create(authorities="204, newham")
    hub = Hub.objects.get()
    assert (hub.name, hub.slug, hub.host, hub.contact_email) == (
        "Ash Valley Maths Hub",
        "ash-valley",
        "ash-valley.localhost",
        "hello@ash-valley.example.org",
    )
    assert [str(authority) for authority in hub.local_authorities.all()] == ["Hackney", "Newham"]
    with all_hubs("test"):
        member, message = HubMember.objects.get(), Message.objects.get()
    assert (member.hub, member.role) == (hub, HubMember.Role.ADMINISTRATOR)
    assert member.account.email == message.recipient == "head.office@ash-valley.example.org"
    assert not member.account.has_usable_password()
    assert "http://ash-valley.localhost:8000/account/password/reset/" in said
    assert "second factor" in said


def test_an_account_that_exists_administers_the_new_hub_too():
    account = make_account(email="head.office@ash-valley.example.org", name="Kim")
    create()
    with all_hubs("test"):
        assert HubMember.objects.get().account == account
    assert Account.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "--name: The hub needs a name."),
        ({"name": None}, "--name is missing."),
        ({"slug": "ash valley"}, "--slug: Enter a valid"),
        ({"host": "https://ash.localhost/"}, "--host: Give the host name alone"),
        ({"host": "ash.example.org"}, "--host: Add ash.example.org to ALLOWED_HOSTS first"),
        ({"contact": "hello"}, "--contact: Enter a valid email address."),
        ({"administrator": None}, "--administrator is missing."),
        ({"authorities": "Narnia"}, "--authorities: No local authority “Narnia” is known."),
        ({"slug": "taken"}, "Hub with this Slug already exists."),
    ],
)
def test_what_will_not_do_is_refused_with_a_sentence_and_nothing_is_made(
    changes: dict[str, Any], sentence: str
):
    make_hub(slug="taken", host="other.localhost")
    with pytest.raises(CommandError) as refused:
        create(**changes)
    assert str(refused.value).startswith(sentence)
    assert Hub.objects.count() == 1
    assert not Account.objects.exists()


def test_what_is_not_given_is_asked_for_until_it_will_do(monkeypatch: pytest.MonkeyPatch):
    asked = type_in(monkeypatch, "not a slug", "ash-valley", "", "a@example.org")
    call_command(
        "create_hub",
        name="Ash Valley Maths Hub",
        host="ash-valley.localhost",
        contact="hello@example.org",
        stdout=io.StringIO(),
        stderr=io.StringIO(),
    )
    assert [question.split(",")[0] for question in asked] == [
        "Short name for addresses",
        "Short name for addresses",
        "Local authorities by code or name",
        "E-mail address of the first administrator: ",
    ]
    assert Hub.objects.get().slug == "ash-valley"


def test_an_interrupted_conversation_makes_nothing(monkeypatch: pytest.MonkeyPatch):
    type_in(monkeypatch, "Ash Valley Maths Hub")
    with pytest.raises(CommandError, match=r"^Nothing was made: --slug is missing\.$"):
        call_command("create_hub", stdout=io.StringIO(), stderr=io.StringIO())
    assert not Hub.objects.exists()
