"""Finding a school in the register by name, town, borough, postcode or numbers.

Both sides are folded alike: School.search_text when the row is written, the query when it is asked.
After a change of the folding, import the register again: rows whose search text differs are
written anew.
"""

import re
import unicodedata
from typing import Any

from django.db import connection
from django.db.models import Case, F, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Collate, StrIndex
from django.db.models.lookups import GreaterThan
from django.utils.dateformat import format as format_date

from workgroups.models import School
from workgroups.models.schools import (
    ALL_THROUGH_PHASE,
    MAINSTREAM_STATE_TYPES,
    OPEN_STATUSES,
    PRIMARY_PHASES,
)

LONGEST_QUERY = 100  # characters
MOST_WORDS = 8
SHORTEST_QUERY = 2  # characters, once folded
WALK = 1_000  # schools looked at along the alphabet before an index is asked
BEGINNING = 4  # letters of a word that must be right

PROPOSED_TO_OPEN = 4
_APOSTROPHES = re.compile("['’‘ʼ`´′]")
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
# One thing, several spellings: a name with one of them is found by all of them.
_SPELLINGS = [
    (re.compile(r"\b(?:st|saint)\b"), "st saint"),
    (re.compile(r"\b(?:cofe|ce|church of england)\b"), "church of england cofe ce"),
    (re.compile(r"\b(?:rc|catholic)\b"), "roman catholic rc"),
]
_ABBREVIATIONS = [
    (re.compile(r"\bc of e\b|\bc e\b"), "cofe"),
    (re.compile(r"\br c\b"), "rc"),
]
_POSTCODE = re.compile(r"\b([a-z]{1,2}) ?(\d[a-z\d]?) ?(\d) ?([a-z]{2})\b")
_DFE_NUMBER = re.compile(r"\b(\d{3}) (\d{4})\b")
# The best to find. The index of them (migration 0004) must change with this.
_OPEN_MAINSTREAM = Q(
    status_code__in=OPEN_STATUSES,
    type_code__in=MAINSTREAM_STATE_TYPES,
    phase_code__in=(*PRIMARY_PHASES, ALL_THROUGH_PHASE),
)
# Left out of a query that found nothing: people add them, or take one for the other.
_GENERIC = frozenset(
    ("the", "school", "schools", "primary", "academy", "infant", "infants", "junior", "juniors")
)


def fold(text: str) -> str:
    """``text`` in lower-case words without accents and apostrophes, one space between them."""
    text = _APOSTROPHES.sub("", text.replace("&", " and ")).casefold()
    if not text.isascii():
        text = "".join(
            c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)
        )
    words = _NOT_A_WORD.sub(" ", text).strip()
    for spelling, abbreviation in _ABBREVIATIONS:
        words = spelling.sub(abbreviation, words)
    return words


def search_text(
    *,
    urn: str,
    name: str,
    town: str,
    postcode: str,
    locality: str = "",
    establishment_number: str = "",
    authority_code: str = "",
    authority_name: str = "",
) -> str:
    """What a school can be found by. Each word has a space before it, the first one too."""
    joined_postcode = postcode.replace(" ", "")
    dfe_number = authority_code + establishment_number if establishment_number else ""
    words = fold(
        f"{name} {locality} {town} {authority_name} {postcode} {joined_postcode} {urn} {dfe_number}"
    )
    spellings = [all_of_them for one, all_of_them in _SPELLINGS if one.search(words)]
    return " ".join(["", words, *spellings])


def search_text_of(school: School) -> str:
    """The search text of a row that did not come from the register's file."""
    authority = school.local_authority
    return search_text(
        urn=school.urn,
        name=school.name,
        town=school.town,
        postcode=school.postcode,
        locality=school.locality,
        establishment_number=school.establishment_number,
        authority_code=authority.code if authority else "",
        authority_name=authority.name if authority else "",
    )


def query_words(query: str) -> list[str]:
    """The folded words of what was typed, a whole postcode or DfE number as one word."""
    text = fold(query[:LONGEST_QUERY])
    text = _POSTCODE.sub(r"\1\2\3\4", text)
    text = _DFE_NUMBER.sub(r"\1\2", text)
    return text.split()[:MOST_WORDS]


def search_schools(query: str, *, limit: int = 12, is_strict: bool = False) -> list[School]:
    """Schools in which every word of ``query`` begins a word; best first, ``limit`` at most.

    Open mainstream state schools come first, among them those whose name begins as typed; then
    others that are open, then the rest. Where nothing is found, words such as "primary" and
    "school" are left out; then, unless ``is_strict``, the ends of long words, for a slip of the
    pen. Less than two letters or figures find nothing.
    """
    words = query_words(query)
    if len("".join(words)) < SHORTEST_QUERY:
        return []
    telling = [word for word in words if word not in _GENERIC]
    beginnings = [] if is_strict else [_beginning(word) for word in telling]
    tried: list[list[str]] = []
    for attempt in (words, telling, beginnings):
        if attempt in tried or len("".join(attempt)) < SHORTEST_QUERY:
            continue
        if found := _best(attempt, limit):
            return found
        tried.append(attempt)
    return []


def why_not_pickable(school: School) -> str:
    """Why nobody can choose this school as theirs, in words; empty where they can.

    The counterpart of ``School.objects.pickable()``: change both together.
    """
    if school.status_code == PROPOSED_TO_OPEN:
        return "Not open yet"
    if not school.is_open:
        closed = school.closed_on
        when = f" in {format_date(closed, 'F Y')}" if closed else ""
        return f"Closed{when}. It may have a new name or number: try the postcode"
    if not (school.is_demonstration or re.fullmatch(r"[123]\d{5}", school.urn)):
        return "Not a school in England"
    return ""


def _best(words: list[str], limit: int) -> list[School]:
    """The best matches, in the order that ``search_schools`` promises.

    Common words ("primary" is in the name of half the schools of the country) are met soon on a
    walk along the alphabet; rare ones the index of three-letter pieces finds at once. Each way is
    dear where the other is cheap, and the database can't tell beforehand which it will be when
    there are several words. So the walk comes first, and not far.
    """
    schools = _in_alphabet().select_related("local_authority")
    phrase = f" {' '.join(words)}"
    first = schools.filter(_OPEN_MAINSTREAM).order_by("alphabet")
    found = list(first.filter(_begins(phrase))[:limit])
    if len(found) < limit and not any(map(_is_number, words)):
        near = first.filter(_is_near_the_beginning(), *map(_holds, words))
        found += [school for school in near[:limit] if school not in found]
    if len(found) >= limit:
        return found[:limit]
    matching = schools.filter(*(Q(search_text__contains=f" {word}") for word in words))
    begins_first = Case(When(_begins(phrase), then=0), default=1)
    order = _standing(), begins_first, "alphabet"
    best = matching.order_by(*order).values("pk")[:limit]  # sorted without the rest of the rows
    return list(schools.filter(pk__in=best).order_by(*order))


def _is_number(word: str) -> bool:
    """A postcode or a number, or most of one: few schools have it, so the walk would be for nothing."""
    return len(word) >= 4 and not word.isalpha()


def _begins(phrase: str) -> Q:
    return Q(alphabet__gte=phrase, alphabet__lt=f"{phrase}~")  # ~ comes after all letters


def _is_near_the_beginning() -> Q:
    """Among the first ``WALK`` open mainstream schools of the alphabet."""
    in_order = _in_alphabet().filter(_OPEN_MAINSTREAM).order_by("alphabet")
    after_it = in_order.values("search_text")[WALK : WALK + 1]
    return Q(alphabet__lt=Coalesce(Subquery(after_it), Value("~")))


def _holds(word: str) -> GreaterThan:
    """That a word begins so, asked in a way that no index answers: this is for the walk."""
    return GreaterThan(StrIndex("search_text", Value(f" {word}")), 0)


def _beginning(word: str) -> str:
    """The first letters of a long word; figures stay whole, they are numbers and postcodes."""
    return word[:BEGINNING] if word.isalpha() else word


def _standing() -> Case:
    """0 for open mainstream state schools with primary years, 1 for others open, 2 for the rest."""
    return Case(
        When(_OPEN_MAINSTREAM, then=0),
        When(status_code__in=OPEN_STATUSES, then=1),
        default=2,
    )


def _in_alphabet() -> QuerySet[Any]:
    """Schools with their folded name, and what follows it, ordered byte by byte as the index is."""
    text = F("search_text")
    on_postgresql = connection.vendor == "postgresql"
    return School.objects.alias(alphabet=Collate(text, "C") if on_postgresql else text)
