"""Messages of a span of days: from one day to another, in London, either of them left open."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from mathshub.outbox.admin.about import removable
from mathshub.scope_admin import Chip, ChipFilter
from mathshub.scope_admin.widgets import DateInput

BETWEEN = ".."
NO_SUCH_DAYS = "no such days"


class DaysForm(forms.Form):
    """Both days are within the span; one that can't be read counts as left open."""

    from_day = forms.DateField(label="From", widget=DateInput, required=False)
    to_day = forms.DateField(label="To", widget=DateInput, required=False)


class DaysFilter(ChipFilter):
    """The span as it stands in the address: 2026-11-01..2026-11-27."""

    title = "days"
    parameter_name = "days"

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        asked = request.GET.get(cls.parameter_name)
        if asked is None:
            return []
        span = read_span(asked)
        if span is None:
            return [Chip(asked, NO_SUCH_DAYS, Q(pk=None))]
        return [Chip(asked, span_words(*span), rows_between(*span))]

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            if choice["selected"] and self.value() is not None:
                yield choice | removable(changelist, choice["display"], self.parameter_name)


def asked_for(request: HttpRequest) -> str | None:
    """The address of the list for the days that the form was sent with; None when it was not."""
    if not {"from_day", "to_day"} & set(request.GET):
        return None
    form = DaysForm(request.GET)
    form.is_valid()
    days = [form.cleaned_data.get(name) for name in ("from_day", "to_day")]
    own = ("from_day", "to_day", DaysFilter.parameter_name, "p")
    kept = [(name, value) for name, value in request.GET.items() if name not in own]
    if any(days):
        span = BETWEEN.join(day.isoformat() if day else "" for day in days)
        kept.append((DaysFilter.parameter_name, span))
    return f"?{urlencode(kept)}"


def read_span(text: str) -> tuple[date | None, date | None] | None:
    """The first and the last day; None for what is no span."""
    first, between, last = text.partition(BETWEEN)
    try:
        begins, ends = (date.fromisoformat(day) if day else None for day in (first, last))
    except ValueError:
        return None
    is_order = begins is None or ends is None or begins <= ends
    return (begins, ends) if between and (begins or ends) and is_order else None


def rows_between(begins: date | None, ends: date | None) -> Q:
    """Messages by when they left; those that have not, by when they are due."""
    left, due = Q(sent_at__isnull=False), Q(sent_at=None)
    if begins:
        moment = _midnight(begins)
        left, due = left & Q(sent_at__gte=moment), due & Q(due_at__gte=moment)
    if ends and ends < date.max:
        moment = _midnight(ends + timedelta(days=1))
        left, due = left & Q(sent_at__lt=moment), due & Q(due_at__lt=moment)
    return left | due


def span_words(begins: date | None, ends: date | None) -> str:
    """“23 November 2026”, “1 November 2026 to 27 November 2026”, “since …”, “until …”."""
    first, last = (f"{day.day} {day:%B %Y}" if day else "" for day in (begins, ends))
    if first and last:
        return first if first == last else f"{first} to {last}"
    return f"since {first}" if first else f"until {last}"


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
