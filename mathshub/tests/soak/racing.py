"""The same few people racing round after round, each on a connection that lasts."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import Barrier
from typing import Any

from django.db import connection

from mathshub.scope import hub_scope
from workgroups.models import Hub

Action = Callable[[], Any]


class Racers:
    """``run`` lets each do one action, all at the same moment."""

    def __init__(self, hub: Hub, count: int, within: Callable[[], AbstractContextManager[None]]):
        self.hub, self.count, self._within = hub, count, within
        self._pool = ThreadPoolExecutor(count)
        self._start = Barrier(count)

    def run(self, actions: Sequence[Action]) -> list[Any]:
        """What each action returned, or the exception that it raised."""
        assert len(actions) == self.count
        return list(self._pool.map(self._act, actions))

    def _act(self, action: Action) -> Any:
        # Nobody begins before all have come: so each racer has one action.
        self._start.wait(timeout=60)
        try:
            with hub_scope(self.hub), self._within():
                return action()
        except Exception as error:
            return error

    def leave(self) -> None:
        self.run([lambda: connection.close()] * self.count)  # each its own
        self._pool.shutdown()


@contextmanager
def racers(
    hub: Hub, count: int, *, within: Callable[[], AbstractContextManager[None]] = nullcontext
) -> Iterator[Racers]:
    """So many racers, each of whose actions happens ``within`` such a context."""
    racing = Racers(hub, count, within)
    try:
        yield racing
    finally:
        racing.leave()
