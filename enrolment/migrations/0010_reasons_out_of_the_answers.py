"""How keen a further form is, read from its words; reasons from the answers to a field of their own."""

from typing import Any

from django.db import migrations

REASON = "appetite_reason"
EXPRESSIONS = ("ExpressionOfInterest", "HistoricalExpressionOfInterest")
FURTHER_FORMS = ("FurtherForm", "HistoricalFurtherForm")
APPETITES = {"Maybe": "maybe", "Not this year": "not_this_year"}


def take_out(apps: Any, schema_editor: Any) -> None:
    for name in EXPRESSIONS:
        for row in _rows(apps, name).filter(answers__has_key=REASON).iterator():
            row.appetite_reason = row.answers.pop(REASON)
            _save(row, REASON, "answers")
    for name in FURTHER_FORMS:
        for row in _rows(apps, name).iterator():
            said = dict(row.answers)
            row.appetite = APPETITES.get(said.get("Would take part", ""), "yes")
            row.appetite_reason = said.get("What would have to change", "")
            _save(row, "appetite", REASON)


def put_back(apps: Any, schema_editor: Any) -> None:
    """A further form tells both among its answers anyway."""
    for name in EXPRESSIONS:
        for row in _rows(apps, name).exclude(appetite_reason="").iterator():
            row.answers[REASON] = row.appetite_reason
            _save(row, "answers")


def _rows(apps: Any, name: str) -> Any:
    return apps.get_model("enrolment", name)._base_manager


def _save(row: Any, *fields: str) -> None:
    row.save(update_fields=fields)


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0009_how_keen_every_form_is")]

    operations = [migrations.RunPython(take_out, put_back)]
