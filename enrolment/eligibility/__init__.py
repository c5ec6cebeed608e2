"""Whether a school can take part in a programme in a year, and why. Never a refusal.

A pure function over rows: it asks no query and no clock (enrolment/services/records.py gathers what
it is given). Each question about the school is a function that returns a finding or None.
"""

from enrolment.eligibility.answer import Answer, Eligibility, Finding, Reason
from enrolment.eligibility.check import check_eligibility
from enrolment.eligibility.record import EMPTY, HubAnswer, SchoolRecord, Step, Took

__all__ = [
    "EMPTY",
    "Answer",
    "Eligibility",
    "Finding",
    "HubAnswer",
    "Reason",
    "SchoolRecord",
    "Step",
    "Took",
    "check_eligibility",
]
