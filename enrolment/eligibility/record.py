"""What is asked for, and what is known of the school that asks, besides the register."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from workgroups.models import Programme


@dataclass(frozen=True)
class Step:
    """What is asked for: a programme in an academic year, what it follows, and what follows it."""

    offering_id: int
    programme: Programme
    start_year: int
    needs: tuple[Programme, ...] = ()
    leads_to: tuple[Programme, ...] = ()
    later: Mapping[Programme, tuple[Programme, ...]] = field(default_factory=dict)
    """All that comes after it, near or far, in the journey's order: each with what follows it."""


@dataclass(frozen=True)
class Took:
    """A programme that the school, or one whose history counts for it, took part in."""

    programme_id: int
    programme: str
    start_year: int
    year: str
    is_completed: bool | None = None  # None: not known, or still running
    as_school: str = ""  # the name then, where it was another school's
    also_as: tuple[str, ...] = ()  # names of schools before it that say the same


@dataclass(frozen=True)
class HubAnswer:
    """What the hub has decided, in place of the rules."""

    is_yes: bool
    reason: str


@dataclass(frozen=True)
class SchoolRecord:
    """What is known of a school besides the register; ``EMPTY`` where nothing is.

    ``asked`` holds references of expressions that wait or led to a place. It stays empty on pages
    that anybody may open: whether a school has asked is nobody else's business.
    """

    took: tuple[Took, ...] = ()
    has_mastery_specialist: bool = False
    answers: Mapping[int, HubAnswer] = field(default_factory=dict)  # by offering
    asked: Mapping[int, tuple[str, ...]] = field(default_factory=dict)  # by offering
    is_out_of_area: bool = False
    borough: str = ""
    other_hubs: tuple[str, ...] = ()  # of this deployment, that list the borough


EMPTY = SchoolRecord()
