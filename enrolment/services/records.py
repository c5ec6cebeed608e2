"""What is known of schools, gathered for eligibility and for pages: a few queries for any number."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from django.db.models import Q, QuerySet

from enrolment.eligibility import HubAnswer, SchoolRecord, Step, Took
from enrolment.models import (
    EligibilityOverride,
    ExpressionOfInterest,
    KnownSchool,
    PastParticipation,
    Place,
)
from mathshub.prepared import prepared
from mathshub.scope import current_hub
from workgroups.models import Hub, Offering, Prerequisite, Programme, School, WorkGroup
from workgroups.models.years import year_words
from workgroups.services.succession import forerunners_of

State = ExpressionOfInterest.State
# Interest that stands in the way of a second one of the same year.
ASKED = [State.RECEIVED, State.OFFERED, State.ACCEPTED]
_COMPLETED = {
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
    took = history_of(schools)
    specialists = set(
        KnownSchool.objects.filter(school__in=schools, has_mastery_specialist=True)
        .order_by()
        .values_list("school_id", flat=True)
    )
    answers = _answers_of(schools)
    asked = _asked_by(schools) if with_asked else {}
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
    """The record as it is beside this expression: whether the school has asked a second time."""
    asked = {
        offering: tuple(other for other in references if other != expression.reference)
        for offering, references in record.asked.items()
    }
    return replace(record, asked=asked)


def history_of(schools: Collection[School]) -> dict[int, tuple[Took, ...]]:
    """What each school took part in, the earliest first: by its id.

    From the hub's spreadsheets and from places in Work Groups; where both speak of one year, the
    spreadsheet or the person who corrected it is believed.
    """
    forerunners = forerunners_of(schools)
    names = {school.pk: "" for school in schools}
    for each in forerunners.values():
        names |= {school.pk: school.name for school in each if school.pk not in names}
    found = _took_by_school(list(names))
    return {
        school.pk: tuple(
            sorted(
                (
                    replace(took, as_school=names[who.pk] if who.pk != school.pk else "")
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
    boroughs = {school.local_authority_id for school in schools} - {None}
    hub = current_hub()
    others: dict[int, list[str]] = defaultdict(list)
    own: set[int] = set()
    listed = Hub.local_authorities.through.objects.filter(
        Q(localauthority__in=boroughs) | Q(hub=hub)
    )
    for hub_id, borough, name in listed.order_by("hub__name").values_list(
        "hub_id", "localauthority_id", "hub__name"
    ):
        if hub_id == hub.pk:
            own.add(borough)
        else:
            others[borough].append(name)
    return Area(frozenset(own), {borough: tuple(names) for borough, names in others.items()})


def _took_by_school(schools: list[int]) -> dict[int, dict[tuple[int, int], Took]]:
    """By school, then by programme and year: what was typed in overwrites what follows from places."""
    found: dict[int, dict[tuple[int, int], Took]] = defaultdict(dict)
    for school, programme, name, start_year in _places_of(schools):
        found[school][programme, start_year] = Took(
            programme, name, start_year, year_words(start_year)
        )
    typed = PastParticipation.objects.filter(school__in=schools).order_by()
    for school, programme, name, start_year, outcome in typed.values_list(
        "school_id",
        "programme_id",
        "programme__name",
        "academic_year__start_year",
        "outcome",
    ):
        found[school][programme, start_year] = Took(
            programme, name, start_year, year_words(start_year), _COMPLETED[outcome]
        )
    return found


def _places_of(schools: list[int]) -> Iterable[tuple[int, int, str, int]]:
    places = Place.objects.filter(school__in=schools, state=Place.State.ACCEPTED)
    met = places.exclude(work_group__state=WorkGroup.State.CANCELLED).order_by()
    offering = "work_group__offering"
    return met.values_list(
        "school_id",
        f"{offering}__programme_id",
        f"{offering}__programme__name",
        f"{offering}__academic_year__start_year",
    )


def _answers_of(schools: Collection[School]) -> dict[int, dict[int, HubAnswer]]:
    answers: dict[int, dict[int, HubAnswer]] = defaultdict(dict)
    rows = EligibilityOverride.objects.filter(school__in=schools).order_by()
    for school, offering, answer, reason in rows.values_list(
        "school_id", "offering_id", "answer", "reason"
    ):
        is_yes = answer == EligibilityOverride.Answer.YES
        answers[school][offering] = HubAnswer(is_yes, reason.rstrip(". "))
    return answers


def _asked_by(schools: Collection[School]) -> dict[int, dict[int, tuple[str, ...]]]:
    asked: dict[int, dict[int, tuple[str, ...]]] = defaultdict(lambda: defaultdict(tuple))
    rows = ExpressionOfInterest.objects.filter(school__in=schools, state__in=ASKED)
    for school, offering, reference in rows.order_by("submitted_at").values_list(
        "school_id", "offering_id", "reference"
    ):
        asked[school][offering] += (reference,)
    return asked
