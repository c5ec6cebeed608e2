"""The schools of the hub's area with what they took part in, gathered for the coverage page."""

from django.db.models import Exists, OuterRef, Q

from enrolment.reach import Reach, reach_of
from enrolment.services.records import history_of
from mathshub.scope import current_hub
from workgroups.models import Prerequisite, Programme, School


def journey() -> list[Programme]:
    """The stages of the hub's journey in order: the ways in, what leads on, and where that leads.

    Of a hub that has not said what leads where, all its programmes.
    """
    programmes = Programme.objects.order_by("position", "name")
    is_stage = (
        Q(is_starting_point=True)
        | Exists(Prerequisite.objects.filter(programme=OuterRef("pk")))
        | Exists(Prerequisite.objects.filter(needs=OuterRef("pk")))
    )
    return list(programmes.filter(is_stage)) or list(programmes)


def reach_in_area(*, this_year: int) -> list[Reach]:
    """Every open state-funded school of the hub's boroughs, by name.

    ``this_year`` is the year in which the running academic year began. As many queries for 5,000
    schools as for one.
    """
    boroughs = current_hub().local_authorities.all()
    schools = list(
        School.objects.open_now()
        .state_funded()
        .filter(local_authority__in=boroughs)
        .select_related("local_authority")
        .defer("search_text", "website", "street", "locality")
        .order_by("name", "urn")
    )
    took = history_of(schools)
    positions = {stage.pk: step for step, stage in enumerate(journey())}
    return [
        reach_of(school, took[school.pk], positions=positions, this_year=this_year)
        for school in schools
    ]
