"""Who may: an account's permissions are those of its role in the hub in scope, and no others."""

from typing import Any

from django.contrib.auth.backends import BaseBackend

from mathshub.scope import current_hub
from workgroups.models import HubMember
from workgroups.roles import PERMISSIONS


def membership(account: Any) -> HubMember | None:
    """The account's membership of the hub in scope, asked once per account object and hub."""
    hub = current_hub()
    if hub is None or not account.is_authenticated or not account.is_active:
        return None
    known = account.__dict__.setdefault("_memberships", {})
    if hub.pk not in known:
        known[hub.pk] = HubMember.objects.filter(account=account).first()
    return known[hub.pk]


def leads_only_own_groups(account: Any) -> bool:
    """Whether the account sees no more than the Work Groups it leads."""
    member = membership(account)
    return member is not None and member.role == HubMember.Role.WORK_GROUP_LEAD


class HubRoleBackend(BaseBackend):
    """Permissions by the role in the hub in scope. Signs nobody in."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        member = membership(user_obj)
        return set(PERMISSIONS[member.role]) if member else set()

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        member = membership(user_obj)
        return member is not None and perm in PERMISSIONS[member.role]

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return any(p.startswith(f"{app_label}.") for p in self.get_all_permissions(user_obj))
