"""What every admin of the portal is made from: one hub's rows, plain words, no JavaScript needed."""

from mathshub.scope_admin.bases import (
    HubOwnedAdmin,
    HubOwnedInline,
    PortalAdmin,
    RegisterAdmin,
    posted,
)
from mathshub.scope_admin.filters import Chip, ChipFilter, is_key
from mathshub.scope_admin.seen import SeenForm, with_lock, with_row_lock

__all__ = [
    "Chip",
    "ChipFilter",
    "HubOwnedAdmin",
    "HubOwnedInline",
    "PortalAdmin",
    "RegisterAdmin",
    "SeenForm",
    "is_key",
    "posted",
    "with_lock",
    "with_row_lock",
]
