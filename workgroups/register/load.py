"""Loading the register: the whole file is checked first, then what changed is written at once."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from workgroups.models import LocalAuthority, School
from workgroups.register.read import Progress, RegisterFile, RegisterRefused, open_register
from workgroups.register.rows import Authority, BadRow, RowReader, SchoolRow

BATCH = 500  # rows compared or written in one statement
WORST_SHARE = 0.01  # of bad rows, above which the file as a whole is refused
COMPLAINTS_KEPT = 100


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


@dataclass
class _Findings:
    """What the check of a file found: the outcome to be, and what has to be written."""

    outcome: Outcome = field(default_factory=Outcome)
    changed_lines: set[int] = field(default_factory=set)
    authorities: dict[str, Authority] = field(default_factory=dict)


def import_register(path: Path, *, progress: Progress | None = None) -> Outcome:
    """Bring schools and local authorities up to the register in ``path``; all or nothing.

    Schools that the file does not name stay as they are, and so do fields whose column it lacks.
    Lines that can't be read are skipped and reported. Raises ``RegisterRefused``, before anything
    is written, when the file is no register or more than one line in a hundred is bad.

    No history rows are written: the register itself is the history of what it says.
    """
    with path.open("rb") as raw:
        register = open_register(raw, name=path.name)
        reader = RowReader(register)
        findings = _compare(register, reader, progress)
        _refuse_if_bad(findings.outcome, path.name)
        with transaction.atomic():
            authority_ids = _write_authorities(findings.authorities)
            if findings.changed_lines:
                _write_schools(register, reader, findings.changed_lines, authority_ids)
                _tell_the_planner()
    return findings.outcome


def _compare(register: RegisterFile, reader: RowReader, progress: Progress | None) -> _Findings:
    findings = _Findings()
    rows = _good_rows(register, reader, findings, progress)
    while batch := list(islice(rows, BATCH)):
        stored = _stored_values(batch, reader.fields)
        for number, row in batch:
            _compare_row(findings, number, row, stored.get(row.urn))
    return findings


def _compare_row(
    findings: _Findings, number: int, row: SchoolRow, stored: tuple[Any, ...] | None
) -> None:
    outcome = findings.outcome
    if stored == _as_stored(row):
        outcome.unchanged += 1
        return
    findings.changed_lines.add(number)
    if stored is None:
        outcome.created += 1
    else:
        outcome.updated += 1


def _as_stored(row: SchoolRow) -> tuple[Any, ...]:
    return (*row.values.values(), row.authority.code if row.authority else None)


def _stored_values(
    batch: list[tuple[int, SchoolRow]], fields: list[str]
) -> dict[str, tuple[Any, ...]]:
    """What the database holds of the batch's schools, by URN, ordered like ``_as_stored``."""
    urns = [row.urn for _, row in batch]
    found = School.objects.filter(urn__in=urns).order_by()
    stored = found.values_list("urn", *fields, "local_authority__code")
    return {urn: tuple(values) for urn, *values in stored}


def _good_rows(
    register: RegisterFile, reader: RowReader, findings: _Findings, progress: Progress | None
) -> Iterator[tuple[int, SchoolRow]]:
    """The rows that can be loaded with their lines; complaints and authorities go to ``findings``."""
    lines_by_urn: dict[str, int] = {}
    for line in register.lines(progress):
        try:
            row = reader.read(line.cells)
            if row.urn in lines_by_urn:
                raise BadRow(f"the URN {row.urn} was on line {lines_by_urn[row.urn]} already")
        except BadRow as error:
            _complain(findings.outcome, Complaint(line.number, str(error)))
            continue
        lines_by_urn[row.urn] = line.number
        if row.authority:
            findings.authorities[row.authority.code] = row.authority
        yield line.number, row


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


def _write_schools(
    register: RegisterFile, reader: RowReader, lines: set[int], authority_ids: dict[str, int]
) -> None:
    rows = (reader.read(line.cells) for line in register.lines() if line.number in lines)
    schools = (
        School(
            **row.values,
            local_authority_id=authority_ids[row.authority.code] if row.authority else None,
        )
        for row in rows
    )
    update_fields = [*(name for name in reader.fields if name != "urn"), "local_authority"]
    while batch := list(islice(schools, BATCH)):
        School.objects.bulk_create(
            batch, update_conflicts=True, unique_fields=["urn"], update_fields=update_fields
        )


def _tell_the_planner() -> None:
    """PostgreSQL searches a table it knows nothing of in the wrong way, until a minute later."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(School._meta.db_table)}")
