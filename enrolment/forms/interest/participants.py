"""Whom the school means to send: names may follow."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from enrolment.forms.interest.contacts import MathsLeadPage, SenderRole, YouPage, is_sent_by
from enrolment.forms.interest.page import Page, Part, Row
from enrolment.forms.interest.programme import is_keen
from enrolment.forms.people import PeopleForm
from enrolment.models import InterestDraft, Participant
from enrolment.services.seats import NamedSeat


class ParticipantsPage(PeopleForm, Page):
    name = "participants"
    part = Part.PEOPLE
    title = "Who would take part?"
    template = "enrolment/interest/participants.html"

    def __init__(self, data: Mapping[str, Any] | None = None, *, draft: InterestDraft) -> None:
        assert draft.offering is not None
        self.seats = draft.offering.programme.seats_per_school
        super().__init__(
            data, draft=draft, rows=self.seats, known=_likely(draft), with_year_groups=True
        )

    @classmethod
    def is_asked(cls, draft: InterestDraft) -> bool:
        return is_keen(draft)

    def meaning(self) -> dict[str, Any]:
        return {"people": [asdict(person) for person in self.named_people()]}

    def told(self) -> list[Row]:
        people = self.named_people()
        words = "\n".join(map(_person_words, people))
        return [Row("Who would take part", words or "Names to follow")]


def _likely(draft: InterestDraft) -> list[NamedSeat]:
    """The maths lead usually comes: the name stands there already, to be changed at will."""
    page = YouPage.name if is_sent_by(draft, SenderRole.MATHS_LEAD) else MathsLeadPage.name
    name, email = draft.said(page, "full_name"), draft.said(page, "email")
    return [NamedSeat(name=name, email=email, role=Participant.Role.MATHS_LEAD)] if name else []


def _person_words(person: NamedSeat) -> str:
    role = Participant.Role(person.role).label
    return ", ".join(filter(None, [person.name or "Name to follow", role, person.year_group_words]))
