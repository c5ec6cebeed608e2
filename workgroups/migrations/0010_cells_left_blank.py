"""Cells of a register that were left blank because they can't be read, by imports."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workgroups", "0009_words_of_schools")]

    operations = [
        migrations.AddField(
            model_name="registerimport",
            name="blanked",
            field=models.PositiveIntegerField(
                default=0,
                help_text="Cells left blank because they can't be read; their schools are in.",
            ),
        ),
        migrations.AddField(
            model_name="registerimport",
            name="blanks",
            field=models.JSONField(
                default=list, help_text="The first of these, with lines and reasons."
            ),
        ),
    ]
