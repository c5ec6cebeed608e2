"""Parts of pages that are the same for every reader until the rows behind them change.

What is kept is found by the contents of those rows, which are read for each request all the same:
a change is on the page at once, in every process, and nothing needs to be told of it.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from threading import Lock
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import Model
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

MOST = 300  # kept in a process, a few kilobytes each

Made = TypeVar("Made")

_kept: OrderedDict[Hashable, Any] = OrderedDict()
_lock = Lock()


def keep(key: Hashable, make: Callable[[], Made]) -> Made:
    """What ``make`` gave for this key before, or gives now. The longest unused go first."""
    if settings.DEBUG:  # templates change under the developer's hands
        return make()
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            made: Made = _kept[key]
            return made
    made = make()
    with _lock:
        _kept[key] = made
        while len(_kept) > MOST:
            _kept.popitem(last=False)
    return made


def render_once(
    template_name: str,
    context: Mapping[str, Any],
    *,
    rows: tuple[Model, ...],
    variant: Hashable = None,
) -> SafeString:
    """The template rendered with ``context``, or what that gave for the same ``rows`` before.

    ``rows`` must be all that the fragment speaks of; related rows count only where they are given
    themselves. What else it depends on is the ``variant``, of which there should be few. Nothing
    about the reader or the moment may be in it.
    """
    key = (template_name, variant, *map(contents, rows))
    return keep(key, lambda: render_to_string(template_name, dict(context)))


def contents(row: Model) -> tuple[Any, ...]:
    """What the row says, column by column; lists and dictionaries by what they look like."""
    values = (getattr(row, field.attname) for field in row._meta.concrete_fields)
    return (
        row._meta.label,
        *(repr(value) if isinstance(value, list | dict) else value for value in values),
    )
