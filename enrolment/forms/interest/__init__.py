"""The form of interest, one thing a page."""

from enrolment.forms.interest.answers import answers_of
from enrolment.forms.interest.page import Page, Part, Row, in_a_list
from enrolment.forms.interest.pages import PAGES, Way, sent_rows
from enrolment.forms.interest.school import SchoolPage

__all__ = [
    "PAGES",
    "Page",
    "Part",
    "Row",
    "SchoolPage",
    "Way",
    "answers_of",
    "in_a_list",
    "sent_rows",
]
