"""What was written about an interest, or a further form, is found by its reference."""

from django.db import migrations, models
from django.db.models.fields.json import KeyTransform


class Migration(migrations.Migration):
    dependencies = [("outbox", "0003_programmes_that_stand_alone")]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(KeyTransform(name, "context"), name=f"message_{name}"),
        )
        for name in ("expression", "form")
    ]
