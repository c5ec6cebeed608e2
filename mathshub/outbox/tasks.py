"""What Celery's beat sets off. Tasks carry nothing: they ask the database what is to do."""

from celery import shared_task
from django.utils import timezone

from mathshub.outbox.bounce_mailbox import read_bounces
from mathshub.outbox.planning import plan_messages
from mathshub.outbox.retention import purge
from mathshub.outbox.sweep import sweep


@shared_task(name="outbox.sweep")
def sweep_task() -> None:
    """Send what is due."""
    sweep()


@shared_task(name="outbox.plan")
def plan_task() -> None:
    """Write the messages that have become due to be written."""
    plan_messages(timezone.now())


@shared_task(name="outbox.purge")
def purge_task() -> None:
    """Forget what has been kept long enough."""
    purge(timezone.now())


@shared_task(name="outbox.read_bounces")
def read_bounces_task() -> None:
    """Note what came back to the sender's mailbox."""
    read_bounces(timezone.now())
