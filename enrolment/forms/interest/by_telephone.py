"""What a school said on the telephone as pages of the form, so that its link leads on from there."""

from collections.abc import Iterator

from django.utils.datastructures import MultiValueDict

from enrolment.forms.interest.contacts import HeadteacherPage, MathsLeadPage
from enrolment.forms.interest.page import Kept, Page
from enrolment.forms.interest.participants import ParticipantsPage
from enrolment.forms.interest.programme import AppetitePage
from enrolment.models import InterestDraft
from enrolment.services.interest import InterestAnswers
from workgroups.models import Offering

Typed = dict[str, str]


def pages_of(answers: InterestAnswers, offering: Offering) -> dict[str, Kept]:
    """The pages that say what was told, by name.

    What was not asked, or does not fit its page, has none: the school is asked it when it changes
    its answers.
    """
    draft = InterestDraft(offering=offering, school=answers.school)
    for kind, typed in _typed(answers, offering):
        page = kind(MultiValueDict({name: [value] for name, value in typed.items()}), draft=draft)
        if page.is_valid():
            draft.answers = draft.answers | {kind.name: page.kept()}
    return draft.answers


def _typed(answers: InterestAnswers, offering: Offering) -> Iterator[tuple[type[Page], Typed]]:
    """The pages that were spoken of, as they would have been filled in."""
    yield AppetitePage, {"appetite": str(answers.appetite)}
    yield HeadteacherPage, _contact(answers.headteacher_name, answers.headteacher_email)
    if answers.maths_lead_name:
        yield MathsLeadPage, _contact(answers.maths_lead_name, answers.maths_lead_email)
    people = answers.intended_participants
    if 0 < len(people) <= offering.programme.seats_per_school:
        yield (
            ParticipantsPage,
            {
                f"person_{number}_{part}": str(getattr(person, part))
                for number, person in enumerate(people, start=1)
                for part in ("name", "email", "role", "year_group")
            },
        )


def _contact(name: str, email: str) -> Typed:
    """Staff have read the address back: it is not asked about once more."""
    return {"full_name": name, "email": email, "email_is_right": email}
