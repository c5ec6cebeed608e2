"""Words that schools are found by, for queries with a slip; on PostgreSQL by their pieces too."""

from django.db import migrations, models

TRIGRAMS = "search_word_trigrams"


def index_pieces(apps, schema_editor):
    """Of the extension pg_trgm, which migration 0002 has seen to."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"CREATE INDEX {TRIGRAMS} ON workgroups_searchword USING gin (word gin_trgm_ops)"
        )


def drop_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX {TRIGRAMS}")


class Migration(migrations.Migration):
    dependencies = [("workgroups", "0008_term_dates_are_checked")]

    operations = [
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("word", models.CharField(max_length=40, primary_key=True, serialize=False)),
            ],
        ),
        migrations.RunPython(index_pieces, drop_index),
    ]
