"""What the hub itself says of a school: its own answer to eligibility, and what it knows besides."""

from datetime import datetime

from enrolment.models import EligibilityOverride, KnownSchool
from enrolment.services.history import delete_as, save_as
from enrolment.services.participation import lock_past
from enrolment.services.transactions import one_transaction
from mathshub.accounts.models import Account
from workgroups.models import Offering, School


@one_transaction
def answer_for_school(
    school: School,
    *,
    offering: Offering,
    answer: EligibilityOverride.Answer,
    reason: str,
    by: Account,
    now: datetime,
) -> EligibilityOverride:
    """Decide whether the school can take part, in place of the rules. Tells nobody."""
    lock_past()  # no row can be locked where there is none yet
    row = _answer_of(school, offering) or EligibilityOverride(school=school, offering=offering)
    row.answer, row.reason, row.decided_by, row.decided_at = answer, reason, by, now
    save_as(row, by=by, now=now, why=row.get_answer_display())
    return row


@one_transaction
def leave_it_to_the_rules(
    school: School, *, offering: Offering, by: Account, now: datetime
) -> bool:
    """Take the hub's own answer back; whether there was one. Its history stays."""
    row = _answer_of(school, offering)
    if row is None:
        return False
    delete_as(row, by=by, now=now, why="Left to the rules")
    return True


@one_transaction
def note_about_school(
    school: School, *, has_mastery_specialist: bool, note: str, by: Account, now: datetime
) -> KnownSchool:
    """Keep what the hub knows of the school beyond the register."""
    lock_past()
    known = KnownSchool.objects.select_for_update().filter(school=school).first()
    known = known or KnownSchool(school=school)
    known.has_mastery_specialist, known.note = has_mastery_specialist, note
    save_as(known, by=by, now=now, why="What the hub knows of the school")
    return known


def _answer_of(school: School, offering: Offering) -> EligibilityOverride | None:
    rows = EligibilityOverride.objects.select_for_update()
    return rows.filter(school=school, offering=offering).first()
