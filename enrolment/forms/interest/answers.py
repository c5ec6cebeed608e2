"""What a finished draft tells the hub, as the service takes it."""

from enrolment.forms.interest.contacts import SenderRole
from enrolment.forms.interest.pages import Way
from enrolment.services.interest import InterestAnswers
from enrolment.services.seats import NamedSeat

# What stands in an expression's further answers, by the page that asks.
_FURTHER = (
    ("barriers", "barriers"),
    ("preferences", "groups"),
    ("preferences", "days"),
    ("preferences", "modes"),
    ("commitment", "release"),
    ("commitment", "attendance"),
    ("commitment", "visits"),
    ("questions", "questions"),
    ("anything-else", "anything_else"),
    ("privacy", "privacy"),
)


def answers_of(way: Way) -> InterestAnswers:
    """What the pages that are asked say; all of them must be answered."""
    draft = way.draft
    asked = {page.name for page in way.pages}
    role = draft.said("you", "role")
    head = "you" if role == SenderRole.HEADTEACHER else "headteacher"
    lead = "you" if role == SenderRole.MATHS_LEAD else "maths-lead"
    further = {name: draft.said(page, name) for page, name in _FURTHER if page in asked}
    people = draft.said("participants", "people") if "participants" in asked else []
    return InterestAnswers(
        school=draft.school,
        school_as_typed=draft.school_as_typed,
        sender_role=role,
        sender_name=draft.said("you", "full_name"),
        sender_email=draft.said("you", "email"),
        headteacher_name=draft.said(head, "full_name"),
        headteacher_email=draft.said(head, "email"),
        maths_lead_name=draft.said(lead, "full_name"),
        maths_lead_email=draft.said(lead, "email"),
        appetite=draft.said("appetite", "appetite"),
        appetite_reason=draft.said("appetite", "appetite_reason"),
        intended_participants=tuple(NamedSeat(**person) for person in people),
        further={name: answer for name, answer in further.items() if answer},
        told=tuple((row.question, row.answer) for _, rows in way.summary() for row in rows),
    )
