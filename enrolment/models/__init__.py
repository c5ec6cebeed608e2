"""Who takes part: expressions of interest, places, seats, briefings, and the past."""

from enrolment.models.briefings import Briefing
from enrolment.models.history import (
    EligibilityOverride,
    HistoryImport,
    KnownSchool,
    PastParticipation,
    UnmatchedLine,
)
from enrolment.models.interest import ExpressionOfInterest, IntendedParticipant
from enrolment.models.openings import OpeningNotice
from enrolment.models.places import Participant, Place, Seat

__all__ = [
    "Briefing",
    "EligibilityOverride",
    "ExpressionOfInterest",
    "HistoryImport",
    "IntendedParticipant",
    "KnownSchool",
    "OpeningNotice",
    "Participant",
    "PastParticipation",
    "Place",
    "Seat",
    "UnmatchedLine",
]
