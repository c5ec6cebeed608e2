"""What Celery's beat sets off. Tasks carry nothing: they ask the database what is to do."""

from celery import shared_task
from django.utils import timezone

from enrolment.services.openings import forget_notices
from enrolment.services.retention import (
    empty_spreadsheets,
    forget_expressions,
    forget_lines,
    forget_spreadsheets,
)
from workgroups.services.hubs import in_every_hub


@shared_task(name="enrolment.forget")
def forget_task() -> None:
    """Forget what has been kept long enough: interest that led to nothing, spreadsheets, addresses."""
    now = timezone.now()
    in_every_hub(forget_expressions, now=now)
    in_every_hub(forget_spreadsheets, now=now)
    in_every_hub(forget_lines, now=now)
    in_every_hub(empty_spreadsheets, now=now)
    in_every_hub(forget_notices, now=now)
