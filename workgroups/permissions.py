"""Who may: an account's permissions are those of its role in the hub in scope, and no others."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.db.models import QuerySet

from mathshub.scope import all_hubs, current_hub
from workgroups.models import Hub, HubMember
from workgroups.roles import PERMISSIONS


def membership(account: Any) -> HubMember | None:
    """The account's membership of the hub in scope, asked once per account object and hub."""
    hub = current_hub()
    if hub is None or not account.is_authenticated or not account.is_active:
        return None
    # By getattr: request.user only stands for the account, which Django's backends get itself.
    known = getattr(account, "_memberships", None)
    if known is None:
        known = account._memberships = {}
    if hub.pk not in known:
        known[hub.pk] = HubMember.objects.filter(account=account).order_by().first()
    return known[hub.pk]


def leads_only_own_groups(account: Any) -> bool:
    """Whether the account sees no more than the Work Groups it leads."""
    member = membership(account)
    return member is not None and member.role == HubMember.Role.WORK_GROUP_LEAD


def hubs_of(account: Any) -> list[Hub]:
    """The hubs in which the account has a role: its own business, in whichever hub it asks."""
    with all_hubs("where this account has a role"):
        of_account = HubMember.objects.filter(account=account).values("hub")
        return list(Hub.objects.filter(pk__in=of_account).order_by("name"))


def only_own_groups(account: Any, rows: QuerySet, path: str) -> QuerySet:
    """``rows`` as the account may see them: a Work Group Lead's are those of the groups it leads.

    ``path`` leads from a row to its Work Group ("place__work_group"), empty for the groups
    themselves. Everybody else's rows are left as they are.
    """
    if not leads_only_own_groups(account):
        return rows
    lead = "__".join(filter(None, [path, "work_group_leads__member__account"]))
    # By id, so that a join never shows a row twice, nor breaks an aggregate over the list.
    return rows.filter(pk__in=rows.model._default_manager.filter(**{lead: account}).values("pk"))


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
