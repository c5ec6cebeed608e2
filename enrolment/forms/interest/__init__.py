"""The form of interest, one thing a page."""

from enrolment.forms.interest.answers import answers_of
from enrolment.forms.interest.page import Page
from enrolment.forms.interest.pages import PAGES, Way, sent_rows
from enrolment.forms.interest.school import LONGEST_SCHOOL, NOT_LISTED, SchoolPage, pickable_school

__all__ = [
    "LONGEST_SCHOOL",
    "NOT_LISTED",
    "PAGES",
    "Page",
    "SchoolPage",
    "Way",
    "answers_of",
    "pickable_school",
    "sent_rows",
]
