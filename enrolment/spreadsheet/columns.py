"""Guessing what the columns of a spreadsheet are, by their headings and by what stands in them."""

import re
from collections.abc import Callable, Sequence
from enum import StrEnum

from enrolment.spreadsheet.words import (
    Unreadable,
    find_postcode,
    guess_outcome,
    parse_urn,
    parse_year,
    without_postcode,
)
from workgroups.search import fold


class Role(StrEnum):
    """What a column can be; any other one is not read."""

    URN = "urn"
    NAME = "name"
    POSTCODE = "postcode"
    PROGRAMME = "programme"
    YEAR = "year"
    OUTCOME = "outcome"


# A heading that says so for certain, then one that may.
_HEADINGS: dict[Role, tuple[str, str]] = {
    Role.URN: (r"\burns?\b|unique reference", r"$^"),
    Role.NAME: (
        r"\bschools?$|\bschools? name\b|name of (?:the )?school|\bschool and postcode\b|"
        r"\bestablishment(?: ?name)?$",
        r"\bschools?\b|\bsetting\b|^name$|\bestablishment\b|\bacademy\b",
    ),
    Role.POSTCODE: (r"\bpost ?codes?\b", r"\bzip\b"),
    Role.PROGRAMME: (
        r"\bprog(?:ram(?:me)?)?s?\b",
        r"\bwork ?groups?\b|\bwgs?\b|\bproject\b|\bstage\b|\bstrand\b|\bcourse\b|\bphase of mastery\b",
    ),
    Role.YEAR: (r"\bacademic years?\b|^years?$|^ay$", r"\byears?\b(?! group)|\bcohort\b|\bwhen\b"),
    Role.OUTCOME: (
        r"\bcomplet(?:e|ed|ion)\b|\boutcome\b|\bdropped out\b",
        r"\bstatus\b|\bfinished\b|\bresult\b|\battended\b",
    ),
}
_CERTAIN, _POSSIBLE, _ENOUGH = 4, 2, 2
_SCHOOL_WORDS = re.compile(
    r"\b(?:school|primary|academy|infants?|juniors?|nursery|church|catholic|cofe|st|saint)\b"
)
_PEOPLE = re.compile(
    r"\b(?:teachers?|head|headteachers?|lead|leads|participants?|contact|email|e mail|phone)\b"
)
_LOOKED_AT = 50  # cells of a column
_LATEST_YEAR = 9_998
# “2019/20”, “AY 2019-20”, “Work Groups 2019”: a column of one year.
_YEAR_ALONE = re.compile(
    r"(?:(?:ay|(?:academic )?year|cohort|work ?groups?|wgs?|programmes?)[: ]*)?"
    r"(?:20)?\d\d(?: ?[/\\–—-] ?(?:20)?\d\d)?",
    re.IGNORECASE,
)


def looks_like_header(cells: Sequence[str]) -> bool:
    """At least two of the cells are headings of columns that are wanted; or one, beside years."""
    roles = [role for cell in cells if len(cell) <= 60 and (role := _surest_role(cell))]
    return len(set(roles)) > 1 or bool(roles and years_side_by_side(cells))


def years_side_by_side(headings: Sequence[str]) -> list[int]:
    """The places of columns that are each of one year; none where it is fewer than two."""
    places = [
        place
        for place, heading in enumerate(headings)
        if _YEAR_ALONE.fullmatch(heading) and _is_year(heading)
    ]
    years = {parse_year(headings[place], latest=_LATEST_YEAR) for place in places}
    return places if len(years) == len(places) > 1 else []


def names_programmes(heading: str) -> bool:
    """Whether a column with this heading says which programme is meant, beyond doubt."""
    return _said_by(Role.PROGRAMME, heading) == _CERTAIN


def guess_roles(headings: Sequence[str], columns: Sequence[Sequence[str]]) -> dict[Role, int]:
    """Which column is most likely what; each role and each column once at most."""
    scores = sorted(
        (
            (_score(role, heading, cells), -index, role)
            for index, (heading, cells) in enumerate(zip(headings, columns, strict=True))
            for role in Role
        ),
        reverse=True,
    )
    guessed: dict[Role, int] = {}
    for score, place, role in scores:
        if score >= _ENOUGH and role not in guessed and -place not in guessed.values():
            guessed[role] = -place
    return guessed


def _score(role: Role, heading: str, cells: Sequence[str]) -> float:
    """Up to 4 for the heading and up to 3 for the cells."""
    said = _said_by(role, heading)
    filled = [cell for cell in cells if cell][:_LOOKED_AT]
    share = sum(map(_TESTS[role], filled)) / len(filled) if filled else 0
    # Cells alone tell a URN, a postcode or a year, but not what a column of yes and no is about.
    alone = role in (Role.URN, Role.POSTCODE, Role.YEAR, Role.NAME)
    return said + 3 * share if said or (alone and share > 0.8) else 0


def _said_by(role: Role, heading: str) -> int:
    text = fold(heading)
    certain, possible = _HEADINGS[role]
    if re.search(certain, text):
        return _CERTAIN
    if _PEOPLE.search(text):
        return 0
    return _POSSIBLE if re.search(possible, text) else 0


def _surest_role(heading: str) -> Role | None:
    return next((role for role in Role if _said_by(role, heading)), None)


def _is_urn(cell: str) -> bool:
    try:
        return len(parse_urn(cell)) == 6
    except Unreadable:
        return False


def _is_postcode(cell: str) -> bool:
    return bool(find_postcode(cell)) and not without_postcode(cell)


def _is_year(cell: str) -> bool:
    try:
        parse_year(cell, latest=_LATEST_YEAR)
    except Unreadable:
        return False
    return True


_TESTS: dict[Role, Callable[[str], bool]] = {
    Role.URN: _is_urn,
    Role.NAME: lambda cell: bool(_SCHOOL_WORDS.search(fold(cell))),
    Role.POSTCODE: _is_postcode,
    Role.PROGRAMME: lambda cell: any(map(str.isalpha, cell)),
    Role.YEAR: _is_year,
    Role.OUTCOME: lambda cell: guess_outcome(cell) is not None,
}
