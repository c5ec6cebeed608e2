"""What every admin of the portal is made from: one hub's rows, plain words, no JavaScript needed."""

from mathshub.scope_admin.bases import (
    HubOwnedAdmin,
    HubOwnedInline,
    PortalAdmin,
    RegisterAdmin,
    posted,
)
from mathshub.scope_admin.filters import Chip, ChipFilter
from mathshub.scope_admin.seen import SeenForm

__all__ = [
    "Chip",
    "ChipFilter",
    "HubOwnedAdmin",
    "HubOwnedInline",
    "PortalAdmin",
    "RegisterAdmin",
    "SeenForm",
    "posted",
]
