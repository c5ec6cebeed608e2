"""The words of a session and the bar of six, for templates: ``{{ session|when }}``."""

from collections.abc import Sequence
from datetime import datetime

from django import template

from sessions import bar, words
from sessions.models import Session

register = template.Library()

register.filter("when", words.when)
register.filter("where", words.where)
register.filter("how_and_where", words.how_and_where)
register.filter("day_words", words.day_words)
register.filter("time_words", words.time_words)
register.filter("number_words", words.number_words)


@register.simple_tag
def bar_cells(sessions: Sequence[Session], now: datetime) -> list[bar.Cell]:
    """What templates/_bar.html draws: ``{% bar_cells sessions now as cells %}``."""
    return bar.cells(sessions, now=now)
