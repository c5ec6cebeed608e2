"""The admin of interest and places."""

from enrolment.admin import (
    bookings,
    briefings,
    expressions,
    mailings,
    offerings,
    openings,
    past,
    places,
    questions,
    schools,
    spreadsheets,
    successions,
    tray,
)

__all__ = [
    "bookings",
    "briefings",
    "expressions",
    "mailings",
    "offerings",
    "openings",
    "past",
    "places",
    "questions",
    "schools",
    "spreadsheets",
    "successions",
    "tray",
]
