"""Which of the schools found a person may choose as theirs, and what is said of the others."""

from dataclasses import dataclass, field
from datetime import date

from django.utils.dateformat import format as format_date

from workgroups.models import School
from workgroups.search.words import fold

PROPOSED_TO_OPEN = 4


@dataclass
class Found:
    """What a search found, sorted by what a person can do with it; both best first."""

    choices: dict[School, str] = field(default_factory=dict)
    """The schools that can be chosen, each with what it was called before where that was found."""
    others: dict[School, str] = field(default_factory=dict)
    """Those that can't be chosen, each with the reason."""


def sort_found(schools: list[School]) -> Found:
    """A closed school with an open successor stands for that one, once."""
    found = Found()
    for school in schools:
        why_not = why_not_pickable(school)
        if not why_not:
            found.choices.setdefault(school, "")
        elif successor := open_successor(school):
            found.choices[successor] = found.choices.get(successor) or _former(school, successor)
        else:
            found.others[school] = why_not
    return found


def why_not_pickable(school: School) -> str:
    """Why nobody can choose this school as theirs, in words; empty where they can.

    The counterpart of ``School.objects.pickable()``: change both together.
    """
    if not school.is_in_england:
        return "Not a school in England"
    if school.status_code == PROPOSED_TO_OPEN:
        return "Not open yet"
    if school.is_open:
        return ""
    closed = f"Closed in {_month(school.closed_on)}" if school.closed_on else "Closed"
    if successor := open_successor(school):
        goes_on = "now called" if school.succeeded_by else "now part of"
        return f"{closed}, {goes_on} {successor.name} (URN {successor.urn})"
    return f"{closed}. It may have a new name or number: try the postcode"


def what_it_is(school: School) -> str:
    """What the register calls an open school that is no mainstream state primary; else nothing."""
    if school.is_open_mainstream or not school.is_open:
        return ""
    return school.phase_name if school.is_mainstream_state else school.type_name


def open_successor(school: School) -> School | None:
    """The school that a closed one goes on as, or as a part of, where that may be chosen."""
    successor = school.succeeded_by or school.merged_into
    if school.is_open or successor is None:
        return None
    return successor if successor.is_open and successor.is_in_england else None


def _former(school: School, successor: School) -> str:
    if fold(school.name) == fold(successor.name):
        return ""
    if not school.succeeded_by:
        since = f" in {_month(school.closed_on)}" if school.closed_on else ""
        return f"{school.name} (URN {school.urn}) became part of it{since}."
    until = f" until {_month(school.closed_on)}" if school.closed_on else ""
    return f"Was called {school.name} (URN {school.urn}){until}."


def _month(day: date) -> str:
    return format_date(day, "F Y")
