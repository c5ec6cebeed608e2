"""Why an import of the register had no file of links, though one is to be fetched."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workgroups", "0010_cells_left_blank")]

    operations = [
        migrations.AddField(
            model_name="registerimport",
            name="links_missing",
            field=models.TextField(
                blank=True,
                default="",
                help_text="Why the schools were imported without the links to be fetched.",
            ),
            preserve_default=False,
        ),
    ]
