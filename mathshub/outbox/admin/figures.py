"""Figures of messages: by day and by kind, as pictures with their tables, and as files."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.text import capfirst

from mathshub.exports import CSV_TYPE, XLSX_TYPE, csv_file, xlsx_file
from mathshub.outbox.admin.alarms import alarms, queue_words
from mathshub.outbox.columns import draw_columns, shares
from mathshub.outbox.figures import By, Counts, Figures, figures
from mathshub.outbox.kinds import kind_words
from mathshub.scope_admin import PortalAdmin
from mathshub.scope_admin.cells import count

NAMES = ("Handed over", "Of these came back", "Could not be sent", "No longer needed")
SHORT_NAMES = ("Handed over", "Came back", "Not sent", "Not needed")  # of columns, on a telephone
KEY = (
    ("left", "handed to the mail server"),
    ("back", "of these came back"),
    ("failed", "could not be sent"),
    ("cancelled", "no longer needed"),
)
WIDE = 1000  # of a kind's bar


class FiguresPages(PortalAdmin):
    """The page of figures, and its table as a file."""

    def figures_urls(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        return [
            ("figures/", self.figures, "figures"),
            ("figures.csv", self.figures_csv, "figures_csv"),
            ("figures.xlsx", self.figures_xlsx, "figures_xlsx"),
        ]

    def figures(self, request: HttpRequest) -> HttpResponse:
        """By day or month, of all kinds or of one; then by kind."""
        self._may_see(request)
        now = timezone.now()
        found = figures(_by(request), now)
        chosen = request.GET.get("kind", "")
        shown = found.of_kind(chosen) if chosen else found
        by_period = shown.by_period()
        return self.page(
            request,
            "admin/outbox/figures.html",
            title=_title(shown),
            alarms=alarms(now),
            queue_words=queue_words(now),
            chips=[_by_chips(found.by, chosen), _kind_chips(found, chosen)],
            of_kind=capfirst(kind_words(chosen)) if chosen else "",
            picture=draw_columns([counts for _, counts in by_period]),
            words=f"{_words(shown.total())}. The table below has every {found.by.value}.",
            period_name=found.by.value.capitalize(),
            key=KEY,
            names=SHORT_NAMES,
            first=_period_words(found.by, found.periods[0]),
            last=_period_words(found.by, found.periods[-1]),
            rows=[
                (_period_words(found.by, on), _cells(counts))
                for on, counts in reversed(by_period)
                if counts.total
            ],
            total=_cells(shown.total()),
            bars=[] if chosen else _bars(found),
            query=urlencode({"by": found.by.value}),
            back=self.url("changelist"),
        )

    def figures_csv(self, request: HttpRequest) -> HttpResponse:
        header, rows = self._table(request)
        return _download(csv_file(header, rows), CSV_TYPE, "messages.csv")

    def figures_xlsx(self, request: HttpRequest) -> HttpResponse:
        header, rows = self._table(request)
        return _download(xlsx_file("Messages", header, rows), XLSX_TYPE, "messages.xlsx")

    def _table(self, request: HttpRequest) -> tuple[list[str], Iterator[list[Any]]]:
        """A line for each kind on each day, or in each month, by its first day."""
        self._may_see(request)
        found = figures(_by(request), timezone.now())
        header = [found.by.value.capitalize(), "Kind", *NAMES]
        rows = (
            [line.on.isoformat(), kind_words(line.kind), *_cells(line.counts)]
            for line in found.lines
        )
        return header, rows

    def _may_see(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied


def _by(request: HttpRequest) -> By:
    return By.MONTH if request.GET.get("by") == By.MONTH.value else By.DAY


def _title(found: Figures) -> str:
    period = "12 months" if found.by is By.MONTH else "30 days"
    return f"{count(found.total().handed_over, 'message')} handed over in {period}"


def _words(counts: Counts) -> str:
    """What a picture shows, for who does not see it."""
    return (
        f"{counts.handed_over} handed to the mail server, {counts.came_back} of them came back, "
        f"{counts.failed} could not be sent, {counts.cancelled} no longer needed"
    )


def _period_words(by: By, on: date) -> str:
    return f"{on:%B %Y}" if by is By.MONTH else f"{on:%a} {on.day} {on:%b}"


def _cells(counts: Counts) -> tuple[int, int, int, int]:
    return (counts.handed_over, counts.came_back, counts.failed, counts.cancelled)


def _bars(found: Figures) -> list[dict[str, Any]]:
    """A bar for each kind, all to the scale of the commonest."""
    by_kind = found.by_kind()
    scale = WIDE / max((counts.total for _, counts in by_kind), default=1)
    bars = []
    for kind, counts in by_kind:
        x, parts = 0.0, []
        for tone, number in shares(counts):
            width = max(4.0, number * scale)
            parts.append({"tone": tone, "x": round(x, 1), "width": round(width, 1)})
            x += width
        name = capfirst(kind_words(kind))
        bars.append(
            {
                "name": name,
                "cells": _cells(counts),
                "words": _words(counts),
                "total": counts.total,
                "parts": parts,
            }
        )
    return bars


def _by_chips(by: By, kind: str) -> dict[str, Any]:
    """As templates/admin/change_list.html has chips."""
    return {
        "title": "period",
        "choices": [
            _chip(words, {"by": each.value, "kind": kind}, selected=each is by)
            for each, words in ((By.DAY, "30 days"), (By.MONTH, "12 months"))
        ],
    }


def _kind_chips(found: Figures, chosen: str) -> dict[str, Any]:
    kinds = [("", "all"), *((kind, kind_words(kind)) for kind, _ in found.by_kind())]
    return {
        "title": "kind",
        "choices": [
            _chip(words, {"by": found.by.value, "kind": kind}, selected=kind == chosen)
            for kind, words in kinds
        ],
    }


def _chip(words: str, asks: dict[str, str], *, selected: bool) -> dict[str, Any]:
    kept = {name: value for name, value in asks.items() if value}
    return {"display": words, "query_string": f"?{urlencode(kept)}", "selected": selected}


def _download(content: bytes, content_type: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=headers)
