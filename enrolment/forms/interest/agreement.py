"""What the headteacher agrees to, and the privacy notice."""

from django import forms
from django.contrib.humanize.templatetags.humanize import apnumber

from enrolment.forms.interest.page import Page, Part, Row
from enrolment.forms.interest.programme import is_keen
from enrolment.models import InterestDraft


class CommitmentPage(Page):
    name = "commitment"
    part = Part.WISHES
    title = "What the headteacher agrees to"
    template = "enrolment/interest/commitment.html"

    release = forms.BooleanField(
        error_messages={
            "required": "Tick the box to say that the headteacher agrees to release staff."
        }
    )
    attendance = forms.BooleanField(
        label="The people named take part in all of it, or the school sends somebody in their place",
        error_messages={
            "required": "Tick the box to say that the school will take part in it all."
        },
    )
    visits = forms.BooleanField(
        label="A Mastery Specialist may visit the school, and lessons may be seen",
        error_messages={"required": "Tick the box to say that a specialist may visit the school."},
    )

    @classmethod
    def is_asked(cls, draft: InterestDraft) -> bool:
        return is_keen(draft)

    def fill(self, draft: InterestDraft) -> None:
        assert draft.offering is not None
        programme = draft.offering.programme
        self.fields["release"].label = (
            "Staff are released for every session "
            f"({apnumber(programme.usual_sessions)} over the year)"
        )
        if not programme.has_visits:
            del self.fields["visits"]

    def told(self) -> list[Row]:
        return [
            Row("The headteacher agrees", "\n".join(str(f.label) for f in self.fields.values()))
        ]


class PrivacyPage(Page):
    name = "privacy"
    part = Part.SENDING
    title = "How we use what you send"
    template = "enrolment/interest/privacy.html"

    privacy = forms.BooleanField(
        label="I have read how the hub uses what I send",
        error_messages={"required": "Tick the box to say that you have read the privacy notice."},
    )

    def told(self) -> list[Row]:
        return [Row("Privacy notice", "Read")]
