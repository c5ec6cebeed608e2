"""Filters of a list as chips in words, with the number of rows behind each."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.utils import quote
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, Model, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

# Above this many rows in the list the numbers would cost more than they tell.
COUNTED_UP_TO = 5_000
LONGEST_KEY = 18  # figures, within the database's big integers


def is_key(text: str) -> bool:
    """Whether what stands in an address can be the key of a row."""
    return text.isascii() and text.isdigit() and len(text) < LONGEST_KEY


@dataclass(frozen=True)
class Chip:
    """One choice of a filter: its value in the address, its words, and the rows it means."""

    value: str
    words: str
    rows: Q


class ChipFilter(SimpleListFilter):
    """A filter whose choices are written down once: the same ``Q`` filters and counts.

    Subclasses give ``title``, ``parameter_name`` and ``chips(request)``. Choices may overlap, but
    none may look through a relation to many rows: a row would count for each of them.
    """

    parameter_name: str

    @classmethod
    def chips(cls, request: HttpRequest) -> list[Chip]:
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        self.choosable = self.chips(request)
        return [(chip.value, chip.words) for chip in self.choosable]

    def has_output(self) -> bool:
        return bool(self.lookup_choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset if self.value() is None else queryset.filter(self.chosen_rows)

    @property
    def chosen_rows(self) -> Q:
        """The rows of the chosen chip. A value that no chip has means nothing, not everything."""
        chosen = (chip.rows for chip in self.choosable if chip.value == self.value())
        return next(chosen, Q(pk__in=[]))

    def choices(self, changelist: Any) -> Iterator[Any]:
        counts = changelist.chip_counts.get(self.parameter_name, {})
        yield {
            "selected": self.value() is None,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": "all",
            "count": None,
        }
        for chip in self.choosable:
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


class PagesOfLongLists(Paginator):
    """Finds the ids of a page first where there are many rows, then reads those rows alone.

    Else the database would join and carry all columns of all rows before the page, or sort them.
    """

    object_list: QuerySet

    def page(self, number: Any) -> Page:
        found: Any = super().page(number)
        if self.count > COUNTED_UP_TO:
            ids = list(found.object_list.values_list("pk", flat=True))
            found.object_list = self.object_list.filter(pk__in=ids)
        return found


class PortalChangeList(ChangeList):
    """Django's list; it counts for the chips, and says in words what it shows."""

    model_admin: Any
    filter_specs: Any

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.request = request
        super().__init__(request, *args, **kwargs)
        self.title = self.model_admin.list_title(request)

    @cached_property
    def chip_counts(self) -> dict[str, dict[str, int]]:
        """For each filter, how many rows each chip leaves beside the search and the other filters.

        One query counts for all filters that are not in use, and one more for each that is.
        Nothing is counted where too many rows would have to be read for it.
        """
        if self.result_count > COUNTED_UP_TO:
            return {}
        unused = [spec for spec in self.filter_specs if spec.value() is None]
        counts = _count_chips(self.queryset, unused)
        for spec in self.filter_specs:
            rows = None if spec in unused else self._rows_but_for(spec)
            if rows is not None:
                counts |= _count_chips(rows, [spec])
        return counts

    def _rows_but_for(self, left_out: ChipFilter) -> QuerySet | None:
        """The list without one of its filters; None when those would be too many to count."""
        found = self.model_admin.get_search_results(self.request, self.root_queryset, self.query)
        rows, may_repeat = found
        if may_repeat:  # as Django's list does where a search looks through a relation to many
            rows = self.root_queryset.filter(Exists(rows.filter(pk=OuterRef("pk"))))
        for spec in self.filter_specs:
            if spec is not left_out:
                rows = spec.queryset(self.request, rows)
        rows = rows.order_by()
        is_too_many = len(rows.values_list("pk")[: COUNTED_UP_TO + 1]) > COUNTED_UP_TO
        return None if is_too_many else rows

    def url_for_result(self, result: Model) -> str:
        own = self.model_admin.url_for_row(self.request, result)
        if own:
            return own
        begins, ends = self._around_the_id
        return f"{begins}{quote(result.pk)}{ends}"

    @cached_property
    def _around_the_id(self) -> tuple[str, str]:
        """What stands before and after the id in the address of a row's page.

        Asked of Django once, for an id that no row has: once for each row takes a tenth of the
        page's time.
        """
        stand_in = "ID-OF-THE-ROW"
        begins, _, ends = self.model_admin.url("change", stand_in).partition(stand_in)
        return begins, ends

    @property
    def kept_in_search(self) -> list[tuple[str, str]]:
        """The chips that stay chosen when something is searched for."""
        return [(name, values[-1]) for name, values in self.get_filters_params().items()]

    @property
    def is_narrowed(self) -> bool:
        """Whether a search or a chip leaves rows out."""
        return bool(self.query or self.get_filters_params())


def _count_chips(rows: QuerySet, specs: list[ChipFilter]) -> dict[str, dict[str, int]]:
    """By filter and chip, the number of ``rows``, in one query."""
    wanted = {
        f"chip_{place}_{number}": (spec, chip)
        for place, spec in enumerate(specs)
        for number, chip in enumerate(spec.choosable)
    }
    if not wanted:
        return {}
    found = rows.order_by().aggregate(
        **{name: Count("pk", filter=chip.rows) for name, (_, chip) in wanted.items()}
    )
    counts: dict[str, dict[str, int]] = {spec.parameter_name: {} for spec in specs}
    for name, (spec, chip) in wanted.items():
        counts[spec.parameter_name][chip.value] = found[name]
    return counts
