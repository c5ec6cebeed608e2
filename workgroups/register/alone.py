"""The transaction of an import, in which no other import can be."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction

from workgroups.register.read import TableRefused

LOCK = 4_160_190_001  # any number that nothing else in this database locks


class ImportRunning(TableRefused):
    """Another import is at work."""

    def __init__(self) -> None:
        super().__init__(
            "Another import of the register is running: wait until it has ended, and try again."
        )


@contextmanager
def alone() -> Iterator[None]:
    """A transaction for one import; raises ``ImportRunning`` when another one has not ended."""
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                _lock()
            yield
    except OperationalError as error:
        # SQLite has one writer at a time in any case: who waits for it too long ends here.
        if connection.vendor == "sqlite" and "locked" in str(error):
            raise ImportRunning from error
        raise


def _lock() -> None:
    """Until the transaction ends, however it ends: a lock of PostgreSQL's own is never left over."""
    with connection.cursor() as cursor:
        cursor.execute(
            # Many lines passed over are long silence: the transaction would be ended as forgotten.
            # Pages must not wait for each other; an import may, and has much to write at once.
            "SELECT set_config('idle_in_transaction_session_timeout', '0', true), "
            "set_config('lock_timeout', '30s', true), set_config('statement_timeout', '120s', true), "
            "pg_try_advisory_xact_lock(%s)",
            [LOCK],
        )
        *_, is_ours = cursor.fetchone()
    if not is_ours:
        raise ImportRunning
