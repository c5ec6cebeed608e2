"""The way through the form of interest: which pages a draft is asked, and how far it has come."""

from dataclasses import dataclass
from functools import cached_property

from enrolment.forms.interest.agreement import CommitmentPage, PrivacyPage
from enrolment.forms.interest.contacts import HeadteacherPage, MathsLeadPage, YouPage
from enrolment.forms.interest.page import Page, Row
from enrolment.forms.interest.participants import ParticipantsPage
from enrolment.forms.interest.programme import AppetitePage, ProgrammePage
from enrolment.forms.interest.questions import QuestionsPage
from enrolment.forms.interest.school import SchoolPage
from enrolment.forms.interest.wishes import AnythingElsePage, BarriersPage, PreferencesPage
from enrolment.models import ExpressionOfInterest, InterestDraft

PAGES: tuple[type[Page], ...] = (
    SchoolPage,
    ProgrammePage,
    AppetitePage,
    YouPage,
    HeadteacherPage,
    MathsLeadPage,
    ParticipantsPage,
    PreferencesPage,
    BarriersPage,
    CommitmentPage,
    QuestionsPage,
    AnythingElsePage,
    PrivacyPage,
)
NOT_CHANGED = (SchoolPage, ProgrammePage, YouPage)
"""What stays once the form is sent: another school or programme is another form; people who leave
hand their part over."""


@dataclass(frozen=True)
class Way:
    """The pages of one draft, in order. Asks the database about the hub's own questions at most."""

    draft: InterestDraft

    @cached_property
    def pages(self) -> list[type[Page]]:
        """What is asked, as far as that can be told: the programme decides on the pages after it."""
        known = len(PAGES) if self.draft.offering_id else 2
        left_out = NOT_CHANGED if self.draft.changes_id else ()
        return [
            page for page in PAGES[:known] if page not in left_out and page.is_asked(self.draft)
        ]

    def page(self, name: str) -> type[Page] | None:
        """The page of that name, or None where the draft is not asked it."""
        return next((page for page in self.pages if page.name == name), None)

    def is_answered(self, page: type[Page]) -> bool:
        if page is SchoolPage:
            return bool(self.draft.school_id or self.draft.school_as_typed)
        return page.name in self.draft.complete_answers

    @property
    def first_open(self) -> str:
        """The name of the first page that waits for an answer; empty when none does."""
        return next((page.name for page in self.pages if not self.is_answered(page)), "")

    def before(self, page: type[Page]) -> str:
        """The name of the page before that one; empty for the first."""
        at = self.pages.index(page)
        return self.pages[at - 1].name if at else ""

    def summary(self) -> list[tuple[str, list[Row]]]:
        """The answers so far in words, by the page's name."""
        return [(page.name, self._told(page)) for page in self.pages if self.is_answered(page)]

    def _told(self, page: type[Page]) -> list[Row]:
        if page is SchoolPage:
            return [Row("School", _school_words(self.draft))]
        return [Row(*row) for row in self.draft.answers[page.name]["told"]]


def _school_words(draft: InterestDraft) -> str:
    if draft.school is None:
        return f"{draft.school_as_typed} (we will find it in the register)"
    return f"{draft.school.name}\n{draft.school.whereabouts}"


def sent_rows(expression: ExpressionOfInterest) -> list[Row]:
    """What a web form said in words; nothing where the hub entered it, or it has been emptied."""
    told = (expression.pages[page.name]["told"] for page in PAGES if page.name in expression.pages)
    return [Row(*row) for rows in told for row in rows]
