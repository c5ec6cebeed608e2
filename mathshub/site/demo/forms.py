"""The form of interest, filled in page by page as an invented school would."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import QueryDict

from enrolment.forms.interest import Way
from enrolment.models import ExpressionOfInterest, InterestDraft, Question
from mathshub.site.demo.people import Staffroom
from workgroups.models import Offering, School

SenderRole = ExpressionOfInterest.SenderRole
BARRIERS = "Three of our eight teachers are new this year, and we have mixed-age classes."
CLASSES = "How many classes have you in the primary years?"


def fill_in(
    *,
    form_token: UUID,
    offering: Offering,
    school: School | None,
    typed: str,
    people: Staffroom,
    at: datetime,
    role: str,
    appetite: str,
) -> InterestDraft:
    """A draft that only has to be sent, begun four minutes before ``at``."""
    draft = InterestDraft.objects.create(
        form_token=form_token,
        offering=offering,
        school=school,
        school_as_typed=typed,
        started_at=at - timedelta(minutes=4),
        changed_at=at,
    )
    said = _said(draft, offering, people, role, appetite)
    while name := Way(draft).first_open:
        [kind] = [page for page in Way(draft).pages if page.name == name]
        page = kind(_posted(said.get(name, {})), draft=draft)
        if not page.is_valid():
            raise ValueError(f"{name}: {page.errors.as_text()}")
        draft.answers[name] = page.kept()
    return draft


def _said(
    draft: InterestDraft, offering: Offering, people: Staffroom, role: str, appetite: str
) -> dict[str, dict[str, Any]]:
    """What is typed, by page; pages that are not asked go unused."""
    head = {"full_name": people.headteacher, "email": people.headteacher_email}
    lead = {"full_name": people.maths_lead, "email": people.maths_lead_seat.email}
    you = lead if role == SenderRole.MATHS_LEAD else head
    reason = "We would like to know how much release it takes." if appetite != "yes" else ""
    return {
        "programme": {"offering": str(offering.pk)},
        "appetite": {"appetite": appetite, "appetite_reason": reason},
        "you": {"role": role, **you},
        "headteacher": head,
        "maths-lead": lead,
        "participants": _participants(people, offering.programme.seats_per_school),
        "preferences": {"days": ["tuesday", "wednesday"], "modes": ["face_to_face"]},
        "barriers": {"barriers": BARRIERS},
        "commitment": dict.fromkeys(("release", "attendance", "visits"), "on"),
        "questions": {
            f"question_{question.pk}": "14"
            for question in Question.objects.filter(kind=Question.Kind.NUMBER)
        },
        "privacy": {"privacy": "on"},
    }


def _participants(people: Staffroom, seats: int) -> dict[str, str]:
    fields: dict[str, str] = {}
    named = [(people.maths_lead_seat, "year_5"), (people.teacher_seat, "year_2")][:seats]
    for number, (person, year_group) in enumerate(named, start=1):
        fields |= {
            f"person_{number}_name": person.name,
            f"person_{number}_email": person.email,
            f"person_{number}_role": str(person.role),
            f"person_{number}_year_group": year_group,
        }
    return fields


def _posted(fields: dict[str, Any]) -> QueryDict:
    query = QueryDict(mutable=True)
    for name, value in fields.items():
        query.setlist(name, value if isinstance(value, list) else [value])
    return query
