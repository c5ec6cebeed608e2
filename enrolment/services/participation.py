"""What a person says about a school's past: added, changed, removed, each on the record."""

from datetime import datetime

from enrolment.errors import AlreadyOnRecord
from enrolment.models import PastParticipation
from enrolment.services.history import remove_all_as, save_as
from enrolment.services.transactions import one_transaction
from mathshub.accounts.models import Account
from mathshub.scope import current_hub
from workgroups.models import AcademicYear, Hub, Programme, School

Source = PastParticipation.Source


@one_transaction
def record_participation(
    school: School,
    *,
    programme: Programme,
    academic_year: AcademicYear,
    outcome: str,
    note: str = "",
    by: Account | None,
    now: datetime,
) -> PastParticipation:
    """The school took part; a person says so. Raises ``AlreadyOnRecord``."""
    lock_past()
    participation = PastParticipation(
        school=school,
        programme=programme,
        academic_year=academic_year,
        outcome=outcome,
        note=note,
        source=Source.BY_HAND,
    )
    _refuse_if_on_record(participation)
    save_as(participation, by=by, now=now, why="Entered by hand")
    return participation


@one_transaction
def change_participation(
    participation: PastParticipation,
    *,
    programme: Programme,
    academic_year: AcademicYear,
    outcome: str,
    note: str,
    by: Account | None,
    now: datetime,
) -> PastParticipation:
    """What is on record was wrong. From now on it is a person's word, which no undoing takes away.

    Raises ``AlreadyOnRecord``.
    """
    lock_past()
    participation.refresh_from_db()
    participation.programme = programme
    participation.academic_year = academic_year
    participation.outcome = outcome
    participation.note = note
    participation.source = Source.BY_HAND
    _refuse_if_on_record(participation)
    save_as(participation, by=by, now=now, why="Changed by hand")
    return participation


@one_transaction
def remove_participation(
    participation: PastParticipation, *, by: Account | None, now: datetime
) -> None:
    """It never was, or does not belong to this school. Its history stays."""
    lock_past()
    found = list(PastParticipation.objects.filter(pk=participation.pk))
    remove_all_as(found, by=by, now=now, why="Removed by hand")


def lock_past() -> None:
    """Let one transaction at a time write the hub's past: spreadsheets write much of it at once."""
    list(Hub.objects.select_for_update(no_key=True).filter(pk=current_hub().pk).values_list("pk"))


def _refuse_if_on_record(participation: PastParticipation) -> None:
    others = PastParticipation.objects.filter(
        school=participation.school,
        programme=participation.programme,
        academic_year=participation.academic_year,
    )
    if others.exclude(pk=participation.pk).exists():
        raise AlreadyOnRecord(str(participation))
