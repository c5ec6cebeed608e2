"""Decisions on interest that lead to no place."""

from datetime import datetime

from enrolment.errors import AlreadyDecided
from enrolment.models import ExpressionOfInterest
from enrolment.services.history import save_as
from enrolment.services.transactions import one_transaction
from mathshub.accounts.models import Account
from workgroups.models import School

State = ExpressionOfInterest.State


@one_transaction
def set_aside(
    expression: ExpressionOfInterest, *, by: Account | None, now: datetime
) -> ExpressionOfInterest:
    """Not this year: the expression waits no longer. Tells nobody. Raises ``AlreadyDecided``."""
    expression = _lock(expression)
    if expression.state not in (State.RECEIVED, State.DECLINED):
        raise AlreadyDecided(expression.get_state_display())
    expression.state = State.NOT_THIS_YEAR
    save_as(expression, by=by, now=now, why="Not this year")
    return expression


@one_transaction
def take_up_again(
    expression: ExpressionOfInterest, *, by: Account | None, now: datetime
) -> ExpressionOfInterest:
    """Let an expression that was set aside wait for a decision again. Raises ``AlreadyDecided``."""
    expression = _lock(expression)
    if expression.state != State.NOT_THIS_YEAR:
        raise AlreadyDecided(expression.get_state_display())
    expression.state = State.RECEIVED
    save_as(expression, by=by, now=now, why="Waits for a decision again")
    return expression


@one_transaction
def match_school(
    expression: ExpressionOfInterest, *, school: School, by: Account | None, now: datetime
) -> ExpressionOfInterest:
    """Say which school of the register was meant; what was typed is kept.

    Raises ``AlreadyDecided`` once a place has been offered: the place is that school's.
    """
    expression = _lock(expression)
    if expression.state in (State.OFFERED, State.ACCEPTED):
        raise AlreadyDecided(expression.get_state_display())
    expression.school = school
    save_as(expression, by=by, now=now, why=f"Matched with URN {school.urn}")
    return expression


def _lock(expression: ExpressionOfInterest) -> ExpressionOfInterest:
    return ExpressionOfInterest.objects.select_for_update(no_key=True).get(pk=expression.pk)
