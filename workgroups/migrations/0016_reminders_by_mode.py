"""When reminders go is said for each mode; what was said for all of them is said for each."""

from typing import Any

from django.db import migrations, models

MODES = ("twilight", "virtual", "face_to_face")
USUAL = [14, 2]


def say_by_mode(apps: Any, schema_editor: Any) -> None:
    """Whoever had the usual days has those of now, with the morning of the day among them."""
    for model in ("Programme", "HistoricalProgramme"):
        rows = apps.get_model("workgroups", model)._base_manager
        for row in rows.only("reminder_days"):
            days = row.reminder_days
            if isinstance(days, list):
                # The form knows two days before: of more the first and the last.
                two = days if len(days) <= 2 else [days[0], days[-1]]
                own = {} if days in ([], USUAL) else dict.fromkeys(MODES, two)
                rows.filter(pk=row.pk).update(reminder_days=own)


def say_for_all(apps: Any, schema_editor: Any) -> None:
    """Those of twilights, without the morning, which the code of then does not know."""
    for model in ("Programme", "HistoricalProgramme"):
        rows = apps.get_model("workgroups", model)._base_manager
        for row in rows.only("reminder_days"):
            days = row.reminder_days
            if isinstance(days, dict):
                own = [each for each in days.get(MODES[0], USUAL) if each]
                rows.filter(pk=row.pk).update(reminder_days=own or USUAL)


class Migration(migrations.Migration):
    dependencies = [("workgroups", "0015_texts_of_programme_pages")]

    field = models.JSONField(
        blank=True,
        default=dict,
        help_text="By how a session is held: days before it on which reminders go out, 0 for the "
        "morning of the day.",
    )
    operations = [
        migrations.AlterField("programme", "reminder_days", field),
        migrations.AlterField("historicalprogramme", "reminder_days", field.clone()),
        migrations.RunPython(say_by_mode, say_for_all),
    ]
