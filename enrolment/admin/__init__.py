"""The admin of interest and places."""

from enrolment.admin import (
    briefings,
    expressions,
    offerings,
    past,
    places,
    questions,
    schools,
    spreadsheets,
    successions,
    tray,
)

__all__ = [
    "briefings",
    "expressions",
    "offerings",
    "past",
    "places",
    "questions",
    "schools",
    "spreadsheets",
    "successions",
    "tray",
]
