"""What Celery's beat sets off. Tasks carry nothing: they ask what is to do."""

from celery import shared_task
from django.utils import timezone

from workgroups.register.download import fetch_register

LONGEST = 1800  # seconds; the file is large, and some lines are slow


@shared_task(name="workgroups.fetch_register", time_limit=LONGEST)
def fetch_register_task() -> None:
    """Fetch the register of the day, and import it."""
    fetch_register(clock=timezone.now)
