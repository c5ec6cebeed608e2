"""Offers lapse unless the offering says otherwise; those that exist were told nothing of it."""

from django.db import migrations, models

WORDS = (
    "A place that nobody has answered goes back the day after its reply-by day. Off: it waits until "
    "somebody answers, or the hub withdraws it."
)


class Migration(migrations.Migration):
    dependencies = [("workgroups", "0016_reminders_by_mode")]

    as_before = models.BooleanField(default=False, help_text=WORDS)
    from_now_on = models.BooleanField(default=True, help_text=WORDS)
    operations = [
        migrations.AddField("offering", "offers_lapse", as_before),
        migrations.AddField("historicaloffering", "offers_lapse", as_before.clone()),
        migrations.AlterField("offering", "offers_lapse", from_now_on),
        migrations.AlterField("historicaloffering", "offers_lapse", from_now_on.clone()),
    ]
