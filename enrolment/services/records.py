"""What is known of schools, gathered for eligibility and for pages: a few queries for any number."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from django.db.models import QuerySet

from enrolment.eligibility import HubAnswer, SchoolRecord, Step, Took
from enrolment.models import (
    EligibilityOverride,
    ExpressionOfInterest,
    KnownSchool,
    PastParticipation,
    Place,
)
from mathshub.prepared import one_of, prepared
from workgroups.area import area_of
from workgroups.models import Offering, Prerequisite, Programme, School, WorkGroup
from workgroups.models.years import year_words
from workgroups.services.succession import forerunners_of

State = ExpressionOfInterest.State
Outcome = PastParticipation.Outcome
ProgrammeAndYear = tuple[int, int]
TookBySchool = dict[int, dict[ProgrammeAndYear, Took]]
# Interest that stands in the way of a second one of the same year.
ASKED = [State.RECEIVED, State.OFFERED, State.ACCEPTED]


def steps_of(offerings: Iterable[Offering]) -> dict[int, Step]:
    """What each offering asks for, by its id: what its programme follows, and what follows it."""
    offerings = list(offerings)
    needs: dict[int, list[Programme]] = defaultdict(list)
    leads_to: dict[int, list[Programme]] = defaultdict(list)
    known = {offering.programme for offering in offerings}
    for row in _prerequisites():
        needs[row.programme_id].append(row.needs)
        leads_to[row.needs_id].append(row.programme)
        known |= {row.needs, row.programme}
    for stone, after in pairwise(_ways_in(known)):
        if not leads_to[stone.pk]:
            leads_to[stone.pk].append(after)
    return {
        offering.pk: Step(
            offering_id=offering.pk,
            programme=offering.programme,
            start_year=offering.academic_year.start_year,
            needs=tuple(needs[offering.programme_id]),
            leads_to=tuple(leads_to[offering.programme_id]),
            later=_all_after(offering.programme_id, leads_to),
        )
        for offering in offerings
    }


def _ways_in(programmes: Iterable[Programme]) -> list[Programme]:
    """In order: one that leads nowhere by what is needed leads to the next, as in the journey."""
    found = (each for each in programmes if each.is_starting_point)
    return sorted(found, key=lambda each: (each.position, each.name))


def _all_after(
    programme: int, leads_to: Mapping[int, Sequence[Programme]]
) -> dict[Programme, tuple[Programme, ...]]:
    """What comes after a programme, near or far, in order; each with what follows it."""
    found: dict[int, Programme] = {}
    waiting = [*leads_to.get(programme, ())]
    while waiting:
        each = waiting.pop()
        if each.pk not in found and each.pk != programme:
            found[each.pk] = each
            waiting += leads_to.get(each.pk, ())
    in_order = sorted(found.values(), key=lambda each: (each.position, each.pk))
    return {each: tuple(leads_to.get(each.pk, ())) for each in in_order}


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
            other_hubs=area.others_of(school),
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
    spreadsheet or the person who corrected it is believed. What stands under the school's own URN
    and under one before it comes once.
    """
    forerunners = forerunners_of(schools)
    everyone = {*(school.pk for school in schools)}
    everyone |= {school.pk for each in forerunners.values() for school in each}
    found = _took_by_school(list(everyone))
    return {
        school.pk: _in_order(school, forerunners.get(school.pk, []), found) for school in schools
    }


def _in_order(
    school: School, forerunners: Iterable[School], found: TookBySchool
) -> tuple[Took, ...]:
    once: dict[ProgrammeAndYear, Took] = {}
    for who in (school, *forerunners):
        name = "" if who == school else who.name
        for key, took in found.get(who.pk, {}).items():
            once[key] = (
                _both(once[key], took, name) if key in once else replace(took, as_school=name)
            )
    return tuple(sorted(once.values(), key=lambda took: (took.start_year, took.programme)))


def _both(own: Took, other: Took, name: str) -> Took:
    """The same year under two URNs: the first that knows what became of it is believed."""
    is_completed = other.is_completed if own.is_completed is None else own.is_completed
    return replace(own, is_completed=is_completed, also_as=(*own.also_as, name))


@prepared
def _specialists(schools: Any) -> QuerySet[KnownSchool, int]:
    known = KnownSchool.objects.filter(one_of("school_id", schools), has_mastery_specialist=True)
    return known.order_by().values_list("school_id", flat=True)


def _took_by_school(schools: list[int]) -> TookBySchool:
    """By school, then by programme and year: what was typed in overwrites what follows from places."""
    found: TookBySchool = defaultdict(dict)
    for school, programme, name, start_year in _places_of(schools=schools):
        found[school][programme, start_year] = Took(
            programme, name, start_year, year_words(start_year)
        )
    for school, programme, name, start_year, outcome in _typed_of(schools=schools):
        found[school][programme, start_year] = Took(
            programme, name, start_year, year_words(start_year), Outcome(outcome).is_completed
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
