"""Indexes on the text that schools are searched by, so that a search of the register stays fast.

On PostgreSQL one in the order of the alphabet over the schools that people look for, along which a
search for common words can stop early; and two of three-letter pieces (extension pg_trgm), which
find rare words and words with a slip. SQLite has the alphabet alone, of all schools: it would not
see that a query with parameters asks for the best.
"""

from django.core.management.base import CommandError
from django.db import DatabaseError, migrations, transaction

ALPHABET, BEST = "school_search_alphabet", "school_search_best"
SCHOOL_TRIGRAMS, WORD_TRIGRAMS = "school_search_trigrams", "search_word_trigrams"
# As workgroups/search asks: open mainstream state schools with primary years.
ARE_BEST = (
    "status_code IN (1, 3) AND type_code IN (1, 2, 3, 5, 28, 34, 35) AND phase_code IN (2, 3, 7)"
)
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
    connection, execute = schema_editor.connection, schema_editor.execute
    if connection.vendor != "postgresql":
        execute(f"CREATE INDEX {ALPHABET} ON workgroups_school (search_text)")
        return
    if not has_trigrams(connection):
        install_trigrams(connection)
    execute(
        f'CREATE INDEX {BEST} ON workgroups_school (search_text COLLATE "C") WHERE {ARE_BEST}'
    )
    execute(
        f"CREATE INDEX {SCHOOL_TRIGRAMS} ON workgroups_school USING gin (search_text gin_trgm_ops)"
    )
    execute(f"CREATE INDEX {WORD_TRIGRAMS} ON workgroups_searchword USING gin (word gin_trgm_ops)")


def drop_indexes(apps, schema_editor):
    """The extension stays: another application may use it."""
    if schema_editor.connection.vendor != "postgresql":
        schema_editor.execute(f"DROP INDEX {ALPHABET}")
        return
    for name in (BEST, SCHOOL_TRIGRAMS, WORD_TRIGRAMS):
        schema_editor.execute(f"DROP INDEX {name}")


class Migration(migrations.Migration):
    dependencies = [("workgroups", "0001_initial")]

    operations = [migrations.RunPython(add_indexes, drop_indexes)]
