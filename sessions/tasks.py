"""What Celery's beat sets off. Tasks carry nothing: they ask the database what is to do."""

from celery import shared_task
from django.utils import timezone

from sessions.services.retention import forget_people
from workgroups.services.hubs import in_every_hub


@shared_task(name="sessions.forget")
def forget_task() -> None:
    """Forget the people whose last session is long enough ago."""
    in_every_hub(forget_people, now=timezone.now())
