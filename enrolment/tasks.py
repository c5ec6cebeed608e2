"""What Celery's beat sets off. Tasks carry nothing: they ask the database what is to do."""

from celery import shared_task
from django.utils import timezone

from enrolment.services.drafts import forget_drafts
from enrolment.services.mailings import forget_mailings
from enrolment.services.openings import forget_notices
from enrolment.services.retention import (
    empty_spreadsheets,
    forget_bookings,
    forget_expressions,
    forget_lines,
    forget_spreadsheets,
)
from workgroups.services.hubs import in_every_hub


@shared_task(name="enrolment.forget")
def forget_task() -> None:
    """Forget what has been kept long enough, of schools and of those who wrote for them."""
    now = timezone.now()
    in_every_hub(forget_drafts, now=now)
    in_every_hub(forget_expressions, now=now)
    in_every_hub(forget_bookings, now=now)
    in_every_hub(forget_spreadsheets, now=now)
    in_every_hub(forget_lines, now=now)
    in_every_hub(empty_spreadsheets, now=now)
    in_every_hub(forget_notices, now=now)
    in_every_hub(forget_mailings, now=now)
