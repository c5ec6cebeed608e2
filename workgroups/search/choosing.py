"""Which of the schools found a person may choose as theirs, and what is said of the others."""

from dataclasses import dataclass, field
from datetime import date

from django.utils.dateformat import format as format_date
from django.utils.text import get_text_list

from workgroups.models import School
from workgroups.search.words import fold

PROPOSED_TO_OPEN = 4


@dataclass
class Found:
    """What a search found, sorted by what a person can do with it; both best first."""

    nearest: dict[School, str] = field(default_factory=dict)
    """Those that can't be chosen and fit better than any that can, each with the reason."""
    choices: dict[School, str] = field(default_factory=dict)
    """The schools that can be chosen, each with what it was called before where that was found."""
    others: dict[School, str] = field(default_factory=dict)
    """The rest of those that can't be chosen, each with the reason."""


def sort_found(schools: list[School]) -> Found:
    """``schools`` come best first; a closed one with an open successor stands for that one, once."""
    found = Found()
    for school in schools:
        why_not = why_not_pickable(school)
        if not why_not:
            found.choices.setdefault(school, "")
        elif successor := open_successor(school):
            found.choices[successor] = found.choices.get(successor) or _former(school, successor)
        else:
            (found.others if found.choices else found.nearest)[school] = why_not
    if not found.choices:
        found.nearest, found.others = {}, found.nearest
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
    if successor := _told_successor(school):
        goes_on = "now called" if successor == school.succeeded_by else "now part of"
        return f"{closed}, {goes_on} {_with_urn(successor)}"
    if school.linked_to:
        return f"{closed} and {_where_it_went(school)}"
    return f"{closed}. It may have a new name or number: try the postcode"


def what_it_is(school: School) -> str:
    """What the register calls an open school that is no mainstream state primary; else nothing."""
    if school.is_open_mainstream or not school.is_open:
        return ""
    return school.phase_name if school.is_mainstream_state else school.type_name


def open_successor(school: School) -> School | None:
    """The one open school that a closed one goes on as, or as a part of, where it may be chosen.

    Of several that the register names, as after a split, nobody knows which is meant.
    """
    if school.is_open:
        return None
    only = school.linked_to[0] if len(school.linked_to) == 1 else None
    return _told_successor(school) or only


def _told_successor(school: School) -> School | None:
    """By a simple succession, or as the hub decided."""
    successor = school.succeeded_by or school.merged_into
    return successor if successor and successor.is_open and successor.is_in_england else None


def _where_it_went(school: School) -> str:
    """As the register's links have it, whether or not anybody decided whose history counts."""
    names = get_text_list([_with_urn(each) for each in school.linked_to], "and")
    if not school.was_split:
        return f"became part of {names}"
    return (
        f"was split: one part is {names}" if open_successor(school) else f"was split into {names}"
    )


def _with_urn(school: School) -> str:
    return f"{school.name} (URN {school.urn})"


def _former(school: School, successor: School) -> str:
    if fold(school.name) == fold(successor.name):
        return ""
    if successor == school.succeeded_by:
        until = f" until {_month(school.closed_on)}" if school.closed_on else ""
        return f"Was called {_with_urn(school)}{until}."
    since = f" in {_month(school.closed_on)}" if school.closed_on else ""
    if school.was_split and not school.merged_into:
        return f"{_with_urn(school)} was split{since}: this is one part of it."
    return f"{_with_urn(school)} became part of it{since}."


def _month(day: date) -> str:
    return format_date(day, "F Y")
