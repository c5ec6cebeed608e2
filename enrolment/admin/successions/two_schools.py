"""A closed school and another one: what the pages of both show, and what the register says of them."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from enrolment.admin.words import page_of, place_tag
from enrolment.models import PastParticipation, Place
from mathshub.scope_admin.cells import tag
from workgroups.models import School, SchoolLink, SuccessionDecision
from workgroups.models.schools import CLOSED_STATUS

MAY_SEE = "workgroups.view_successiondecision"
MAY_DECIDE = "workgroups.change_successiondecision"


def facts_of(
    request: HttpRequest, closed: School, other: School, decision: SuccessionDecision | None
) -> dict[str, Any]:
    """What the page of two schools shows, be they linked in the register or by a decision alone."""
    participations = PastParticipation.objects.filter(school=closed)
    places = Place.objects.filter(school=closed)
    return {
        "closed": closed,
        "other": other,
        "schools": [_school_facts("The closed school", closed), _school_facts("The other", other)],
        "decision": decision,
        "doubt": register_says(decision)[1] if decision else "",
        "may_decide": request.user.has_perm(MAY_DECIDE),
        "withdraw_url": reverse("admin:workgroups_successiondecision_withdraw", args=[decision.pk])
        if decision
        else "",
        "participations": participations.select_related("programme", "academic_year"),
        "places": [
            {"row": each, "url": page_of(each), "tag": place_tag(each)}
            for each in places.select_related(
                "work_group__offering__programme", "work_group__offering__academic_year"
            )
        ],
    }


def decision_tag(pair: Any) -> SafeString:
    if pair.counts is None:
        return tag("to be decided", "sun") if pair.has_records else tag("not decided", "plain")
    return tag("counts", "leaf") if pair.counts else tag("does not count", "plain")


def register_says(decision: Any) -> tuple[str, str]:
    """What the register calls the pair today, and what of that is news since it was decided."""
    if decision.predecessor.status_code != CLOSED_STATUS:
        return "not closed any more", f"{decision.predecessor} is not closed any more."
    words = str(SchoolLink.Kind(decision.kind).label) if decision.kind else "not linked"
    if decision.kind == decision.register_said:
        return words, ""
    if decision.kind:
        return words, f"The register has changed its mind, and now calls this: {words}."
    return words, "The register no longer links these two schools."


def _school_facts(heading: str, school: School) -> dict[str, Any]:
    borough = school.local_authority.name if school.local_authority else ""
    facts = [
        ("URN", school.urn),
        ("Where", " ".join(filter(None, [school.town, school.postcode]))),
        ("Borough", borough),
        ("Type", school.type_name),
        ("Status", school.status_name),
        ("Opened", school.opened_on),
        ("Closed", school.closed_on),
    ]
    return {
        "heading": heading,
        "school": school,
        "url": page_of(school),
        "facts": [(name, value) for name, value in facts if value],
    }
