"""Staff of the hub in scope, signed in with both factors, for tests of the admin."""

from django.test import Client

from mathshub.accounts.models import Account
from mathshub.accounts.tests.factories import sign_in
from workgroups.models import HubMember
from workgroups.tests.factories import make_account, make_member


def staff_client(role: str = HubMember.Role.HUB_LEAD, *, account: Account | None = None) -> Client:
    """A browser in which somebody of that role is signed in."""
    account = account or make_account()
    make_member(account=account, role=role)
    return sign_in(Client(), account)


def lead_client(member: HubMember) -> Client:
    """A browser in which this member of staff is signed in."""
    return sign_in(Client(), member.account)
