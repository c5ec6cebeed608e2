"""What Celery's beat sets off. Tasks carry nothing: they ask what is to do."""

from celery import shared_task
from django.utils import timezone

from workgroups.register.download import fetch_register

# Seconds, of the downloads and the import together. The broker hands a task to a second worker after
# 300: both would be at the register, and nobody at the mail.
LONGEST, KILLED_AFTER = 230, 250


@shared_task(
    name="workgroups.fetch_register",
    acks_late=False,  # one that was cut off is not begun again: beat comes in some hours
    soft_time_limit=LONGEST,
    time_limit=KILLED_AFTER,
)
def fetch_register_task() -> None:
    """Fetch the register of the day, and import it; one that takes too long is on record as failed."""
    fetch_register(clock=timezone.now)
