"""A flyer of the hub's own, in place of the one that is made from the briefing's data."""

from datetime import datetime

from enrolment.models import Briefing, BriefingFlyer
from enrolment.services.briefings.rows import locked_briefing
from enrolment.services.transactions import one_transaction


@one_transaction
def keep_flyer(briefing: Briefing, *, content: bytes, now: datetime) -> None:
    """Show this PDF instead of the flyer that is made from the data."""
    BriefingFlyer.objects.update_or_create(
        briefing=locked_briefing(briefing),
        defaults={"content": content, "size": len(content), "uploaded_at": now},
    )


@one_transaction
def drop_flyer(briefing: Briefing) -> None:
    """Go back to the flyer that is made from the data."""
    BriefingFlyer.objects.filter(briefing=locked_briefing(briefing)).delete()
