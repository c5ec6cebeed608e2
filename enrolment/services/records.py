"""What is known of schools, gathered for eligibility and for pages: a few queries for any number."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q, QuerySet

from enrolment.eligibility import HubAnswer, SchoolRecord, Step, Took
from enrolment.models import (
    EligibilityOverride,
    ExpressionOfInterest,
    KnownSchool,
    PastParticipation,
    Place,
)
from mathshub.prepared import one_of, prepared
from mathshub.scope import current_hub
from workgroups.models import Hub, Offering, Prerequisite, Programme, School, WorkGroup
from workgroups.models.years import year_words
from workgroups.services.succession import forerunners_of

State = ExpressionOfInterest.State
# Interest that stands in the way of a second one of the same year.
ASKED = [State.RECEIVED, State.OFFERED, State.ACCEPTED]
_COMPLETED: dict[str, bool | None] = {
    PastParticipation.Outcome.COMPLETED: True,
    PastParticipation.Outcome.NOT_COMPLETED: False,
    PastParticipation.Outcome.NOT_KNOWN: None,
}


@dataclass(frozen=True)
class Area:
    """The boroughs of the hub in scope, by id, and the other hubs that list each borough."""

    own: frozenset[int]
    others: Mapping[int, tuple[str, ...]]

    def leaves_out(self, school: School) -> bool:
        """Whether the school is outside; of a hub that has not named its boroughs none is."""
        return bool(self.own) and school.local_authority_id not in self.own


def steps_of(offerings: Iterable[Offering]) -> dict[int, Step]:
    """What each offering asks for, by its id: what its programme follows, and what follows it."""
    needs: dict[int, list[Programme]] = defaultdict(list)
    leads_to: dict[int, list[Programme]] = defaultdict(list)
    for row in _prerequisites():
        needs[row.programme_id].append(row.needs)
        leads_to[row.needs_id].append(row.programme)
    return {
        offering.pk: Step(
            offering_id=offering.pk,
            programme=offering.programme,
            start_year=offering.academic_year.start_year,
            needs=tuple(needs[offering.programme_id]),
            leads_to=tuple(leads_to[offering.programme_id]),
        )
        for offering in offerings
    }


@prepared
def _prerequisites() -> QuerySet[Prerequisite]:
    return Prerequisite.objects.select_related("programme", "needs").order_by(
        "programme__position", "needs__position"
    )


def step_of(offering: Offering) -> Step:
    """What one offering asks for."""
    return steps_of([offering])[offering.pk]


def records_of(schools: Collection[School], *, with_asked: bool) -> dict[int, SchoolRecord]:
    """What the hub in scope knows of each school, by the school's id.

    The history of schools that went before counts too (workgroups/services/succession.py).
    ``with_asked`` tells of expressions of interest: for the hub's staff only.
    """
    if not schools:
        return {}
    ids = [school.pk for school in schools]
    took = history_of(schools)
    specialists = set(_specialists(schools=ids))
    answers = _answers_of(ids)
    asked = _asked_by(ids) if with_asked else {}
    area = area_of(schools)
    return {
        school.pk: SchoolRecord(
            took=took[school.pk],
            has_mastery_specialist=school.pk in specialists,
            answers=answers.get(school.pk, {}),
            asked=asked.get(school.pk, {}),
            is_out_of_area=area.leaves_out(school),
            borough=school.local_authority.name if school.local_authority else "",
            other_hubs=area.others.get(school.local_authority_id or 0, ()),
        )
        for school in schools
    }


def record_of(school: School, *, with_asked: bool) -> SchoolRecord:
    """What the hub in scope knows of one school."""
    return records_of([school], with_asked=with_asked)[school.pk]


def without(record: SchoolRecord, expression: ExpressionOfInterest) -> SchoolRecord:
    """The record as it is beside this expression: without the asking itself, and what it led to."""
    asked = {
        offering: tuple(other for other in references if other != expression.reference)
        for offering, references in record.asked.items()
    }
    took = record.took
    if expression.state == State.ACCEPTED:
        offering = expression.offering
        own = offering.programme_id, offering.academic_year.start_year
        took = tuple(each for each in took if (each.programme_id, each.start_year) != own)
    return replace(record, asked=asked, took=took)


def history_of(schools: Collection[School]) -> dict[int, tuple[Took, ...]]:
    """What each school took part in, the earliest first: by its id.

    From the hub's spreadsheets and from places in Work Groups; where both speak of one year, the
    spreadsheet or the person who corrected it is believed.
    """
    forerunners = forerunners_of(schools)
    everyone = {*(school.pk for school in schools)}
    everyone |= {school.pk for each in forerunners.values() for school in each}
    found = _took_by_school(list(everyone))
    return {
        school.pk: tuple(
            sorted(
                (
                    replace(took, as_school="" if who.pk == school.pk else who.name)
                    for who in (school, *forerunners.get(school.pk, ()))
                    for took in found.get(who.pk, {}).values()
                ),
                key=lambda took: (took.start_year, took.programme),
            )
        )
        for school in schools
    }


def area_of(schools: Collection[School]) -> Area:
    """The boroughs of the hub in scope, and who else lists the schools'."""
    boroughs = {each for school in schools if (each := school.local_authority_id)}
    hub = current_hub()
    others: dict[int, list[str]] = defaultdict(list)
    own: set[int] = set()
    for hub_id, borough, name in _hubs_of(boroughs=list(boroughs), hub=hub):
        if hub_id == hub.pk:
            own.add(borough)
        else:
            others[borough].append(name)
    return Area(frozenset(own), {borough: tuple(names) for borough, names in others.items()})


@prepared
def _hubs_of(boroughs: Any, hub: Any) -> QuerySet[Any, tuple[int, int, str]]:
    listed = Hub.local_authorities.through.objects.filter(
        one_of("localauthority_id", boroughs) | Q(hub=hub)
    )
    return listed.order_by("hub__name").values_list("hub_id", "localauthority_id", "hub__name")


@prepared
def _specialists(schools: Any) -> QuerySet[KnownSchool, int]:
    known = KnownSchool.objects.filter(one_of("school_id", schools), has_mastery_specialist=True)
    return known.order_by().values_list("school_id", flat=True)


def _took_by_school(schools: list[int]) -> dict[int, dict[tuple[int, int], Took]]:
    """By school, then by programme and year: what was typed in overwrites what follows from places."""
    found: dict[int, dict[tuple[int, int], Took]] = defaultdict(dict)
    for school, programme, name, start_year in _places_of(schools=schools):
        found[school][programme, start_year] = Took(
            programme, name, start_year, year_words(start_year)
        )
    for school, programme, name, start_year, outcome in _typed_of(schools=schools):
        found[school][programme, start_year] = Took(
            programme, name, start_year, year_words(start_year), _COMPLETED[outcome]
        )
    return found


@prepared
def _places_of(schools: Any) -> QuerySet[Place, tuple[int, int, str, int]]:
    places = Place.objects.filter(one_of("school_id", schools), state=Place.State.ACCEPTED)
    met = places.exclude(work_group__state=WorkGroup.State.CANCELLED).order_by()
    offering = "work_group__offering"
    return met.values_list(
        "school_id",
        f"{offering}__programme_id",
        f"{offering}__programme__name",
        f"{offering}__academic_year__start_year",
    )


@prepared
def _typed_of(schools: Any) -> QuerySet[PastParticipation, tuple[int, int, str, int, str]]:
    typed = PastParticipation.objects.filter(one_of("school_id", schools)).order_by()
    return typed.values_list(
        "school_id",
        "programme_id",
        "programme__name",
        "academic_year__start_year",
        "outcome",
    )


def _answers_of(schools: list[int]) -> dict[int, dict[int, HubAnswer]]:
    answers: dict[int, dict[int, HubAnswer]] = defaultdict(dict)
    for school, offering, answer, reason in _overrides_of(schools=schools):
        is_yes = answer == EligibilityOverride.Answer.YES
        answers[school][offering] = HubAnswer(is_yes, reason.rstrip(". "))
    return answers


@prepared
def _overrides_of(schools: Any) -> QuerySet[EligibilityOverride, tuple[int, int, str, str]]:
    rows = EligibilityOverride.objects.filter(one_of("school_id", schools)).order_by()
    return rows.values_list("school_id", "offering_id", "answer", "reason")


def _asked_by(schools: list[int]) -> dict[int, dict[int, tuple[str, ...]]]:
    asked: dict[int, dict[int, tuple[str, ...]]] = defaultdict(lambda: defaultdict(tuple))
    for school, offering, reference in _expressions_of(schools=schools):
        asked[school][offering] += (reference,)
    return asked


@prepared
def _expressions_of(schools: Any) -> QuerySet[ExpressionOfInterest, tuple[int, int, str]]:
    rows = ExpressionOfInterest.objects.filter(one_of("school_id", schools), state__in=ASKED)
    return rows.order_by("submitted_at").values_list("school_id", "offering_id", "reference")
