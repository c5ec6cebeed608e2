"""Loading the register: what changed is written, all in one transaction; a bad file leaves nothing."""

from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from workgroups.models import LocalAuthority, School
from workgroups.register.read import Progress, RegisterFile, RegisterRefused, open_register
from workgroups.register.rows import Authority, BadRow, RowReader, SchoolRow
from workgroups.search import renew_spelling

BATCH = 500  # rows compared or written in one statement
WORST_SHARE = 0.01  # of bad rows, above which the file as a whole is refused
COMPLAINTS_KEPT = 100
DATES = ("opened_on", "closed_on")


@dataclass(frozen=True)
class Complaint:
    """A line that was skipped, and why."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.reason}."


@dataclass
class Outcome:
    """What an import did: how many rows of each sort, and the first of the complaints."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    complaints: list[Complaint] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return self.created + self.updated + self.unchanged + self.skipped


@dataclass(frozen=True, slots=True)
class _Change:
    """A row to write, and the print of the line that it was read from."""

    row: SchoolRow
    print: int


def import_register(path: Path, *, progress: Progress | None = None) -> Outcome:
    """Bring schools and local authorities up to the register in ``path``; all or nothing.

    Schools that the file does not name stay as they are, and so do fields whose column it lacks.
    A line that reads as it did when its school was last written is passed over, unread. Lines
    that can't be read are skipped and reported. Raises ``RegisterRefused``, and nothing is
    written, when the file is no register or more than one line in a hundred is bad.

    No history rows are written: the register itself is the history of what it says.
    """
    outcome = Outcome()
    with path.open("rb") as raw:
        register = open_register(raw, name=path.name)
        reader = RowReader(register)
        changes = _changes(register, reader, outcome, progress)
        first = next(changes, None)
        with transaction.atomic() if first else nullcontext():
            if first:
                _let_reading_take_its_time()
                _write(chain([first], changes), reader)
            _refuse_if_bad(outcome, path.name)
    return outcome


def _let_reading_take_its_time() -> None:
    """Many lines passed over are long silence: PostgreSQL would end the transaction as forgotten."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")


def _changes(
    register: RegisterFile, reader: RowReader, outcome: Outcome, progress: Progress | None
) -> Iterator[list[_Change]]:
    """What has to be written, in batches; the outcome is complete at the end."""
    stored = _stored_prints()
    rows = _differing_rows(register, reader, stored, outcome, progress)
    while batch := list(islice(rows, BATCH)):
        known = _stored_values([each.row.urn for each in batch if each.row.urn in stored], reader)
        for each in batch:
            _count(outcome, each.row, known.get(each.row.urn))
        yield batch


def _stored_prints() -> dict[str, int | None]:
    """By URN. Asked of the database's own cursor: the ORM takes twice as long for so many rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT urn, register_print FROM workgroups_school")
        return dict(cursor.fetchall())


def _count(outcome: Outcome, row: SchoolRow, stored: tuple[Any, ...] | None) -> None:
    if stored is None:
        outcome.created += 1
    elif stored == _as_stored(row):
        outcome.unchanged += 1  # but for its print: next time it is passed over
    else:
        outcome.updated += 1


def _as_stored(row: SchoolRow) -> tuple[Any, ...]:
    return (*row.values.values(), row.authority.code if row.authority else None)


def _stored_values(urns: list[str], reader: RowReader) -> dict[str, tuple[Any, ...]]:
    """What the database holds of these schools, by URN, ordered like ``_as_stored``."""
    if not urns:
        return {}
    found = School.objects.filter(urn__in=urns).order_by()
    stored = found.values_list("urn", *reader.fields, "local_authority__code")
    return {urn: tuple(values) for urn, *values in stored}


def _differing_rows(
    register: RegisterFile,
    reader: RowReader,
    stored: dict[str, int | None],
    outcome: Outcome,
    progress: Progress | None,
) -> Iterator[_Change]:
    """Rows of lines that are not as they were; complaints and lines passed over go to the outcome."""
    lines_by_urn: dict[str, int] = {}
    for line in register.lines(progress):
        try:
            urn, print_ = reader.urn_and_print(line.cells)
            is_as_it_was = stored.get(urn) == print_
            row = None if is_as_it_was else reader.read(line.cells)
            urn = row.urn if row else urn
            if urn in lines_by_urn:
                raise BadRow(f"the URN {urn} was on line {lines_by_urn[urn]} already")
        except BadRow as error:
            _complain(outcome, Complaint(line.number, str(error)))
            continue
        lines_by_urn[urn] = line.number
        if row:
            yield _Change(row, print_)
        else:
            outcome.unchanged += 1


def _complain(outcome: Outcome, complaint: Complaint) -> None:
    outcome.skipped += 1
    if len(outcome.complaints) < COMPLAINTS_KEPT:
        outcome.complaints.append(complaint)


def _refuse_if_bad(outcome: Outcome, name: str) -> None:
    if not outcome.rows:
        raise RegisterRefused(f"{name} has a header and no schools.")
    if outcome.skipped > WORST_SHARE * outcome.rows:
        first = " ".join(map(str, outcome.complaints[:5]))
        raise RegisterRefused(
            f"{outcome.skipped:,} of {outcome.rows:,} lines of {name} can't be read, more than one "
            f"in a hundred: nothing was imported. {first}"
        )


def _write(batches: Iterable[list[_Change]], reader: RowReader) -> None:
    known: dict[str, Authority] = {}
    ids: dict[str, int] = {}
    for batch in batches:
        named = {
            each.row.authority.code: each.row.authority for each in batch if each.row.authority
        }
        if new := {code: each for code, each in named.items() if known.get(code) != each}:
            ids |= _write_authorities(new)
            known |= new
        _write_schools(batch, reader, ids)
    renew_spelling()
    _tell_the_planner()


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


def _write_schools(batch: list[_Change], reader: RowReader, authority_ids: dict[str, int]) -> None:
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
