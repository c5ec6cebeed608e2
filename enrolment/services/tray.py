"""Lines without a school: a person says which school is meant, for all lines of the same words."""

from datetime import datetime

from enrolment.errors import LineNotWaiting
from enrolment.models import PastParticipation, UnmatchedLine
from enrolment.services.history import create_all_as, remove_all_as, update_all_as
from enrolment.services.participation import lock_past
from enrolment.services.transactions import one_transaction
from mathshub.accounts.models import Account
from workgroups.models import School

State = UnmatchedLine.State
Source = PastParticipation.Source
MATCHED_BY_HAND = "Row {line}, matched by hand"


@one_transaction
def match_lines(line: UnmatchedLine, *, school: School, by: Account | None, now: datetime) -> int:
    """Record what the waiting lines with the words of ``line`` say, as of ``school``.

    Returns how many lines there were. What is on record is kept. Raises ``LineNotWaiting``.
    """
    lock_past()
    same = _waiting_like(line)
    known = set(
        PastParticipation.objects.filter(school=school).values_list("programme", "academic_year")
    )
    for each in sorted(same, key=_is_outcome_unknown):
        if (each.programme_id, each.academic_year_id) in known:
            continue
        known.add((each.programme_id, each.academic_year_id))
        participation = PastParticipation(
            school=school,
            programme_id=each.programme_id,
            academic_year_id=each.academic_year_id,
            outcome=each.outcome,
            source=Source.SPREADSHEET,
            history_import_id=each.history_import_id,
        )
        create_all_as([participation], by=by, now=now, why=_why(each))
    for each in same:
        each.state, each.school = State.MATCHED, school
    update_all_as(same, ["state", "school"], by=by, now=now, why=f"Matched with {school}")
    return len(same)


@one_transaction
def leave_out_lines(line: UnmatchedLine, *, by: Account | None, now: datetime) -> int:
    """The waiting lines with the words of ``line`` are no school's. Raises ``LineNotWaiting``."""
    same = _waiting_like(line)
    for each in same:
        each.state = State.LEFT_OUT
    update_all_as(same, ["state"], by=by, now=now, why="Left out")
    return len(same)


@one_transaction
def put_back_lines(line: UnmatchedLine, *, by: Account | None, now: datetime) -> int:
    """It was another school, or is wanted after all: the lines with these words wait again.

    What matching them recorded goes, unless a person has changed it since. Returns how many lines.
    """
    lock_past()
    decided = UnmatchedLine.objects.exclude(state=State.WAITING)
    same = list(decided.filter(school_as_typed=line.school_as_typed).order_by("pk"))
    remove_all_as(
        [found for each in same for found in _recorded_for(each)], by=by, now=now, why="Put back"
    )
    for each in same:
        each.state, each.school = State.WAITING, None
    update_all_as(same, ["state", "school"], by=by, now=now, why="Put back")
    return len(same)


def _waiting_like(line: UnmatchedLine) -> list[UnmatchedLine]:
    """The waiting lines of the same words, locked, ``line`` among them."""
    waiting = UnmatchedLine.objects.waiting().filter(school_as_typed=line.school_as_typed)
    same = list(waiting.select_for_update(of=("self",)).order_by("pk"))
    if line not in same:
        line.refresh_from_db()
        raise LineNotWaiting(line.get_state_display())
    return same


def _is_outcome_unknown(line: UnmatchedLine) -> bool:
    return line.outcome == PastParticipation.Outcome.NOT_KNOWN


def _recorded_for(line: UnmatchedLine) -> list[PastParticipation]:
    """What matching this line recorded, as its history says."""
    created = PastParticipation.history.filter(
        history_type="+",
        history_change_reason=_why(line),
        history_import=line.history_import_id,
        school=line.school_id,
        programme=line.programme_id,
        academic_year=line.academic_year_id,
    )
    rows = PastParticipation.objects.filter(pk__in=created.values("id"), source=Source.SPREADSHEET)
    return list(rows)


def _why(line: UnmatchedLine) -> str:
    return MATCHED_BY_HAND.format(line=line.line)
