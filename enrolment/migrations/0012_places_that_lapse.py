"""A place may end because nobody answered."""

from django.db import migrations, models

STATES = [
    ("offered", "offered"),
    ("accepted", "accepted"),
    ("declined", "declined"),
    ("lapsed", "lapsed"),
    ("withdrawn", "withdrawn"),
]


def call_withdrawn(apps, schema_editor):
    """The code of before knows no other word for a place that went back."""
    for model in ("Place", "HistoricalPlace"):
        rows = apps.get_model("enrolment", model)._base_manager
        rows.filter(state="lapsed").update(state="withdrawn")


class Migration(migrations.Migration):
    dependencies = [
        ("enrolment", "0011_further_forms_that_can_come_first"),
        ("workgroups", "0017_offers_that_lapse"),
    ]

    state = models.CharField(choices=STATES, default="offered", max_length=10)
    operations = [
        migrations.AlterField("place", "state", state),
        migrations.AlterField("historicalplace", "state", state.clone()),
        migrations.RunPython(migrations.RunPython.noop, call_withdrawn),
    ]
