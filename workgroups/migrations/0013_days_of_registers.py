"""The day of which an imported register is, by the name of its file."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workgroups", "0012_imported_terms_and_what_the_register_said")]

    operations = [
        migrations.AddField(
            model_name="registerimport",
            name="dated_on",
            field=models.DateField(
                help_text="The day of which the register is, where the file's name says it.",
                null=True,
            ),
        ),
    ]
