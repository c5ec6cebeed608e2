"""Setting up a hub, and doing something in each."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import transaction

from mathshub.scope import hub_scope
from workgroups.models import Hub, HubMember, LocalAuthority
from workgroups.services.staff import add_member

log = logging.getLogger(__name__)


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


def in_every_hub(action: Callable[[datetime], object], *, now: datetime) -> None:
    """Run the nightly ``action`` in the scope of each hub in turn; one that fails stops none."""
    for hub in Hub.objects.order_by("pk"):
        try:
            with hub_scope(hub):
                action(now)
        except Exception:
            log.exception("%s failed for %s.", action.__qualname__, hub)
