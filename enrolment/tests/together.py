"""Several people doing something at the same moment, each on a connection of their own."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Barrier, BrokenBarrierError, Thread
from typing import Any

from django.db import connection

from mathshub.scope import hub_scope
from workgroups.models import Hub


def at_once(hub: Hub, actions: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run the actions in threads that start together, within the hub's scope.

    Returns what each returned, or the exception that it raised.
    """
    start = Barrier(len(actions))
    outcomes: list[Any] = [None] * len(actions)

    def run(number: int, action: Callable[[], Any]) -> None:
        try:
            with hub_scope(hub):
                start.wait(timeout=10)
                outcomes[number] = action()
        except Exception as error:
            outcomes[number] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@contextmanager
def sql_seen_by(handle: Callable[[str], str]) -> Iterator[None]:
    """Let ``handle`` see each statement of this thread first, and change it."""

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        return execute(handle(sql), params, many, context)

    with connection.execute_wrapper(wrapper):
        yield


def without_locks(sql: str) -> str:
    """The statement as if no row were locked: for negative controls."""
    return re.sub(r" FOR (NO KEY )?UPDATE( OF \S+)?", "", sql)


def held_up_before(*beginnings: str, is_locked: bool) -> Callable[[str], str]:
    """For ``sql_seen_by``: two wait for each other before a statement that begins so.

    Where a lock lets only one come so far, it goes on alone. Without ``is_locked`` nothing locks.
    """
    both_about_to_write = Barrier(2)

    def hold_up(sql: str) -> str:
        if sql.startswith(beginnings):
            with suppress(BrokenBarrierError):
                both_about_to_write.wait(timeout=1)
        return sql if is_locked else without_locks(sql)

    return hold_up
