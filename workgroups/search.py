"""Finding a school in the register by name, town, borough, postcode or numbers.

Both sides are folded alike: School.search_text when the row is written, the query when it is asked.
What ``searchable`` does must stay in step with ``fold``: after a change of either, import the
register again (rows whose search text differs are written anew).
"""

import re
import unicodedata

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from workgroups.models import School
from workgroups.models.schools import (
    ALL_THROUGH_PHASE,
    MAINSTREAM_STATE_TYPES,
    OPEN_STATUSES,
    PRIMARY_PHASES,
)

MAX_QUERY_LENGTH = 100  # characters
MAX_WORDS = 8
MIN_QUERY_LENGTH = 2  # characters, once folded

_APOSTROPHES = re.compile("['’‘ʼ`´′]")
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
# Spellings of one thing, on folded text: the register and its readers use all of them.
_SPELLINGS = [
    (re.compile(r"\bchurch of england\b|\bc of e\b|\bc e\b|\bce\b"), "cofe"),
    (re.compile(r"\broman catholic\b|\brc\b|\br c\b"), "catholic"),
    (re.compile(r"\bsaint\b"), "st"),
]
_POSTCODE = re.compile(r"\b([a-z]{1,2}) ?(\d[a-z\d]?) ?(\d) ?([a-z]{2})\b")
_DFE_NUMBER = re.compile(r"\b(\d{3}) (\d{4})\b")


def fold(text: str) -> str:
    """``text`` in lower-case words without accents and apostrophes, one space between them."""
    text = _APOSTROPHES.sub("", text.replace("&", " and "))
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    words = _NOT_A_WORD.sub(" ", plain).strip()
    for spelling, one in _SPELLINGS:
        words = spelling.sub(one, words)
    return words


def searchable(school: School) -> str:
    """What the school can be found by. Begins with a space, so that each word has one before it."""
    authority = school.local_authority
    numbers = [school.urn]
    if authority and school.establishment_number:
        numbers.append(f"{authority.code}{school.establishment_number}")
    parts = [
        school.name,
        school.locality,
        school.town,
        authority.name if authority else "",
        school.postcode,
        school.postcode.replace(" ", ""),
        *numbers,
    ]
    return f" {' '.join(filter(None, map(fold, parts)))}"


def query_words(query: str) -> list[str]:
    """The folded words of what was typed, a whole postcode or DfE number as one word."""
    text = fold(query[:MAX_QUERY_LENGTH])
    text = _POSTCODE.sub(r"\1\2\3\4", text)
    text = _DFE_NUMBER.sub(r"\1\2", text)
    return text.split()[:MAX_WORDS]


def search_schools(query: str, *, limit: int = 12) -> list[School]:
    """Schools in which every word of ``query`` begins a word; best first, ``limit`` at most.

    Open mainstream state primaries come first, then other open schools, then the rest; within each,
    names that begin as typed, then by name. Less than two characters find nothing.
    """
    words = query_words(query)
    if len("".join(words)) < MIN_QUERY_LENGTH:
        return []
    found: QuerySet[School] = School.objects.select_related("local_authority")
    for word in words:
        found = found.filter(search_text__contains=f" {word}")
    begins = Case(
        When(search_text__startswith=f" {' '.join(words)}", then=0),
        default=1,
        output_field=IntegerField(),
    )
    return list(found.order_by(_standing(), begins, "name", "town", "urn")[:limit])


def _standing() -> Case:
    """0 for open mainstream state schools with primary years, 1 for others open, 2 for the rest."""
    is_open = Q(status_code__in=OPEN_STATUSES)
    mainstream = Q(
        type_code__in=MAINSTREAM_STATE_TYPES, phase_code__in=(*PRIMARY_PHASES, ALL_THROUGH_PHASE)
    )
    return Case(
        When(is_open & mainstream, then=Value(0)),
        When(is_open, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
