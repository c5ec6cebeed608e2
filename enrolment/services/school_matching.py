"""Which schools of the register are meant by what hubs type: thousands at once, in a few queries.

Only a certain match is taken. Whatever else is found is told to a person, with the reason.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import product
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
_URN_AT_END = re.compile(r"(?:, |^)URN (.*)$")
_SAYS_NOTHING = frozenset(("the", "school"))
# In the names of so many schools that two of them may well share it.
_IN_MANY_NAMES = frozenset(("and", "church", "cofe", "lane", "our", "rc", "road", "st", "street"))


class TypedSchool(NamedTuple):
    """A school as somebody typed it; parts that were not given are empty."""

    urn: str = ""
    name: str = ""
    postcode: str = ""
    unreadable_urn: str = ""

    def __str__(self) -> str:
        urn = self.urn or self.unreadable_urn
        parts = (self.name, self.postcode, urn and f"URN {urn}")
        return ", ".join(filter(None, parts))

    def unlike(self, school: School) -> str:
        """Name and postcode as they were typed, where the school has others; else nothing."""
        has_name = not self.name or name_key(self.name) == name_key(school.name)
        if has_name and self.postcode in ("", school.postcode):
            return ""
        return str(TypedSchool(name=self.name, postcode=self.postcode))


@dataclass(frozen=True)
class Match:
    """The one school that is meant for certain, or none."""

    school: School | None
    reason: str = ""
    """Why a person has to say; of a certain school, what a person should know of how it was found."""


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
        doubted = {
            each: school
            for each in wanted
            if (school := self._by_urn.get(each.urn)) and _may_not_fit(each, school)
        }
        self._kin = _kin_of(doubted.values())
        named = [each for each in wanted if not each.urn or each in doubted]
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
            return self._contradiction(typed, school) or self._checked(school)
        if not typed.name:
            return Match(None, "Neither a URN nor a name stands there.")
        match = self._match_by_name(typed)
        return _without_urn(typed, match) if typed.unreadable_urn else match

    def _contradiction(self, typed: TypedSchool, school: School) -> Match | None:
        """That the name and the postcode beside a URN clearly speak of another school.

        The names and postcodes of the schools before and after it are as good as its own.
        """
        if not _may_not_fit(typed, school):
            return None
        kin = [school, *self._kin[school.pk]]
        if any(typed.postcode == each.postcode for each in kin if each.postcode):
            return None
        there = _as_one(_likely(typed.name, self._at_postcode.get(typed.postcode, [])))
        is_another = bool(there) and not set(there) & set(kin)
        if not is_another and any(_fits(typed, each) for each in kin):
            return None
        named = self._named_in_area.get(name_key(typed.name), [])
        of_this_name = _as_one([each for each in named if each not in kin])
        return _which_of_them(typed, school, there=there, of_this_name=of_this_name)

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


def _may_not_fit(typed: TypedSchool, school: School) -> bool:
    """What stands beside the URN is not plainly the school's: its kin has to be looked at."""
    return typed.postcode != school.postcode if typed.postcode else not _fits(typed, school)


def _fits(typed: TypedSchool, school: School) -> bool:
    """A word that tells schools apart is in both names, or nearly; a name without any says nothing."""
    given = _naming(typed.name)
    if not given:
        return not typed.postcode
    wanted = _naming(school.name)
    if set(given) & set(wanted):
        return True
    pairs = [*product(given, wanted), ("".join(given), "".join(wanted))]
    return any(SequenceMatcher(None, *pair).ratio() >= SIMILAR for pair in pairs)


def _naming(name: str) -> list[str]:
    words = telling(in_one_spelling(name))
    return [word for word in words if word not in _IN_MANY_NAMES] or words


def _which_of_them(
    typed: TypedSchool, school: School, *, there: list[School], of_this_name: list[School]
) -> Match:
    of_urn = f"URN {typed.urn} is {school} ({school.postcode or 'no postcode'})"
    for found, words in ((there, "the name and postcode are"), (of_this_name, "the name is")):
        if len(found) == 1:
            [other] = found
            whose = f"{words} {other}’s ({other.postcode or 'no postcode'}, URN {other.urn})"
            return Match(None, f"{of_urn}, but {whose}. Which one is meant?")
    beside = get_text_list(
        [word for word, part in (("name", typed.name), ("postcode", typed.postcode)) if part], "and"
    )
    return Match(
        None, f"{of_urn}, which does not fit the {beside} beside it. Which school is meant?"
    )


def _without_urn(typed: TypedSchool, match: Match) -> Match:
    """Only name and postcode together make up for a URN that was mistyped."""
    wrong = f"URN “{typed.unreadable_urn}” can’t be right"
    school = match.school
    if school is None:
        return Match(None, f"{wrong}. {match.reason}")
    if typed.postcode and typed.postcode == school.postcode:
        return Match(school, f"{wrong}; matched by name and postcode.")
    where = school.postcode or f"URN {school.urn}"
    return Match(None, f"{wrong}, and only the name fits: {school} ({where}). Is it this one?")


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


def _kin_of(schools: Iterable[School]) -> dict[int, list[School]]:
    """By id: the schools that went before each of these, and those that came after it."""
    of = {school.urn: school for school in schools}
    kin: dict[int, list[School]] = {school.pk: [] for school in of.values()}
    links = SchoolLink.objects.filter(Q(predecessor_urn__in=of) | Q(successor_urn__in=of))
    linked, ended = defaultdict(set), defaultdict(set)
    for before, after in links.values_list("predecessor_urn", "successor_urn"):
        linked[before].update([of[after].pk] if after in of else [])
        linked[after].update([of[before].pk] if before in of else [])
    for school in of.values():
        ended[school.succeeded_by_id].add(school.pk)
    ends = Q(pk__in=ended.keys() - {None}) | Q(succeeded_by__in=kin)
    near = _schools().filter(ends | Q(urn__in=list(linked)))
    for each in near if of else []:
        for pk in kin.keys() & {each.succeeded_by_id, *linked[each.urn], *ended[each.pk]}:
            kin[pk].append(each)
    return kin


def schools_meant_by(typed: str, *, area: Container[int]) -> list[School]:
    """Schools that a person may have meant by the words of a ``TypedSchool``, likeliest first.

    Of a URN, first its own and the one that has the name; then those that came after it too. Of a
    name, first those of ``area`` (boroughs by id).
    """
    urn = _URN_AT_END.search(typed)
    name = without_postcode(_URN_AT_END.sub("", typed))
    there = likely_schools(find_postcode(typed), limit=LIKELY)
    named = likely_schools(name, limit=NAMED_ALIKE)
    named.sort(key=lambda school: school.local_authority_id not in area)
    found: list[School] = []
    if urn:
        after = SchoolLink.objects.filter(predecessor_urn=urn[1]).values("successor_urn")
        found += _schools().filter(urn=urn[1])
        found += [*_likely(name, there), *_likely(name, named)][:1]
        found += _schools().filter(urn__in=after)
    return list(dict.fromkeys([*found, *there, *named]))[:LIKELY]
