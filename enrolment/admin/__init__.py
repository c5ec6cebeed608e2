"""The admin of interest and places."""

from enrolment.admin import briefings, expressions, offerings, places, schools

__all__ = ["briefings", "expressions", "offerings", "places", "schools"]
