"""The schools of the hub's area with what they took part in, gathered for the coverage page."""

from enrolment.reach import Reach, reach_of
from enrolment.services.records import history_of
from mathshub.scope import current_hub
from workgroups.models import Programme, School


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
    positions = dict(Programme.objects.values_list("pk", "position"))
    return [
        reach_of(school, took[school.pk], positions=positions, this_year=this_year)
        for school in schools
    ]
