"""Parts of pages that are the same for every reader until the rows behind them change.

What is kept is found by the contents of those rows, which are read for each request all the same:
a change is on the page at once, in every process, and nothing needs to be told of it.
"""

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from threading import Lock
from typing import Any

from django.conf import settings
from django.db.models import Model
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

MOST = 200  # fragments kept in a process, a few kilobytes each

_kept: OrderedDict[tuple[Any, ...], SafeString] = OrderedDict()
_lock = Lock()


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
    if settings.DEBUG:  # templates change under the developer's hands
        return render_to_string(template_name, dict(context))
    key = (template_name, variant, *map(_contents, rows))
    with _lock:
        fragment = _kept.get(key)
        if fragment is not None:
            _kept.move_to_end(key)
            return fragment
    fragment = render_to_string(template_name, dict(context))
    with _lock:
        _kept[key] = fragment
        while len(_kept) > MOST:
            _kept.popitem(last=False)
    return fragment


def _contents(row: Model) -> tuple[Any, ...]:
    """What the row says, column by column; lists and dictionaries by what they look like."""
    values = (getattr(row, field.attname) for field in row._meta.concrete_fields)
    return (
        row._meta.label,
        *(repr(value) if isinstance(value, list | dict) else value for value in values),
    )
