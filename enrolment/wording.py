"""What hubs may word in e-mails about interest and briefings: the names that are filled in, examples.

None of the names is what somebody typed into a form: anyone can name any stranger as its reader.
"""

from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime

from mathshub.outbox.kinds import Worded
from mathshub.outbox.wording_text import Placeholder

A_DAY = "a day that we will tell you"


def _day(day: date) -> str:
    """“Thursday 14 January 2027”, in London."""
    return date_format(localtime(day) if isinstance(day, datetime) else day, "l j F Y")


def _closing_day(offering: str) -> Placeholder:
    return Placeholder(
        "closing day", "the last day to say so", f"{offering}.closes_on", A_DAY, _day
    )


_EXPRESSION = (
    Placeholder("school", "the school in the register", "expression.school.name", "your school"),
    Placeholder("programme", "the programme", "expression.offering.programme", "the programme"),
    Placeholder("year", "the academic year", "expression.offering.academic_year", "this year"),
    _closing_day("expression.offering"),
    Placeholder(
        "decided by", "the day you decide by", "expression.offering.decisions_by", A_DAY, _day
    ),
)
_REFERENCE = Placeholder("reference", "the reference", "expression.reference", "this form")
_OWN_REFERENCE = Placeholder("reference", "the reference", "sent.reference", "this form")

_OFFERING = {
    "programme": "Teaching for Mastery: Development",
    "academic_year": "2026/27",
    "closes_on": date(2026, 12, 18),
    "decisions_by": date(2027, 1, 22),
}
_EXAMPLE: dict[str, Any] = {
    "expression": {
        "reference": "MH-7K2P9",
        "school": {"name": "Plainfields Primary School"},
        "offering": _OFFERING,
        "get_sender_role_display": "the maths lead",
    },
    "sent": {"reference": "MH-7K2P9", "appetite": "yes"},
    "facts": [
        ("Reference", "MH-7K2P9"),
        ("School", "Plainfields Primary School"),
        ("Programme", _OFFERING["programme"]),
        ("Year", _OFFERING["academic_year"]),
    ],
    "parts": "follows it",
    "manage_url": "#",
    "new_url": "#",
}

WORDED_INTEREST = Worded("Interest", (*_EXPRESSION, _REFERENCE), _EXAMPLE)
WORDED_RECEIVED = Worded(
    "Interest",
    (*_EXPRESSION, _REFERENCE),
    _EXAMPLE,
    note="A school that says “maybe” or “not this year” reads the portal’s own opening, which "
    "repeats its answer.",
)
WORDED_FURTHER_FORM = Worded("Interest", (*_EXPRESSION, _OWN_REFERENCE), _EXAMPLE)
WORDED_DRAFT = Worded(
    "Interest",
    (
        Placeholder("programme", "the programme", "draft.offering.programme", "a programme"),
        _closing_day("draft.offering"),
        Placeholder("kept until", "how long the form is kept", "kept_until", A_DAY, _day),
    ),
    {"draft": {"offering": _OFFERING}, "kept_until": date(2026, 12, 27), "draft_url": "#"},
)
WORDED_OPENING = Worded(
    "Interest",
    (
        Placeholder("programme", "the programme", "offering.programme", "the programme"),
        Placeholder("year", "the academic year", "offering.academic_year", "this year"),
        _closing_day("offering"),
    ),
    {"offering": _OFFERING, "form_url": "#", "page_url": "#", "stop_url": "#"},
)

_BRIEFING = (
    Placeholder("school", "the school in the register", "booking.school", "your school"),
    Placeholder("borough", "the borough", "briefing.local_authority", "your borough"),
    Placeholder("year", "the academic year", "briefing.academic_year", "this year"),
    Placeholder("day", "the day of the briefing", "briefing.day", A_DAY),
    Placeholder("time", "from when to when", "briefing.hours", "a time that we will tell you"),
    Placeholder("place", "where it is", "briefing.where", "a place that we will tell you"),
)
_BRIEFING_EXAMPLE: dict[str, Any] = {
    "briefing": {
        "local_authority": "Hackney",
        "academic_year": "2027/28",
        "day": "Thursday 18 March 2027",
        "hours": "16:00 to 17:00",
        "where": "Plainfields Primary School",
    },
    "booking": {"school": "Plainfields Primary School", "is_booked": True, "has_come": True},
    "facts": [
        ("When", "Thursday 18 March 2027, 16:00 to 17:00"),
        ("Where", "Plainfields Primary School"),
    ],
    "has_moved": True,
    "manage_url": "#",
    "others_url": "#",
    "briefing_url": "#",
    "interest_url": "#",
}
WORDED_BRIEFING = Worded("Briefings", _BRIEFING, _BRIEFING_EXAMPLE, by_programme=False)
WORDED_FOLLOW_UP = Worded(
    "Briefings",
    _BRIEFING,
    _BRIEFING_EXAMPLE,
    by_programme=False,
    note="It goes to those who came and to those who booked and did not: the words must suit both.",
)
