"""The admin of interest and places."""

from enrolment.admin import briefings, expressions, offerings, places, schools, successions

__all__ = ["briefings", "expressions", "offerings", "places", "schools", "successions"]
