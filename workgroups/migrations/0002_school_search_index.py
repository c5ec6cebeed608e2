"""Indexes on School.search_text, so that a search of the register stays fast.

One in the order of the alphabet, along which a search for common words can stop early; on
PostgreSQL one more, of three-letter pieces (extension pg_trgm), that finds the rare ones.
"""

from django.core.management.base import CommandError
from django.db import DatabaseError, migrations, transaction

ALPHABET, TRIGRAMS = "school_search_alphabet", "school_search_trigrams"
WHAT_TO_DO = (
    "PostgreSQL did not let this account install the extension pg_trgm, which the search for "
    "schools needs. Ask whoever runs the database to do it once, in the portal's database: "
    "CREATE EXTENSION pg_trgm;   then migrate again."
)


def has_trigrams(connection):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
        return cursor.fetchone() is not None


def install_trigrams(connection):
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError as error:
        raise CommandError(WHAT_TO_DO) from error


def add_indexes(apps, schema_editor):
    connection = schema_editor.connection
    on_postgresql = connection.vendor == "postgresql"
    collation = 'COLLATE "C"' if on_postgresql else ""
    schema_editor.execute(
        f"CREATE INDEX {ALPHABET} ON workgroups_school (search_text {collation})"
    )
    if not on_postgresql:
        return
    if not has_trigrams(connection):
        install_trigrams(connection)
    schema_editor.execute(
        f"CREATE INDEX {TRIGRAMS} ON workgroups_school USING gin (search_text gin_trgm_ops)"
    )


def drop_indexes(apps, schema_editor):
    """The extension stays: another application may use it."""
    schema_editor.execute(f"DROP INDEX IF EXISTS {TRIGRAMS}")
    schema_editor.execute(f"DROP INDEX {ALPHABET}")


class Migration(migrations.Migration):
    dependencies = [("workgroups", "0001_initial")]

    operations = [migrations.RunPython(add_indexes, drop_indexes)]
