"""One transaction for each action: a deadlock is tried again once, a long wait becomes a sentence.

Rows are locked in one order everywhere: the Work Group, then expressions, then places, each by
primary key.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, transaction

from enrolment.errors import SomeoneElseIsChanging

P = ParamSpec("P")
R = TypeVar("R")

# PostgreSQL's codes (appendix A of its manual).
DEADLOCK = "40P01"
LOCK_TIMEOUT = "55P03"


def one_transaction(action: Callable[P, R]) -> Callable[P, R]:
    """Run ``action`` in a transaction (in a savepoint within another one).

    Raises ``SomeoneElseIsChanging`` when rows stay locked by others, or deadlock twice.
    """

    @wraps(action)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return _attempt(action, *args, **kwargs)
        except Deadlock:
            pass
        try:
            return _attempt(action, *args, **kwargs)
        except Deadlock as deadlock:
            raise SomeoneElseIsChanging from deadlock

    return run


class Deadlock(Exception):
    """Two transactions waited for each other, and the database ended this one."""


def _attempt(action: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    try:
        with transaction.atomic():
            return action(*args, **kwargs)
    except OperationalError as error:
        code = getattr(error.__cause__, "pgcode", None)
        if code == DEADLOCK:
            raise Deadlock from error
        if code == LOCK_TIMEOUT or "database is locked" in str(error):
            raise SomeoneElseIsChanging from error
        raise
