"""The hub's area: its local authorities among all that the register knows."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.forms.models import ModelChoiceIterator

from mathshub.scope_admin.widgets import GroupedCheckboxes
from workgroups.area import area_with
from workgroups.models import LocalAuthority
from workgroups.term_dates.words import listed

CHOSEN = "In the hub’s area"
# By the register's codes.
GROUPS: list[tuple[str, Iterable[range]]] = [
    ("London boroughs", (range(201, 214), range(301, 321))),
    ("Metropolitan boroughs", (range(330, 395),)),
    ("Counties, cities and districts", (range(420, 421), range(800, 1000))),
]
ELSEWHERE = "Wales and elsewhere"


class _InGroups(ModelChoiceIterator):
    field: "AreaField"

    def __iter__(self) -> Iterator[Any]:
        """Those of the area first; of the others, each group by its name."""
        authorities = list(self.queryset)
        own = self.field.read_area(authorities)
        groups: dict[str, list[Any]] = {
            CHOSEN: [],
            **{name: [] for name, _ in GROUPS},
            ELSEWHERE: [],
        }
        for authority in authorities:
            name = CHOSEN if authority.pk in own else _group_of(authority)
            groups[name].append(self.choice(authority))
        yield from ((name, choices) for name, choices in groups.items() if choices)


class AreaField(forms.ModelMultipleChoiceField):
    """Local authorities in groups, each with the other hubs that list it: areas may overlap."""

    iterator = _InGroups
    widget = GroupedCheckboxes

    def read_area(self, authorities: Iterable[LocalAuthority]) -> frozenset[int]:
        """The ids of the hub's own; notes under each choice which other hubs have it, too."""
        area = area_with(each.pk for each in authorities)
        self.widget.hints = {
            pk: f"Also listed by {listed(names)}" for pk, names in area.others.items()
        }
        return area.own


def _group_of(authority: LocalAuthority) -> str:
    code = int(authority.code) if authority.code.isdecimal() else 0
    found = (name for name, ranges in GROUPS if any(code in each for each in ranges))
    return next(found, ELSEWHERE)
