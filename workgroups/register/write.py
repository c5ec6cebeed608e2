"""Writing schools and authorities: one statement for a batch, and only what differs is in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from workgroups.models import LocalAuthority, School
from workgroups.register.rows import Authority, RowReader, SchoolRow
from workgroups.search import renew_spelling

DATES = ("opened_on", "closed_on")


@dataclass(frozen=True, slots=True)
class Change:
    """A row to write, and the print of the line that it was read from."""

    row: SchoolRow
    print: int


def write_changes(batches: Iterable[list[Change]], reader: RowReader) -> bool:
    """Write batch after batch; returns whether there was one."""
    known: dict[str, Authority] = {}
    ids: dict[str, int] = {}
    wrote = False
    for batch in batches:
        named = {
            each.row.authority.code: each.row.authority for each in batch if each.row.authority
        }
        if new := {code: each for code, each in named.items() if known.get(code) != each}:
            ids |= _write_authorities(new)
            known |= new
        _write_schools(batch, reader, ids)
        wrote = True
    if wrote:
        renew_spelling()
        _tell_the_planner()
    return wrote


def _write_authorities(authorities: dict[str, Authority]) -> dict[str, int]:
    """Make the authorities that are new, rename those renamed; returns ids by code."""
    stored = {row.code: row for row in LocalAuthority.objects.filter(code__in=authorities)}
    changed = []
    for code, authority in authorities.items():
        row = stored.get(code, LocalAuthority(code=code))
        gss_code = authority.gss_code or row.gss_code
        if (row.name, row.gss_code) != (authority.name, gss_code):
            row.name, row.gss_code = authority.name, gss_code
            changed.append(row)
    if changed:
        LocalAuthority.objects.bulk_create(
            changed,
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["name", "gss_code"],
        )
    return dict(LocalAuthority.objects.filter(code__in=authorities).values_list("code", "id"))


def _write_schools(batch: list[Change], reader: RowReader, authority_ids: dict[str, int]) -> None:
    """One statement, written here: model instances and the ORM take four times as long."""
    fields = [field for field in School._meta.concrete_fields if not field.primary_key]
    written = {*reader.fields, "local_authority", "register_print"} - {"urn"}
    missing = {field.name: field.get_default() for field in fields}
    parameters: list[Any] = []
    for each in batch:
        authority = each.row.authority
        values = missing | each.row.values
        values["register_print"] = each.print
        values["local_authority"] = authority_ids[authority.code] if authority else None
        for name in DATES:
            values[name] = connection.ops.adapt_datefield_value(values[name])
        parameters += [values[field.name] for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(_upsert(fields, written, len(batch)), parameters)


def _upsert(fields: list[Any], written: set[str], count: int) -> str:
    """Adds so many rows; of schools that are there it changes the fields in ``written``."""
    quote = connection.ops.quote_name
    columns = {field.name: quote(field.column) for field in fields}
    row = f"({', '.join(['%s'] * len(fields))})"
    changes = ", ".join(f"{columns[name]} = EXCLUDED.{columns[name]}" for name in sorted(written))
    # Names of the model's columns; all values are parameters.
    return (
        f"INSERT INTO {quote(School._meta.db_table)} ({', '.join(columns.values())}) "  # noqa: S608
        f"VALUES {', '.join([row] * count)} ON CONFLICT ({columns['urn']}) DO UPDATE SET {changes}"
    )


def _tell_the_planner() -> None:
    """PostgreSQL searches a table it knows nothing of in the wrong way, until a minute later."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(School._meta.db_table)}")
