"""The area of the hub in scope: its boroughs, and which other hubs list a borough too."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from mathshub.prepared import one_of, prepared
from mathshub.scope import current_hub
from workgroups.models import Hub, School

OUTSIDE = "outside our area"  # as staff and schools read it


@dataclass(frozen=True)
class Area:
    """Boroughs by id. That another hub lists a borough is published, so no secret."""

    own: frozenset[int]
    others: Mapping[int, tuple[str, ...]]
    """The names of the other hubs."""

    def leaves_out(self, school: School) -> bool:
        """Whether the school is outside; of a hub that has not named its boroughs none is."""
        return bool(self.own) and school.local_authority_id not in self.own

    def others_of(self, school: School) -> tuple[str, ...]:
        """The other hubs that list the school's borough."""
        return self.others.get(school.local_authority_id or 0, ())


def area_of(schools: Iterable[School]) -> Area:
    """The hub's own boroughs, and who else lists those of ``schools``; one query."""
    boroughs = {each for school in schools if (each := school.local_authority_id)}
    return area_with(boroughs)


def area_with(boroughs: Iterable[int]) -> Area:
    """The hub's own boroughs, and who else lists these (ids); one query."""
    hub = current_hub()
    others: dict[int, list[str]] = defaultdict(list)
    own: set[int] = set()
    for hub_id, borough, name in _listed(boroughs=list(boroughs), hub=hub):
        if hub_id == hub.pk:
            own.add(borough)
        else:
            others[borough].append(name)
    return Area(frozenset(own), {borough: tuple(names) for borough, names in others.items()})


@prepared
def _listed(boroughs: Any, hub: Any) -> QuerySet[Any, tuple[int, int, str]]:
    listed = Hub.local_authorities.through.objects.filter(
        one_of("localauthority_id", boroughs) | Q(hub=hub)
    )
    return listed.order_by("hub__name").values_list("hub_id", "localauthority_id", "hub__name")
