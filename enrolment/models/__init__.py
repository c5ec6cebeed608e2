"""Who takes part: expressions of interest, places, seats, briefings, and the past."""

from enrolment.models.briefings import Briefing, BriefingBooking, BriefingFlyer
from enrolment.models.history import (
    EligibilityOverride,
    HistoryImport,
    KnownSchool,
    PastParticipation,
    UnmatchedLine,
)
from enrolment.models.interest import ExpressionOfInterest, IntendedParticipant
from enrolment.models.places import Participant, Place, Seat

__all__ = [
    "Briefing",
    "BriefingBooking",
    "BriefingFlyer",
    "EligibilityOverride",
    "ExpressionOfInterest",
    "HistoryImport",
    "IntendedParticipant",
    "KnownSchool",
    "Participant",
    "PastParticipation",
    "Place",
    "Seat",
    "UnmatchedLine",
]
