"""A programme can leave out what its hub says for all programmes."""

from typing import Any

from django.db import migrations, models
from django.db.models import Q


def forget_those_that_say_nothing(apps: Any, schema_editor: Any) -> None:
    """On the way back: without the mark they are no wording."""
    wordings = apps.get_model("outbox", "Wording")._base_manager
    wordings.filter(subject="", opening="", closing="").delete()


class Migration(migrations.Migration):
    dependencies = [("outbox", "0002_messages_by_when_they_left")]

    operations = [
        migrations.RemoveConstraint(model_name="wording", name="wording_says_something"),
        *(
            migrations.AddField(
                model_name=name, name="stands_alone", field=models.BooleanField(default=False)
            )
            for name in ("historicalwording", "wording")
        ),
        migrations.RunPython(migrations.RunPython.noop, forget_those_that_say_nothing),
        migrations.AddConstraint(
            model_name="wording",
            constraint=models.CheckConstraint(
                condition=~Q(subject="", opening="", closing="", stands_alone=False),
                name="wording_says_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="wording",
            constraint=models.CheckConstraint(
                condition=Q(stands_alone=False) | Q(programme__isnull=False),
                name="wording_of_a_programme_stands_alone",
            ),
        ),
    ]
