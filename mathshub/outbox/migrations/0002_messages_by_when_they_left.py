"""Messages are counted by when they left: an index of its own for that."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("sent_at__isnull", False)),
                fields=["hub", "-sent_at"],
                name="message_hub_sent",
            ),
        )
    ]
