"""Messages about hubs and their staff; one function per message."""

from datetime import datetime, timedelta

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str

from mathshub.links import absolute
from mathshub.outbox.kinds import Kind, Letter, register
from mathshub.outbox.models import Message
from workgroups.models import HubMember

STAFF_INVITED = "staff-invited"


def invite_staff(message: Message, now: datetime) -> Letter:
    """To somebody who was given a role: how to sign in, for the first time if need be."""
    member = _member(message)
    account = member.account
    if account.has_usable_password():
        link = absolute(message.hub, "admin:index")
    else:
        # Made when the message goes, so that the link works three days from then.
        key = default_token_generator.make_token(account)
        who = user_pk_to_url_str(account)
        link = absolute(message.hub, "account_reset_password_from_key", who, key)
    return Letter(
        template="workgroups/email/staff_invited",
        context={
            "member": member,
            "role": member.get_role_display(),
            "has_password": account.has_usable_password(),
            "link": link,
        },
    )


def needs_no_invitation(message: Message, now: datetime) -> str:
    member = (
        HubMember.objects.select_related("account").filter(pk=message.context["member"]).first()
    )
    if member is None:
        return "the person no longer works for the hub"
    return "" if member.account.is_active else "the account was closed"


def _member(message: Message) -> HubMember:
    return HubMember.objects.select_related("account").get(pk=message.context["member"])


register(
    Kind(
        name=STAFF_INVITED,
        label="invitation to staff",
        render=invite_staff,
        unwanted=needs_no_invitation,
        priority=Message.Priority.IMMEDIATE,
        expires_after=timedelta(hours=72),
        template="workgroups/email/staff_invited",
        leaves_paused_hub=True,
        keeps_no_text=True,
    )
)
