"""How interest and schools are put into a few words in the lists."""

from collections.abc import Collection

from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from enrolment.eligibility import Answer, Eligibility, check_eligibility
from enrolment.models import ExpressionOfInterest, PastParticipation, Place
from enrolment.services.records import records_of, steps_of, without
from mathshub.scope import current_hub
from mathshub.scope_admin.cells import tag
from workgroups.area import OUTSIDE
from workgroups.models import LocalAuthority, School

_ELIGIBILITY = {
    Answer.YES: ("yes", "leaf"),
    Answer.CHECK_WITH_US: ("check", "sun"),
    Answer.NOT_HERE: ("not here", "clay"),
}
_STATE_TONES = {
    ExpressionOfInterest.State.RECEIVED: "",
    ExpressionOfInterest.State.OFFERED: "sun",
    ExpressionOfInterest.State.ACCEPTED: "leaf",
    ExpressionOfInterest.State.DECLINED: "plain",
    ExpressionOfInterest.State.NOT_THIS_YEAR: "plain",
    ExpressionOfInterest.State.WITHDRAWN: "plain",
}
_PLACE_TONES = {
    Place.State.OFFERED: "sun",
    Place.State.ACCEPTED: "leaf",
    Place.State.DECLINED: "plain",
    Place.State.LAPSED: "clay",
    Place.State.WITHDRAWN: "plain",
}
_OUTCOME_TONES = {
    PastParticipation.Outcome.COMPLETED: "leaf",
    PastParticipation.Outcome.NOT_COMPLETED: "clay",
    PastParticipation.Outcome.NOT_KNOWN: "plain",
}


def eligibility_of(expression: ExpressionOfInterest) -> Eligibility | None:
    """What register and record say of the school and the programme; None until it is matched."""
    return eligibilities_of([expression])[expression.pk]


def eligibilities_of(
    expressions: Collection[ExpressionOfInterest],
) -> dict[int, Eligibility | None]:
    """The same of many at once, by the expression's id, in a few queries."""
    steps = steps_of({each.offering for each in expressions})
    records = records_of({each.school for each in expressions if each.school}, with_asked=True)
    return {
        each.pk: check_eligibility(
            each.school, steps[each.offering_id], without(records[each.school.pk], each)
        )
        if each.school
        else None
        for each in expressions
    }


def eligibility_tag(eligibility: Eligibility | None) -> SafeString:
    """The answer in a word; None where no school is matched."""
    if eligibility is None:
        return tag("not matched", "clay")
    return tag(*_ELIGIBILITY[eligibility.answer])


def state_tag(expression: ExpressionOfInterest) -> SafeString:
    if expression.is_in_review:
        return tag("in review", "sun")
    return tag(
        expression.get_state_display(), _STATE_TONES[ExpressionOfInterest.State(expression.state)]
    )


def place_tag(place: Place) -> SafeString:
    return tag(place.get_state_display(), _PLACE_TONES[Place.State(place.state)])


def outcome_tag(outcome: str) -> SafeString:
    of = PastParticipation.Outcome(outcome)
    return tag(str(of.label), _OUTCOME_TONES[of])


def borough_words(school: School | None, area: set[int]) -> str:
    """The school's borough; one that is not in ``area`` (ids) is said to be outside."""
    if school is None:
        return "not known"
    if school.local_authority is None:
        return "none"
    name = school.local_authority.name
    return name if school.local_authority_id in area else f"{name}, {OUTSIDE}"


def own_boroughs(request: HttpRequest) -> list[LocalAuthority]:
    """The hub's local authorities; read once a request, since a list asks for them in each row."""
    known = request.__dict__
    if "_own_boroughs" not in known:
        known["_own_boroughs"] = list(current_hub().local_authorities.all())
    return known["_own_boroughs"]


def own_area(request: HttpRequest) -> set[int]:
    """The ids of the hub's local authorities."""
    return {each.pk for each in own_boroughs(request)}


def page_of(row: Model) -> str:
    """The admin's page of a row."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
