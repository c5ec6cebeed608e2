"""Loading the register: what changed is written, all in one transaction; a bad file leaves nothing."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from workgroups.models import RegisterImport, School
from workgroups.models.schools import OPEN_STATUSES
from workgroups.register.alone import alone
from workgroups.register.files import LINKS_NAME, opened, the_day_in
from workgroups.register.guards import (
    OpenSchools,
    refuse_bad_lines,
    refuse_broken_line,
    refuse_unread_columns,
)
from workgroups.register.load_links import LinksOutcome, import_links
from workgroups.register.read import Progress, RegisterFile, TableRefused, open_register
from workgroups.register.rows import BadRow, Complaint, RowReader, SchoolRow, complain
from workgroups.register.write import Change, write_changes
from workgroups.services.succession import work_out_successions

BATCH = 500  # rows compared or written in one statement


@dataclass
class Outcome:
    """What an import did: how many rows of each sort, and the first of the complaints."""

    dated_on: date | None = None
    """The day of which the register is, where the file's name says it."""
    newer_before: date | None = None
    """The day of the register that was imported last, where this one is older."""
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    closed: int = 0
    """Of the updated ones, those that were open before."""
    skipped: int = 0
    complaints: list[Complaint] = field(default_factory=list)
    blanked: int = 0
    """Cells that were left blank because they can't be read; their schools are imported."""
    blanked_by_column: Counter[str] = field(default_factory=Counter)
    blanks: list[Complaint] = field(default_factory=list)
    links: LinksOutcome | None = None
    successions: int = 0
    """Schools for which it changed where their successions end."""

    @property
    def rows(self) -> int:
        return self.created + self.updated + self.unchanged + self.skipped


def import_register(
    path: Path,
    *,
    links: Path | None = None,
    is_forced: bool = False,
    is_rehearsal: bool = False,
    progress: Progress | None = None,
    outcome: Outcome | None = None,
) -> Outcome:
    """Bring schools, authorities and links up to the register in ``path``; all or nothing.

    Schools that the file does not name stay as they are, and so do fields whose column it lacks.
    A line that reads as it did when its school was last written is passed over, unread. Lines
    that can't be read are skipped and reported; where a school can be told and another cell can't
    be read, that one is left blank and reported, once. ``links`` replaces what earlier files of links
    said. A rehearsal does all of it and takes it back. ``outcome`` is counted into from the start,
    for who wants to know how far an import came that was refused.

    Raises ``TableRefused``, and nothing is written, when a file is no register, when more than
    one line in a hundred is bad, when more than one open school in twenty would go or one cell in
    twenty of a column be left blank (unless forced), and while another import runs.

    No history rows are written: the register itself is the history of what it says.
    """
    outcome = Outcome() if outcome is None else outcome
    with alone():
        with opened(path) as file:
            _note_the_day(outcome, the_day_in(file.name))
            register = open_register(file.raw, name=file.name)
            wrote = _import_schools(register, outcome, progress, is_forced=is_forced)
        if links:
            with opened(links, wanted=LINKS_NAME) as file:
                found = open_register(file.raw, name=file.name)
                outcome.links = import_links(found, is_forced=is_forced)
        if wrote or (outcome.links and outcome.links.has_changes):
            outcome.successions = work_out_successions()
        if is_rehearsal:
            transaction.set_rollback(True)
    return outcome


def _note_the_day(outcome: Outcome, day: date | None) -> None:
    last = RegisterImport.objects.last_day()
    outcome.dated_on = day
    outcome.newer_before = last if day and last and day < last else None


def _import_schools(
    register: RegisterFile, outcome: Outcome, progress: Progress | None, *, is_forced: bool
) -> bool:
    """Returns whether anything was written."""
    reader = RowReader(register)
    before = OpenSchools()
    stored = _stored_prints()
    named: dict[str, int] = {}
    rows = _differing_rows(register, reader, stored, named, outcome, progress)
    wrote = write_changes(_changes(rows, reader, stored, outcome, before), reader)
    if not outcome.rows:
        raise TableRefused(f"{register.name} has a header and no schools.")
    refuse_bad_lines(
        register.name, rows=outcome.rows, skipped=outcome.skipped, complaints=outcome.complaints
    )
    if not is_forced:
        refuse_broken_line(register)
        refuse_unread_columns(
            register.name,
            rows=outcome.rows,
            blanked=outcome.blanked_by_column,
            blanks=outcome.blanks,
        )
        before.refuse_fall(register.name, named=named, stored=stored)
    return wrote


def _changes(
    rows: Iterator[Change],
    reader: RowReader,
    stored: dict[str, int | None],
    outcome: Outcome,
    before: OpenSchools,
) -> Iterator[list[Change]]:
    """What has to be written, in batches; the outcome is complete at the end."""
    while batch := list(islice(rows, BATCH)):
        urns = [each.row.urn for each in batch if each.row.urn in stored]
        known = _stored_values(urns, reader)
        if reader.unread:
            _keep_found([each.row for each in batch], urns, reader)
        for each in batch:
            _count(outcome, before, each.row, known.get(each.row.urn))
        yield batch


def _stored_prints() -> dict[str, int | None]:
    """By URN. Asked of the database's own cursor: the ORM takes twice as long for so many rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT urn, register_print FROM workgroups_school")
        return dict(cursor.fetchall())


def _count(
    outcome: Outcome, before: OpenSchools, row: SchoolRow, stored: tuple[Any, ...] | None
) -> None:
    if stored is None:
        outcome.created += 1
    elif stored == _as_stored(row):
        outcome.unchanged += 1  # but for its print: next time it is passed over
    else:
        outcome.updated += 1
    was_open, is_open = before.was_open(row.urn), row.values["status_code"] in OPEN_STATUSES
    if was_open and not is_open:
        outcome.closed += 1
        before.close()
    elif is_open and not was_open:
        before.open()


def _as_stored(row: SchoolRow) -> tuple[Any, ...]:
    return (*row.values.values(), row.authority.code if row.authority else None)


def _stored_values(urns: list[str], reader: RowReader) -> dict[str, tuple[Any, ...]]:
    """What the database holds of these schools, by URN, ordered like ``_as_stored``."""
    if not urns:
        return {}
    found = School.objects.filter(urn__in=urns).order_by()
    stored = found.values_list("urn", *reader.fields, "local_authority__code")
    return {urn: tuple(values) for urn, *values in stored}


def _keep_found(rows: list[SchoolRow], urns: list[str], reader: RowReader) -> None:
    unread = {
        urn: dict(zip(reader.unread, values, strict=True))
        for urn, *values in School.objects.filter(urn__in=urns)
        .order_by()
        .values_list("urn", *reader.unread)
    }
    for row in rows:
        reader.keep_found_by(row, unread.get(row.urn, {}))


def _differing_rows(
    register: RegisterFile,
    reader: RowReader,
    stored: dict[str, int | None],
    named: dict[str, int],
    outcome: Outcome,
    progress: Progress | None,
) -> Iterator[Change]:
    """Rows of lines that are not as they were; complaints and lines passed over go to the outcome.

    ``named`` gets the line of each URN.
    """
    for line in register.lines(progress):
        try:
            urn, print_ = reader.urn_and_print(line.cells)
            is_as_it_was = stored.get(urn) == print_
            row = None if is_as_it_was else reader.read(line.cells)
            urn = row.urn if row else urn
            if urn in named:
                raise BadRow(f"the URN {urn} was on line {named[urn]} already")
        except BadRow as error:
            outcome.skipped += 1
            complain(outcome.complaints, Complaint(line.number, str(error)))
            continue
        named[urn] = line.number
        if row:
            outcome.blanked += len(row.blanked)
            outcome.blanked_by_column.update(row.blanked.keys())
            for reason in row.blanked.values():
                complain(outcome.blanks, Complaint(line.number, reason))
            yield Change(row, print_)
        else:
            outcome.unchanged += 1
