"""Indexes of interest in the full order of the admin's list, ties by id: its pages need no sorting."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("enrolment", "0001_initial"),
        ("workgroups", "0003_retention_periods"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="expressionofinterest",
            name="expression_hub_submitted",
        ),
        migrations.RemoveIndex(
            model_name="expressionofinterest",
            name="expression_hub_state",
        ),
        migrations.AddIndex(
            model_name="expressionofinterest",
            index=models.Index(
                fields=["hub", "-submitted_at", "-id"], name="expression_hub_submitted"
            ),
        ),
        migrations.AddIndex(
            model_name="expressionofinterest",
            index=models.Index(
                fields=["hub", "state", "-submitted_at", "-id"], name="expression_hub_state"
            ),
        ),
    ]
