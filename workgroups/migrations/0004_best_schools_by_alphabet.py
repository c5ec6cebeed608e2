"""The alphabet of the schools that people look for, instead of all: the search walks along it."""

from django.db import migrations

OLD, NEW = "school_search_alphabet", "school_search_best"
# As workgroups/search.py asks: open mainstream state schools with primary years.
BEST = "status_code IN (1, 3) AND type_code IN (1, 2, 3, 5, 28, 34, 35) AND phase_code IN (2, 3, 7)"


def index_the_best(apps, schema_editor):
    """On PostgreSQL alone: SQLite would not see that a query with parameters asks for the best."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f'CREATE INDEX {NEW} ON workgroups_school (search_text COLLATE "C") WHERE {BEST}'
        )
        schema_editor.execute(f"DROP INDEX {OLD}")


def index_all(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f'CREATE INDEX {OLD} ON workgroups_school (search_text COLLATE "C")')
        schema_editor.execute(f"DROP INDEX {NEW}")


class Migration(migrations.Migration):
    dependencies = [("workgroups", "0003_retention_periods")]

    operations = [migrations.RunPython(index_the_best, index_all)]
