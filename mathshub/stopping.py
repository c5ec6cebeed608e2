"""How a process that runs on is asked to stop: by a signal, whose handler may come at any moment."""

from contextlib import suppress
from queue import Empty, SimpleQueue


class Stop:
    """Set by a signal's handler, waited for by the main thread.

    Not a ``threading.Event``: its lock can't be taken twice, so that a signal which comes while the
    main thread is inside ``wait`` would wait for that lock for ever. SimpleQueue's ``put`` may be
    called at any moment, as Python's documentation says.
    """

    def __init__(self) -> None:
        self._is_set = False
        self._bell: SimpleQueue[None] = SimpleQueue()

    def set(self, *_signal: object) -> None:
        """Ask to stop; may be a signal's handler as it stands."""
        self._is_set = True
        self._bell.put(None)

    def is_set(self) -> bool:
        return self._is_set

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until asked to stop; whether that was so."""
        if not self._is_set:
            with suppress(Empty):
                self._bell.get(timeout=seconds)
        return self._is_set
