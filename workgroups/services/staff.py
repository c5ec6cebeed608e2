"""Members of staff: given a role in the hub by their address, and told how to sign in."""

from datetime import datetime

from django.db import transaction

from mathshub.accounts.models import Account
from mathshub.outbox.services import Draft, queue_messages
from workgroups.errors import AlreadyMember, LastAdministrator
from workgroups.messages import STAFF_INVITED
from workgroups.models import HubMember


@transaction.atomic
def add_member(email: str, *, name: str, role: str, by: Account | None, now: datetime) -> HubMember:
    """Give ``email`` a role in the hub in scope, with an account if it has none, and tell it.

    The message leads to the page where a password is chosen, or to sign-in where there is one. An
    account that exists keeps its name. Raises ``AlreadyMember``.
    """
    account = Account.objects.filter(email__iexact=email.strip()).first()
    if account is None:
        account = Account.objects.create_user(email, name=name)
    if HubMember.objects.filter(account=account).exists():
        raise AlreadyMember(account.email)
    member = HubMember(account=account, role=role)
    member._history_user = by  # type: ignore[attr-defined]  # read by simple_history
    member.save()
    queue_messages([_invitation(member, now)], now=now)
    return member


@transaction.atomic
def invite_again(member: HubMember, *, now: datetime) -> None:
    """Send the message of ``add_member`` once more; twice within a minute is once."""
    queue_messages([_invitation(member, now)], now=now)


def refuse_to_lose_last_administrator(member: HubMember, *, role: str | None) -> None:
    """Raise ``LastAdministrator`` if giving ``member`` this role (None: none) leaves no other."""
    is_one = member.role == HubMember.Role.ADMINISTRATOR
    if not is_one or role == HubMember.Role.ADMINISTRATOR:
        return
    others = HubMember.objects.filter(
        role=HubMember.Role.ADMINISTRATOR, account__is_active=True
    ).exclude(pk=member.pk)
    if not others.exists():
        raise LastAdministrator


def _invitation(member: HubMember, now: datetime) -> Draft:
    return Draft(
        kind=STAFF_INVITED,
        key=f"{STAFF_INVITED}:{member.pk}:{now:%Y%m%dT%H%M}",
        recipient=member.account.email,
        recipient_name=member.account.name,
        context={"member": member.pk},
    )
