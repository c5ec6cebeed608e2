"""A gentle limit on school searches: typing never meets it, copying the register does.

Counted in this process alone. The shared cache is a table of the database, and a write for each
keystroke would cost more than the search that it guards; with several workers the limit is as many
times higher, which does no harm.
"""

from collections import OrderedDict
from datetime import datetime
from threading import Lock

PER_MINUTE = 300  # of one address: a whole staff room behind one router, typing at once
ADDRESSES_KEPT = 10_000

_counts: OrderedDict[str, tuple[int, int]] = OrderedDict()
_lock = Lock()


def is_too_often(address: str, now: datetime) -> bool:
    """Count one search from ``address``; whether it was one too many in this minute."""
    minute = int(now.timestamp()) // 60
    with _lock:
        counted_in, count = _counts.pop(address, (minute, 0))
        count = count + 1 if counted_in == minute else 1
        _counts[address] = (minute, count)
        if len(_counts) > ADDRESSES_KEPT:
            _counts.popitem(last=False)
    return count > PER_MINUTE


def forget_all() -> None:
    """Begin counting anew."""
    with _lock:
        _counts.clear()
