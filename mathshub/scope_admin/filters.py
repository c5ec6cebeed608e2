"""Filters of a list as chips in words, with the number of rows behind each."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, Model, Q, QuerySet
from django.http import HttpRequest

# Above this many rows in the list the numbers would cost more than they tell.
COUNTED_UP_TO = 5_000


@dataclass(frozen=True)
class Chip:
    """One choice of a filter: its value in the address, its words, and the rows it means."""

    value: str
    words: str
    rows: Q


class ChipFilter(SimpleListFilter):
    """A filter whose choices are written down once: the same ``Q`` filters and counts.

    Subclasses give ``title``, ``parameter_name`` and ``chips(request)``. Choices may overlap.
    """

    parameter_name: str

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        self._chips = self.chips(request)
        return [(chip.value, chip.words) for chip in self._chips]

    def has_output(self) -> bool:
        return bool(self.lookup_choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        for chip in self._chips:
            if chip.value == self.value():
                return queryset.filter(chip.rows)
        # A value that no chip has means nothing, not everything.
        return queryset if self.value() is None else queryset.none()

    def choices(self, changelist: Any) -> Iterator[Any]:
        counts = self._counts(changelist)
        yield {
            "selected": self.value() is None,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": "all",
            "count": None,
        }
        for chip in self._chips:
            count = counts.get(chip.value)
            selected = chip.value == self.value()
            if count == 0 and not selected:
                continue
            yield {
                "selected": selected,
                "query_string": changelist.get_query_string({self.parameter_name: chip.value}),
                "display": chip.words,
                "count": count,
            }

    def _counts(self, changelist: Any) -> dict[str, int]:
        """How many rows of the list, with the other filters and the search, each chip leaves."""
        if changelist.result_count > COUNTED_UP_TO:
            return {}
        rows = changelist.get_queryset(
            changelist.request, exclude_parameters=self.expected_parameters()
        )
        distinct = any("__" in lookup for chip in self._chips for lookup in _lookups(chip.rows))
        found = rows.order_by().aggregate(
            **{
                f"chip_{number}": Count("pk", filter=chip.rows, distinct=distinct)
                for number, chip in enumerate(self._chips)
            }
        )
        return {chip.value: found[f"chip_{n}"] for n, chip in enumerate(self._chips)}


def _lookups(rows: Q) -> Iterator[str]:
    for child in rows.children:
        if isinstance(child, Q):
            yield from _lookups(child)
        elif isinstance(child, tuple):
            yield child[0]


class PortalChangeList(ChangeList):
    """Django's list; it remembers the request for the chips, and says in words what it shows."""

    model_admin: Any

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.request = request
        super().__init__(request, *args, **kwargs)
        self.title = self.model_admin.list_title(request)

    def url_for_result(self, result: Model) -> str:
        return self.model_admin.url_for_row(self.request, result) or super().url_for_result(result)

    @property
    def kept_in_search(self) -> list[tuple[str, str]]:
        """The chips that stay chosen when something is searched for."""
        return [(name, values[-1]) for name, values in self.get_filters_params().items()]

    @property
    def is_narrowed(self) -> bool:
        """Whether a search or a chip leaves rows out."""
        return bool(self.query or self.get_filters_params())
