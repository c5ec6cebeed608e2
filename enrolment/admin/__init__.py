"""The admin of interest and places."""

from enrolment.admin import (
    briefings,
    expressions,
    offerings,
    openings,
    past,
    places,
    schools,
    spreadsheets,
    successions,
    tray,
)

__all__ = [
    "briefings",
    "expressions",
    "offerings",
    "openings",
    "past",
    "places",
    "schools",
    "spreadsheets",
    "successions",
    "tray",
]
