"""Schools in the order of the admin's list, and of which line of the register each was made."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workgroups", "0004_best_schools_by_alphabet"),
    ]

    operations = [
        migrations.AddField(
            model_name="school",
            name="register_print",
            field=models.BigIntegerField(
                editable=False,
                help_text="Of the register's line that this was read from.",
                null=True,
            ),
        ),
        migrations.AddIndex(
            model_name="school",
            index=models.Index(fields=["name", "town", "id"], name="school_in_alphabet"),
        ),
    ]
