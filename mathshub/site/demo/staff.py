"""Who signs in to the demonstration: for each hub one person a role, and how they get in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.utils import encrypt
from django.contrib.auth.hashers import make_password

from mathshub import links
from mathshub.accounts.models import Account
from mathshub.site.demo.hubs import HUBS, HubPlan
from workgroups.models import Hub, HubMember

# Published on purpose, and the same for everyone: the demonstration holds nothing but inventions.
PASSWORD = "six-sessions-a-year"  # noqa: S105
TOTP_SECRET = "LEAVALLEYANDWANDLEMATHSHUBSDEMO2"  # noqa: S105
_RECOVERY_SEED = "the demonstration of the Maths Hub portal"
SUPERUSER = "superuser@example.org"
Role = HubMember.Role


@dataclass(frozen=True)
class SignIn:
    """A member of staff of the demonstration; ``hub`` is None for the superuser."""

    email: str
    name: str
    role: str
    hub: HubPlan | None


_NAMES = {
    "lea-valley": ("Ngozi Adeyemi", "Tom Wexford", "Rahel Okafor", "Imran Siddiqui", "Joan Pell"),
    "wandle": ("Miriam Castle", "Dev Raman", "Hannah Osei", "Piotr Zielinski", "Alice Thorne"),
}
_MAILBOXES = (
    ("administrator", Role.ADMINISTRATOR),
    ("lead", Role.HUB_LEAD),
    ("group-lead", Role.WORK_GROUP_LEAD),
    ("second-group-lead", Role.WORK_GROUP_LEAD),
    ("viewer", Role.VIEWER),
)


def sign_ins() -> list[SignIn]:
    """Everyone who can sign in, hub by hub, the superuser last."""
    return [
        *(sign_in for plan in HUBS for sign_in in _staff_of(plan)),
        SignIn(SUPERUSER, "Sam Overton", "superuser", None),
    ]


def _staff_of(plan: HubPlan) -> Iterator[SignIn]:
    for name, (mailbox, role) in zip(_NAMES[plan.slug], _MAILBOXES, strict=True):
        yield SignIn(f"{mailbox}@{plan.slug}.example.org", name, role.label, plan)


def make_superuser() -> Account:
    account = _make_account(SUPERUSER, "Sam Overton", make_password(PASSWORD))
    account.is_superuser = True
    account.save()
    return account


def make_staff(hub: Hub, plan: HubPlan) -> dict[str, HubMember]:
    """The staff of the hub in scope, by the first part of their address."""
    password = make_password(PASSWORD)  # once: hashing is slow by design
    members = {}
    for sign_in, (mailbox, role) in zip(_staff_of(plan), _MAILBOXES, strict=True):
        account = _make_account(sign_in.email, sign_in.name, password)
        members[mailbox] = HubMember.objects.create(account=account, role=role)
    return members


def _make_account(email: str, name: str, password: str) -> Account:
    account = Account.objects.create(email=email, name=name, password=password)
    TOTP.activate(account, TOTP_SECRET)
    Authenticator.objects.create(
        user=account,
        type=Authenticator.Type.RECOVERY_CODES,
        data={"seed": encrypt(_RECOVERY_SEED), "used_mask": 0},
    )
    return account


def code_at(now: datetime) -> str:
    """The six digits that an authenticator app shows at ``now``."""
    return format_hotp_value(
        hotp_value(TOTP_SECRET, int(now.timestamp()) // mfa_settings.TOTP_PERIOD)
    )


def recovery_codes() -> list[str]:
    """The codes that stand in for the app; each works once for each person."""
    kept = Authenticator(data={"seed": encrypt(_RECOVERY_SEED), "used_mask": 0})
    return RecoveryCodes(kept).generate_codes()


def write_sign_ins(path: Path) -> str:
    """Put the table of sign-ins where `manage.py start` reads it; returns the table."""
    table = "\n".join(_table()) + "\n"
    path.write_text(table)
    return table


def _table() -> Iterator[str]:
    codes = recovery_codes()
    yield "Staff sign-ins (one password and one second factor for everybody):"
    yield f"  password         {PASSWORD}"
    yield f"  TOTP secret      {TOTP_SECRET}"
    yield f"  recovery codes   {' '.join(codes[:5])}"
    yield f"                   {' '.join(codes[5:])}"
    yield "                   (without an app: each code works once for each person;"
    yield "                   the six digits of the moment also stand on the page of sent mail)"
    for hub in Hub.objects.filter(is_demonstration=True):
        yield f"{hub.name}: {links.absolute(hub, 'admin:index')}"
        yield from (_row(s) for s in sign_ins() if s.hub and s.hub.slug == hub.slug)
    yield "Every hub:"
    yield from (_row(sign_in) for sign_in in sign_ins() if sign_in.hub is None)


def _row(sign_in: SignIn) -> str:
    return f"  {sign_in.role:<18} {sign_in.email}"
