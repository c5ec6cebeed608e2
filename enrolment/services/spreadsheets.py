"""A spreadsheet of past participation on its way: taken in, explained, looked at, loaded, undone."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from hashlib import blake2b

from django.db.models import QuerySet
from django.utils import timezone

from enrolment.errors import SpreadsheetChangedMeanwhile, SpreadsheetNotWaiting
from enrolment.models import HistoryImport, PastParticipation, UnmatchedLine
from enrolment.services.erasing import erase
from enrolment.services.history import create_all_as, remove_all_as
from enrolment.services.participation import lock_past
from enrolment.services.school_matching import SchoolMatcher, TypedSchool
from enrolment.services.transactions import one_transaction
from enrolment.spreadsheet.columns import Role
from enrolment.spreadsheet.meaning import LeftOut, Meaning, SaidLine, understand
from enrolment.spreadsheet.read import Table, read_table
from enrolment.spreadsheet.words import Unreadable
from mathshub.accounts.models import Account
from workgroups.models import AcademicYear, Programme, School
from workgroups.models.years import school_year_of

Outcome = PastParticipation.Outcome
State = HistoryImport.State
LONGEST_TYPED = 200  # characters, as the model has it
LONGEST_REASON = 300
REMEMBERED = 20  # spreadsheets whose words are understood in the next one


class Fate(StrEnum):
    """What becomes of a line."""

    RECORD = "record"
    KNOWN = "known"
    DIFFERS = "differs"
    TRAY = "tray"
    LEFT_OUT = "left_out"
    FAULT = "fault"


@dataclass(frozen=True)
class PlannedLine:
    """A line of the spreadsheet by its number there, and what will become of it."""

    number: int
    fate: Fate
    typed: str = ""
    reason: str = ""
    school: School | None = None
    programme: Programme | None = None
    year: AcademicYear | None = None
    outcome: str = ""
    unlike: str = ""
    """What was typed, where the school of the register has another name or postcode."""

    @property
    def does(self) -> tuple[int, str, str, int | None, int | None, int | None, str]:
        """All that its fate leaves in the record or in the tray."""
        return (
            self.number,
            self.fate.value,
            self.typed,
            self.school.pk if self.school else None,
            self.programme.pk if self.programme else None,
            self.year.start_year if self.year else None,
            self.outcome,
        )

    @property
    def outcome_words(self) -> str:
        return str(Outcome(self.outcome).label) if self.outcome else ""


@dataclass
class Plan:
    """What loading a spreadsheet will do, line by line."""

    lines: list[PlannedLine] = field(default_factory=list)

    @cached_property
    def by_fate(self) -> dict[Fate, list[PlannedLine]]:
        found: dict[Fate, list[PlannedLine]] = {fate: [] for fate in Fate}
        for line in self.lines:
            found[line.fate].append(line)
        return found

    @property
    def print(self) -> str:
        """Two plans with one print would do the same."""
        does = [line.does for line in self.lines]
        return blake2b(repr(does).encode(), digest_size=8).hexdigest()

    def number(self, fate: Fate) -> int:
        return len(self.by_fate[fate])


@one_transaction
def take_spreadsheet(
    content: bytes, *, file_name: str, by: Account | None, now: datetime
) -> HistoryImport:
    """Keep the file until it is loaded. Raises ``SpreadsheetRefused`` for what can't be read."""
    meaning = Meaning(sheet=read_table(content).sheet)
    return HistoryImport.objects.create(
        file_name=file_name[:200],
        content=content,
        mapping=meaning.as_json(),
        uploaded_by=by,
        uploaded_at=now,
    )


def table_of(spreadsheet: HistoryImport) -> Table:
    """What stands in the sheet that was chosen."""
    meaning = Meaning.from_json(spreadsheet.mapping)
    return read_table(bytes(spreadsheet.content), sheet=meaning.sheet)


@one_transaction
def explain_spreadsheet(spreadsheet: HistoryImport, *, meaning: Meaning) -> None:
    """Keep what the hub says its columns and words mean. Raises ``SpreadsheetNotWaiting``."""
    locked = _lock(spreadsheet)
    if not locked.can_be_loaded:
        raise SpreadsheetNotWaiting(locked.get_state_display())
    locked.mapping = meaning.as_json()
    locked.save(update_fields=["mapping"])
    spreadsheet.mapping = locked.mapping


def explained_before(spreadsheet: HistoryImport) -> list[Meaning]:
    """What the hub said that the words of its latest other spreadsheets mean, the last one first."""
    others = HistoryImport.objects.exclude(state=State.UPLOADED).exclude(pk=spreadsheet.pk)
    kept = others.values_list("mapping", flat=True)[:REMEMBERED]
    return [Meaning.from_json(mapping) for mapping in kept]


def plan_spreadsheet(spreadsheet: HistoryImport, *, now: datetime) -> Plan:
    """What loading it at ``now`` would do. Asks the same few queries however long it is."""
    meaning = Meaning.from_json(spreadsheet.mapping)
    latest_year = school_year_of(timezone.localdate(now))
    programmes = Programme.objects.in_bulk()
    plan = Plan()
    said: list[SaidLine] = []
    for row in table_of(spreadsheet).rows:
        try:
            line = understand(row, meaning, latest_year=latest_year)
            if line.programme not in programmes:
                raise Unreadable("Its programme is no longer here: say again what the words mean.")
            said.append(line)
        except LeftOut:
            plan.lines.append(PlannedLine(row.number, Fate.LEFT_OUT))
        except Unreadable as unreadable:
            typed = meaning.cell(row, Role.NAME) or meaning.cell(row, Role.URN)
            fault = PlannedLine(row.number, Fate.FAULT, typed=typed, reason=str(unreadable))
            plan.lines.append(fault)
    plan.lines += _Planner(said, programmes).planned()
    plan.lines.sort(key=lambda line: line.number)
    return plan


@one_transaction
def load_spreadsheet(
    spreadsheet: HistoryImport, *, by: Account | None, now: datetime, as_shown: str = ""
) -> HistoryImport:
    """Record what the spreadsheet says; lines without a certain school go to the tray.

    ``as_shown`` is the print of the plan that a person has seen. The file goes afterwards. Raises
    ``SpreadsheetNotWaiting`` and ``SpreadsheetChangedMeanwhile``.
    """
    lock_past()
    locked = _lock(spreadsheet)
    if not locked.can_be_loaded:
        raise SpreadsheetNotWaiting(locked.get_state_display())
    plan = plan_spreadsheet(locked, now=now)
    if as_shown and as_shown != plan.print:
        raise SpreadsheetChangedMeanwhile
    _write(plan, locked, by=by, now=now)
    locked.state = State.LOADED
    locked.loaded_at = now
    locked.content = b""
    locked.created = plan.number(Fate.RECORD)
    locked.known = plan.number(Fate.KNOWN)
    locked.differing = plan.number(Fate.DIFFERS)
    locked.left_out = plan.number(Fate.LEFT_OUT)
    locked.faults = [[line.number, line.reason] for line in plan.by_fate[Fate.FAULT]]
    locked.save()
    return locked


@one_transaction
def undo_spreadsheet(
    spreadsheet: HistoryImport, *, by: Account | None, now: datetime
) -> HistoryImport:
    """Take away what it recorded, but for what a person has changed since, and its tray.

    Raises ``SpreadsheetNotWaiting`` when it is not loaded, or was undone before.
    """
    lock_past()
    locked = _lock(spreadsheet)
    if locked.state != State.LOADED:
        raise SpreadsheetNotWaiting(locked.get_state_display())
    why = f"Undone: {locked.file_name}"
    remove_all_as(list(recorded_by(locked)), by=by, now=now, why=why)
    erase(UnmatchedLine, history_import=locked)
    locked.state = State.UNDONE
    locked.undone_at = now
    locked.save(update_fields=["state", "undone_at"])
    return locked


def recorded_by(spreadsheet: HistoryImport) -> QuerySet[PastParticipation]:
    """What it recorded and nobody has changed: what undoing takes away."""
    return spreadsheet.participations.filter(source=PastParticipation.Source.SPREADSHEET)


def changed_since(spreadsheet: HistoryImport) -> QuerySet[PastParticipation]:
    """What it recorded and a person has changed: what undoing leaves."""
    return spreadsheet.participations.filter(source=PastParticipation.Source.BY_HAND)


def _lock(spreadsheet: HistoryImport) -> HistoryImport:
    locked: HistoryImport = HistoryImport.objects.select_for_update(of=("self",)).get(
        pk=spreadsheet.pk
    )
    return locked


def _write(plan: Plan, spreadsheet: HistoryImport, *, by: Account | None, now: datetime) -> None:
    years = _rows_of_years(line.year for line in plan.lines if line.year)
    why = f"Loaded from {spreadsheet.file_name}"
    participations = [
        PastParticipation(
            school=line.school,
            programme=line.programme,
            academic_year=years[line.year.start_year],  # type: ignore[union-attr]
            outcome=line.outcome,
            source=PastParticipation.Source.SPREADSHEET,
            history_import=spreadsheet,
        )
        for line in plan.by_fate[Fate.RECORD]
    ]
    create_all_as(participations, by=by, now=now, why=why)
    tray = [
        UnmatchedLine(
            history_import=spreadsheet,
            line=line.number,
            school_as_typed=line.typed,
            reason=line.reason[:LONGEST_REASON],
            programme=line.programme,
            academic_year=years[line.year.start_year],  # type: ignore[union-attr]
            outcome=line.outcome,
        )
        for line in plan.by_fate[Fate.TRAY]
    ]
    create_all_as(tray, by=by, now=now, why=why)


def _rows_of_years(years: Iterable[AcademicYear]) -> dict[int, AcademicYear]:
    """The rows of these years, made where nobody has needed them before."""
    wanted = {year.start_year for year in years}
    AcademicYear.objects.bulk_create(
        [AcademicYear(start_year=year) for year in sorted(wanted)], ignore_conflicts=True
    )
    return {year.start_year: year for year in AcademicYear.objects.filter(start_year__in=wanted)}


Key = tuple[int, int, int]
"""School, programme and year: what can be on record once."""
TypedKey = tuple[str, int, int]


class _Planner:
    """Compares lines with the register, the record and the tray, and with each other."""

    def __init__(self, said: list[SaidLine], programmes: dict[int, Programme]) -> None:
        self.said = said
        self.programmes = programmes
        self.matcher = SchoolMatcher(map(_typed, said))
        self.on_record = self._read_record()
        self.matched: dict[str, School] = {}
        self.decided: dict[TypedKey, str] = {}
        self._read_tray()

    def _read_record(self) -> dict[Key, str]:
        rows = PastParticipation.objects.filter(
            programme__in={each.programme for each in self.said}
        )
        return {
            (school, programme, year): outcome
            for school, programme, year, outcome in rows.order_by().values_list(
                "school", "programme", "academic_year__start_year", "outcome"
            )
        }

    def _read_tray(self) -> None:
        """What persons have said of lines like these before, and what waits for them."""
        lines = UnmatchedLine.objects.select_related("school__local_authority", "academic_year")
        for line in lines.order_by("pk"):
            key = (line.school_as_typed, line.programme_id, line.academic_year.start_year)
            self.decided[key] = line.state
            if line.school:
                self.matched[line.school_as_typed] = line.school

    def planned(self) -> list[PlannedLine]:
        lines = [self._planned(said) for said in self.said]
        return [*self._once_each_school(lines), *self._once_each_typed(lines)]

    def _planned(self, said: SaidLine) -> PlannedLine:
        typed = _typed(said)
        words = str(typed)[:LONGEST_TYPED]
        line = PlannedLine(
            said.number,
            Fate.RECORD,
            typed=words,
            school=self.matched.get(words),
            programme=self.programmes[said.programme],
            year=AcademicYear(start_year=said.start_year),
            outcome=said.outcome,
        )
        if line.school:
            return replace(line, unlike=typed.unlike(line.school))
        match = self.matcher.match(typed)
        if school := match.school:
            return replace(line, school=school, unlike=typed.unlike(school), reason=match.reason)
        return replace(line, fate=Fate.TRAY, reason=match.reason)

    def _once_each_school(self, lines: list[PlannedLine]) -> list[PlannedLine]:
        groups: dict[Key, list[PlannedLine]] = defaultdict(list)
        for line in lines:
            if line.school:
                groups[line.school.pk, *_what(line)].append(line)
        return [each for key, same in groups.items() for each in self._judged(key, same)]

    def _judged(self, key: Key, same: list[PlannedLine]) -> list[PlannedLine]:
        """Lines of one school, programme and year: the first that knows the outcome counts."""
        on_record = self.on_record.get(key)
        if on_record is not None:
            return [_compared(line, on_record, "On record is", "") for line in same]
        counts = next((each for each in same if each.outcome != Outcome.NOT_KNOWN), same[0])
        others = [each for each in same if each is not counts]
        said, same_as = f"Row {counts.number} counts, which says", f"As row {counts.number} says."
        return [counts, *(_compared(line, counts.outcome, said, same_as) for line in others)]

    def _once_each_typed(self, lines: list[PlannedLine]) -> list[PlannedLine]:
        """Lines without a school: each thing once in the tray, whatever spreadsheet it came from."""
        planned, seen = [], dict(self.decided)
        for line in (each for each in lines if not each.school):
            key = (line.typed, *_what(line))
            planned.append(_told_before(line, seen[key]) if key in seen else line)
            seen.setdefault(key, UnmatchedLine.State.WAITING)
        return planned


def _typed(said: SaidLine) -> TypedSchool:
    return TypedSchool(said.urn, said.name, said.postcode, said.unreadable_urn)


def _what(line: PlannedLine) -> tuple[int, int]:
    return line.programme.pk, line.year.start_year  # type: ignore[union-attr]


def _compared(line: PlannedLine, outcome: str, said: str, same_as: str) -> PlannedLine:
    if line.outcome in (outcome, Outcome.NOT_KNOWN):
        return replace(line, fate=Fate.KNOWN, reason=same_as)
    words = f"{said} “{Outcome(outcome).label}”."
    return replace(line, fate=Fate.DIFFERS, reason=words)


def _told_before(line: PlannedLine, state: str) -> PlannedLine:
    if state == UnmatchedLine.State.LEFT_OUT:
        return replace(line, fate=Fate.LEFT_OUT, reason="Somebody has left this line out before.")
    return replace(line, fate=Fate.KNOWN, reason="Waits for its school already.")
