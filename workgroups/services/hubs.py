"""Setting up a hub."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from mathshub.scope import hub_scope
from workgroups.models import Hub, HubMember, LocalAuthority
from workgroups.services.staff import add_member


@transaction.atomic
def create_hub(
    *,
    name: str,
    slug: str,
    host: str,
    contact_email: str,
    local_authorities: Iterable[LocalAuthority],
    administrator_email: str,
    now: datetime,
) -> Hub:
    """A new hub with its area and its first administrator, who is told by e-mail how to sign in.

    Raises ``ValidationError`` for what is malformed, or taken by another hub.
    """
    hub = Hub(name=name, slug=slug, host=host, contact_email=contact_email)
    hub.full_clean()
    hub.save()
    hub.local_authorities.set(local_authorities)
    with hub_scope(hub):
        add_member(
            administrator_email, name="", role=HubMember.Role.ADMINISTRATOR, by=None, now=now
        )
    return hub
