"""Decisions on interest that lead to no place."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from enrolment.errors import AlreadyDecided, AskedAlready
from enrolment.models import ExpressionOfInterest
from enrolment.services.history import save_as, update_all_as
from enrolment.services.interest import standing_expression
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
def begin_review(
    expressions: Sequence[ExpressionOfInterest], *, by: Account | None, now: datetime
) -> list[ExpressionOfInterest]:
    """From now on their schools change nothing by their links. Tells nobody.

    Returns those that waited and were not under review yet.
    """
    begun = _lock_those(ExpressionOfInterest.objects.to_review(), expressions)
    for expression in begun:
        expression.review_began_at = now
    update_all_as(begun, ["review_began_at"], by=by, now=now, why="The review began")
    return begun


@one_transaction
def end_review(
    expressions: Sequence[ExpressionOfInterest], *, by: Account | None, now: datetime
) -> list[ExpressionOfInterest]:
    """Their schools may change their answers again, while interest is open. Tells nobody.

    Returns those that were under review.
    """
    ended = _lock_those(ExpressionOfInterest.objects.in_review(), expressions)
    for expression in ended:
        expression.review_began_at = None
    update_all_as(ended, ["review_began_at"], by=by, now=now, why="The review ended")
    return ended


@one_transaction
def match_school(
    expression: ExpressionOfInterest, *, school: School, by: Account | None, now: datetime
) -> ExpressionOfInterest:
    """Say which school of the register was meant; what was typed is kept.

    Raises ``AlreadyDecided`` once a place has been offered: the place is that school's; and
    ``AskedAlready`` where the school has another expression for the offering.
    """
    expression = _lock(expression)
    if expression.state in (State.OFFERED, State.ACCEPTED):
        raise AlreadyDecided(expression.get_state_display())
    standing = standing_expression(school, expression.offering)
    if standing and standing != expression and expression.stands:
        raise AskedAlready(standing)
    expression.school = school
    save_as(expression, by=by, now=now, why=f"Matched with URN {school.urn}")
    return expression


def _lock_those(
    rows: QuerySet, expressions: Sequence[ExpressionOfInterest]
) -> list[ExpressionOfInterest]:
    keys = [expression.pk for expression in expressions]
    return list(rows.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))


def _lock(expression: ExpressionOfInterest) -> ExpressionOfInterest:
    return ExpressionOfInterest.objects.select_for_update(no_key=True).get(pk=expression.pk)
