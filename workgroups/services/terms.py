"""Term dates, written a borough and year at a time or from a table, and days to avoid."""

from collections.abc import Collection, Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO

from django.db import transaction
from django.utils import timezone

from mathshub.accounts.models import Account
from mathshub.scope import current_hub
from workgroups.errors import TableHasChanged, TermsOutOfOrder
from workgroups.models import AcademicYear, DayToAvoid, Hub, LocalAuthority, TermDate
from workgroups.term_dates.compare import Comparison, compare
from workgroups.term_dates.entries import TermEntry, entry_of, out_of_order
from workgroups.term_dates.read import read_term_dates


@dataclass(frozen=True)
class Stamp:
    """How dates came to be known: typed or from a table, compared with their source or not."""

    checked_on: date | None = None
    checked_by: Account | None = None
    imported_from: str = ""
    imported_on: date | None = None


DATES = ("starts_on", "ends_on", "half_term_starts_on", "half_term_ends_on")


@transaction.atomic
def record_terms(
    entries: Iterable[TermEntry],
    *,
    checked_on: date | None,
    by: Account | None,
    now: datetime,
    why: str,
) -> list[TermDate]:
    """Write terms of the hub in scope, each anew or over what it has; returns those that changed.

    ``checked_on`` is the day on which ``by`` compared them with their source; None: nobody has, so
    that what changes is unchecked from now on. Raises
    ``TermsOutOfOrder``, and nothing is written, where terms of a year would overlap.
    """
    lock_terms()
    stamp = Stamp(checked_on=checked_on, checked_by=by if checked_on else None)
    return _write(entries, _terms_of_hub(), stamp=stamp, by=by, now=now, why=why)


def note_edit(term: TermDate, *, changed: Collection[str], by: Account | None) -> None:
    """Say of a term that is about to be saved who checked it, and that it is no table's any more.

    ``changed`` names the fields that were typed anew.
    """
    if set(changed) & set(DATES):
        term.imported_from, term.imported_on = "", None
        if "checked_on" not in changed:
            term.checked_on = None
    if "checked_on" in changed or term.checked_on is None:
        term.checked_by = by if term.checked_on else None


@transaction.atomic
def import_term_dates(
    raw: BinaryIO,
    *,
    name: str,
    choices: Mapping[str, str] | None = None,
    expected: str | None = None,
    by: Account | None,
    now: datetime,
) -> Comparison:
    """Record the terms of the table in ``raw``; returns what it did, and which lines stayed out.

    Nobody has compared them with their source by that: they are noted as imported, not as checked.
    ``choices`` says whose word is taken where schools disagree. Raises ``TableRefused`` for what
    is no table of term dates, and ``TableHasChanged`` where it would no longer do what ``expected``,
    the print of an earlier comparison, stands for. A second time changes nothing.
    """
    lock_terms()
    rows = _terms_of_hub()
    comparison = _compare(raw, rows, name=name, choices=choices)
    if expected is not None and comparison.print != expected:
        raise TableHasChanged
    stamp = Stamp(imported_from=name[:200], imported_on=timezone.localdate(now))
    _write(comparison.entries, rows, stamp=stamp, by=by, now=now, why=f"Imported from {name}")
    return comparison


@transaction.atomic
def avoid_days(
    days: DayToAvoid, boroughs: Iterable[LocalAuthority], *, by: Account | None, now: datetime
) -> list[DayToAvoid]:
    """Save new days to avoid, a row for each of ``boroughs``; one for all where none is named."""
    wanted: list[LocalAuthority | None] = [*boroughs]
    rows = []
    for borough in wanted or [None]:
        row = copy(days)
        row.local_authority = borough
        _save(row, by=by, now=now, why="")
        rows.append(row)
    return rows


def compare_term_dates(
    raw: BinaryIO, *, name: str, choices: Mapping[str, str] | None = None
) -> Comparison:
    """What recording the table would do to the terms of the hub in scope; writes nothing."""
    return _compare(raw, _terms_of_hub(), name=name, choices=choices)


def _compare(
    raw: BinaryIO, rows: list[TermDate], *, name: str, choices: Mapping[str, str] | None
) -> Comparison:
    table = read_term_dates(raw, name=name, boroughs=current_hub().local_authorities.all())
    return compare(table, stored=rows, choices=choices)


def lock_terms() -> None:
    """Who writes terms of this hub waits here: two tables at once would both find a term missing."""
    list(Hub.objects.select_for_update(no_key=True).filter(pk=current_hub().pk).values_list("pk"))


def _terms_of_hub() -> list[TermDate]:
    return list(TermDate.objects.select_related("local_authority", "academic_year", "checked_by"))


def _write(
    entries: Iterable[TermEntry],
    rows: Iterable[TermDate],
    *,
    stamp: Stamp,
    by: Account | None,
    now: datetime,
    why: str,
) -> list[TermDate]:
    """``rows`` are all that the hub has."""
    wanted = {entry.key: entry for entry in entries}
    known = {entry_of(row).key: row for row in rows}
    _refuse_overlaps(wanted, known)
    years = _years(entry.start_year for entry in wanted.values())
    written = []
    for key, entry in wanted.items():
        row = known.get(key) or _new_row(entry, years[entry.start_year])
        if _fill(row, entry, stamp):
            _save(row, by=by, now=now, why=why)
            written.append(row)
    return written


def _refuse_overlaps(wanted: Mapping[tuple, TermEntry], known: Mapping[tuple, TermDate]) -> None:
    together = {key: entry_of(row) for key, row in known.items()} | dict(wanted)
    for borough_and_year in {key[:2] for key in wanted}:
        entries = [each for key, each in together.items() if key[:2] == borough_and_year]
        for earlier, later, why in out_of_order(entries):
            if earlier.key not in wanted and later.key not in wanted:
                continue  # somebody's earlier slip must not hold up what is right
            raise TermsOutOfOrder(f"{earlier.borough}, {earlier.year}: {why}.")


def _years(start_years: Iterable[int]) -> dict[int, AcademicYear]:
    """The rows of these years, made where they are the first to be spoken of."""
    wanted = set(start_years)
    AcademicYear.objects.bulk_create(
        [AcademicYear(start_year=year) for year in sorted(wanted)], ignore_conflicts=True
    )
    return {year.start_year: year for year in AcademicYear.objects.filter(start_year__in=wanted)}


def _new_row(entry: TermEntry, year: AcademicYear) -> TermDate:
    return TermDate(local_authority=entry.borough, academic_year=year, term=entry.term)


def _fill(row: TermDate, entry: TermEntry, stamp: Stamp) -> bool:
    """Put the entry into the row; whether that changes it.

    Dates that change are as the stamp says: imported or not, and checked or not. Those that stay
    remain what they were, but for who checks them now.
    """
    values: dict[str, Any] = dict(zip(DATES, entry.dates, strict=True))
    values["source"] = entry.source
    if row.pk is None or entry_of(row).dates != entry.dates:
        values |= vars(stamp)
    elif stamp.checked_on:
        values |= {"checked_on": stamp.checked_on, "checked_by": stamp.checked_by}
    before = {name: getattr(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    return row.pk is None or before != values


def _save(row: TermDate | DayToAvoid, *, by: Account | None, now: datetime, why: str) -> None:
    record: Any = row  # simple-history reads these from the instance
    record._history_user = by
    record._history_date = now
    record._change_reason = why[:100]
    row.save()
