"""What an import of the register did to the links between schools, in numbers."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workgroups", "0006_links_of_schools_and_days_to_avoid")]

    operations = [
        migrations.AlterField(
            model_name="registerimport",
            name="links",
            field=models.PositiveIntegerField(default=0, help_text="Pairs of schools in its file."),
        ),
        *(
            migrations.AddField(
                model_name="registerimport",
                name=name,
                field=models.PositiveIntegerField(default=0),
            )
            for name in ("links_added", "links_changed", "links_removed", "links_skipped")
        ),
        migrations.AddField(
            model_name="registerimport",
            name="links_passed_over",
            field=models.PositiveIntegerField(
                default=0, help_text="Lines that do not say that one school followed another."
            ),
        ),
    ]
