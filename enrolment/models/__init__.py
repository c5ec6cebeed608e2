"""Who takes part: expressions of interest, places, seats, briefings, and the past."""

from enrolment.models.briefings import Briefing, BriefingBooking, BriefingFlyer
from enrolment.models.drafts import InterestDraft
from enrolment.models.history import (
    EligibilityOverride,
    HistoryImport,
    KnownSchool,
    PastParticipation,
    UnmatchedLine,
)
from enrolment.models.interest import ExpressionOfInterest, FurtherForm, IntendedParticipant
from enrolment.models.mailings import Mailing, MailingFile
from enrolment.models.openings import OpeningNotice
from enrolment.models.places import Participant, Place, Seat
from enrolment.models.questions import Question

__all__ = [
    "Briefing",
    "BriefingBooking",
    "BriefingFlyer",
    "EligibilityOverride",
    "ExpressionOfInterest",
    "FurtherForm",
    "HistoryImport",
    "IntendedParticipant",
    "InterestDraft",
    "KnownSchool",
    "Mailing",
    "MailingFile",
    "OpeningNotice",
    "Participant",
    "PastParticipation",
    "Place",
    "Question",
    "Seat",
    "UnmatchedLine",
]
