"""Who takes part: expressions of interest, places, seats, briefings."""

from enrolment.models.briefings import Briefing
from enrolment.models.interest import ExpressionOfInterest, IntendedParticipant
from enrolment.models.places import Participant, Place, Seat

__all__ = [
    "Briefing",
    "ExpressionOfInterest",
    "IntendedParticipant",
    "Participant",
    "Place",
    "Seat",
]
