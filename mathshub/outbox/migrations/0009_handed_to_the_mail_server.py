"""What a mail server has taken is called so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbox", "0008_wording_of_emails")]

    operations = [
        migrations.AlterField(
            model_name="message",
            name="state",
            field=models.CharField(
                choices=[
                    ("queued", "waiting"),
                    ("claimed", "about to be sent"),
                    ("inflight", "being sent"),
                    ("sent", "handed to the mail server"),
                    ("dead", "could not be sent"),
                    ("cancelled", "no longer needed"),
                    ("suppressed", "address refuses mail"),
                ],
                default="queued",
                max_length=12,
            ),
        )
    ]
