"""Which schools of the register are meant by what hubs type: thousands at once, in a few queries.

Only a certain match is taken. Whatever else is found is told to a person, with the reason.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.utils.text import get_text_list

from enrolment.spreadsheet.words import find_postcode, without_postcode
from mathshub.scope import current_hub
from workgroups.area import OUTSIDE, area_of
from workgroups.models import School, SchoolLink
from workgroups.search import in_one_spelling, likely_schools, telling

SIMILAR = 0.8  # of 1: names at one postcode that are as like as this mean the same school
NAMED_IN_REASON = 3
NAMED_ALIKE = 30  # schools looked at for those of the area: many have the name of a saint
LIKELY = 8  # schools that are offered as buttons
_URN_AT_END = re.compile(r"(?:, |^)URN (\d{5,6})$")
_SAYS_NOTHING = frozenset(("the", "school"))


class TypedSchool(NamedTuple):
    """A school as somebody typed it; parts that were not given are empty."""

    urn: str = ""
    name: str = ""
    postcode: str = ""

    def __str__(self) -> str:
        parts = (self.name, self.postcode, self.urn and f"URN {self.urn}")
        return ", ".join(filter(None, parts))


@dataclass(frozen=True)
class Match:
    """The one school that is meant for certain, or why a person has to say."""

    school: School | None
    reason: str = ""


class SchoolMatcher:
    """Matches schools for the hub in scope; asks the register a few questions, however many.

    ``match`` then asks none.
    """

    def __init__(self, typed: Iterable[TypedSchool]) -> None:
        wanted = set(typed)
        self._by_urn = {
            school.urn: school
            for school in _schools().filter(urn__in={each.urn for each in wanted if each.urn})
        }
        named = [each for each in wanted if not each.urn]
        self._at_postcode = _grouped(
            _schools().filter(postcode__in={each.postcode for each in named if each.postcode}),
            key=lambda school: school.postcode,
        )
        boroughs = current_hub().local_authorities.all()
        in_area = _schools().filter(local_authority__in=boroughs) if named else ()
        self._named_in_area = _grouped(in_area, key=lambda school: name_key(school.name))
        self._to_ask_about = _with_several_successors(self._all_found())
        self._area = area_of(self._all_found())

    def match(self, typed: TypedSchool) -> Match:
        """The school that is meant, or the reason why a person has to say which."""
        if typed.urn:
            school = self._by_urn.get(typed.urn)
            if school is None:
                return Match(None, f"The register has no school with the URN {typed.urn}.")
            return self._checked(school)
        if not typed.name:
            return Match(None, "Neither a URN nor a name stands there.")
        return self._match_by_name(typed)

    def _match_by_name(self, typed: TypedSchool) -> Match:
        if there := _as_one(_likely(typed.name, self._at_postcode.get(typed.postcode, []))):
            return self._checked(there[0]) if len(there) == 1 else _several(there)
        of_this_name = _as_one(self._named_in_area.get(name_key(typed.name), []))
        if len(of_this_name) > 1:
            return _several(of_this_name)
        if not of_this_name:
            return Match(None, "No school of our area has just this name: say which one is meant.")
        [school] = of_this_name
        if typed.postcode and _district(typed.postcode) != _district(school.postcode):
            return Match(
                None, f"{school} has another postcode: {school.postcode or 'none'}. Is it this one?"
            )
        return self._checked(school)

    def _checked(self, school: School) -> Match:
        """What a school that was found may still need a person's word for."""
        if school.urn in self._to_ask_about:
            return Match(
                None,
                f"{school} has closed, and was merged or split: say whether it counts for it or "
                "for one that came after it.",
            )
        if school.local_authority_id in self._area.own:
            return Match(school)
        borough = school.local_authority.name if school.local_authority else "no borough"
        theirs = get_text_list([*self._area.others_of(school)], "and")
        whose = f" but in that of {theirs}" if theirs else ""
        return Match(
            None, f"{school} is in {borough}, {OUTSIDE}{whose}. Confirm that it is this one."
        )

    def _all_found(self) -> list[School]:
        groups = [*self._at_postcode.values(), *self._named_in_area.values()]
        return [*self._by_urn.values(), *(school for group in groups for school in group)]


def name_key(name: str) -> str:
    """A name in which only the words that tell schools apart count, each in one spelling."""
    return " ".join(word for word in in_one_spelling(name) if word not in _SAYS_NOTHING)


def _likely(typed: str, schools: list[School]) -> list[School]:
    """Those at the postcode that was typed whose name is the same; if none, is near enough."""
    same = [school for school in schools if name_key(school.name) == name_key(typed)]
    return same or [school for school in schools if _is_like(typed, school)]


def _is_like(typed: str, school: School) -> bool:
    given, wanted = telling(in_one_spelling(typed)), telling(in_one_spelling(school.name))
    if not given or not wanted:
        return name_key(typed) == name_key(school.name)
    if set(given) <= set(wanted) or set(wanted) <= set(given):
        return True
    return SequenceMatcher(None, " ".join(given), " ".join(wanted)).ratio() >= SIMILAR


def _as_one(schools: list[School]) -> list[School]:
    """Without closed schools that one of the others has followed, at the same site or by a link."""
    followed = {
        school.pk
        for school in schools
        for other in schools
        if not school.is_open
        and other.is_open
        and (school.succeeded_by_id == other.pk or _is_same_site(school, other))
    }
    return [school for school in schools if school.pk not in followed]


def _is_same_site(school: School, other: School) -> bool:
    return school.postcode == other.postcode and name_key(school.name) == name_key(other.name)


def _several(schools: list[School]) -> Match:
    named = "; ".join(f"{each} ({each.postcode or each.urn})" for each in schools[:NAMED_IN_REASON])
    more = len(schools) - NAMED_IN_REASON
    rest = f" and {more} more" if more > 0 else ""
    return Match(None, f"{len(schools)} schools could be meant: {named}{rest}.")


def _district(postcode: str) -> str:
    return postcode.partition(" ")[0]


def _schools() -> QuerySet[School]:
    return School.objects.select_related("local_authority").defer("search_text").order_by("pk")


def _grouped(schools: Iterable[School], *, key: Callable[[School], str]) -> dict[str, list[School]]:
    groups: dict[str, list[School]] = defaultdict(list)
    for school in schools:
        groups[key(school)].append(school)
    return groups


def _with_several_successors(schools: list[School]) -> set[str]:
    """The URNs of closed schools whose history only a person can give to another."""
    closed = {school.urn for school in schools if not school.is_open}
    links = SchoolLink.objects.for_a_person().filter(predecessor_urn__in=closed)
    return set(links.values_list("predecessor_urn", flat=True))


def schools_meant_by(typed: str, *, area: Container[int]) -> list[School]:
    """Schools that a person may have meant by the words of a ``TypedSchool``, likeliest first.

    Of a URN, those that came after it too; of a name, first those of ``area`` (boroughs by id).
    """
    urn = _URN_AT_END.search(typed)
    found: list[School] = []
    if urn:
        after = SchoolLink.objects.filter(predecessor_urn=urn[1]).values("successor_urn")
        found += _schools().filter(Q(urn=urn[1]) | Q(urn__in=after))
    found += likely_schools(find_postcode(typed), limit=LIKELY)
    named = likely_schools(without_postcode(_URN_AT_END.sub("", typed)), limit=NAMED_ALIKE)
    found += sorted(named, key=lambda school: school.local_authority_id not in area)
    return list(dict.fromkeys(found))[:LIKELY]
