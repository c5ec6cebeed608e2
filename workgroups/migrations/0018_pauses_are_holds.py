from datetime import timedelta

from django.db import migrations
from django.utils import timezone

WAS_PAUSED = "The hub was paused, without a reason or an end."
FOUR_WEEKS = timedelta(weeks=4)


def hold_what_is_paused(apps, schema_editor):
    """A pause becomes a hold of all messages that somebody looks at within four weeks."""
    now = timezone.now()
    hold = apps.get_model("outbox", "Hold")
    paused = (
        apps.get_model("workgroups", "Hub")
        ._base_manager.filter(messages_paused=True)
        .exclude(pk__in=standing(apps).values("hub"))
    )
    hold._base_manager.bulk_create(
        hold(
            hub=hub,
            reason=WAS_PAUSED,
            until=timezone.localdate(now) + FOUR_WEEKS,
            placed_at=now,
        )
        for hub in paused
    )


def pause_what_is_held(apps, schema_editor):
    """Of a hub's holds only that of all its messages can be said by a pause."""
    held = standing(apps).values("hub")
    apps.get_model("workgroups", "Hub")._base_manager.filter(pk__in=held).update(
        messages_paused=True
    )


def standing(apps):
    """The holds of all messages of a hub that are not over."""
    return apps.get_model("outbox", "Hold")._base_manager.filter(
        work_group=None, message=None, lifted_at=None, until__gte=timezone.localdate()
    )


class Migration(migrations.Migration):

    dependencies = [
        ('outbox', '0007_holds'),
        ('workgroups', '0017_offers_that_lapse'),
    ]

    operations = [
        migrations.RunPython(hold_what_is_paused, pause_what_is_held),
    ]
