"""Schools that fit a query, best first."""

from collections.abc import Iterable, Iterator
from functools import cache, reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import Case, F, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Collate, StrIndex
from django.db.models.lookups import GreaterThan

from mathshub.prepared import Prepared, prepared
from workgroups.models import School
from workgroups.models.schools import (
    ALL_THROUGH_PHASE,
    CLOSED_STATUS,
    MAINSTREAM_STATE_TYPES,
    OPEN_STATUSES,
    PRIMARY_PHASES,
)
from workgroups.search.choosing import open_successor
from workgroups.search.spelling import meant_by, saints_apart, strange_words
from workgroups.search.words import fold, is_number, postcode_in, query_words, telling
from workgroups.services.succession import merged_into, open_ends

SHORTEST_QUERY = 2  # characters, once folded
SHORTEST_BEGINNING = 5  # letters of a text's beginning that may be a name
WALK = 1_000  # schools looked at along the alphabet before an index is asked

# The best to find. The index of them (migration 0004) must change with this.
_OPEN_MAINSTREAM = Q(
    status_code__in=OPEN_STATUSES,
    type_code__in=MAINSTREAM_STATE_TYPES,
    phase_code__in=(*PRIMARY_PHASES, ALL_THROUGH_PHASE),
)

Wanted = list[tuple[str, ...]]
"""Words that a school must have; of those in one tuple any will do."""


def search_schools(query: str, *, limit: int = 12, is_strict: bool = False) -> list[School]:
    """Schools in which every word of ``query`` begins a word; best first, ``limit`` at most.

    Open mainstream state schools come first, among them those whose name begins as typed; then
    others that are open, then closed ones: those whose name has the words as they were typed, and
    those that have become another one, before the rest. Where there is
    none of the first, nor one that a closed school has become, schools follow that fit without
    words such as "primary" and "school"; then, unless ``is_strict``, with the words that may have
    been meant, for a slip of the pen; then without the last word or the first, which may name a
    place that the register does not know.

    Less than two letters or figures find nothing, and nothing outside England is found.
    """
    ways = _strict_ways if is_strict else _ways
    return _first_good(ways(query_words(query)), limit)


def likely_schools(text: str, *, limit: int = 12) -> list[School]:
    """Schools that a person may have meant who wrote down name and address, best first.

    What fits the whole text, then what has its postcode, then what fits the beginning of it, each
    time a word less; of these first those whose whole name stands in it, open or not.
    """
    found = _first_good(_ways_for_a_person(text), limit)
    words = f" {fold(text)} "
    return sorted(found, key=lambda school: f" {_own_name(school)} " not in words)


def _own_name(school: School) -> str:
    """Folded, without the “School” at its end, which few write."""
    return fold(school.name).removesuffix(" school")


def is_enough_to_ask(query: str) -> bool:
    """Whether anything can be found by it."""
    return _are_enough(query_words(query))


def _are_enough(words: list[str]) -> bool:
    return len("".join(words)) >= SHORTEST_QUERY


def _strict_ways(words: list[str]) -> Iterator[Wanted]:
    yield _exactly(words)
    yield _exactly(telling(words))


def _ways(words: list[str]) -> Iterator[Wanted]:
    yield _exactly(words)
    without = telling(words)
    strange = strange_words(without)
    if strange:
        without = saints_apart(without, strange)
        strange = strange_words(without)
    if not strange:
        yield _exactly(without)
    meant = meant_by(without, strange)
    yield meant
    yield meant[:-1]
    yield meant[1:]


def _ways_for_a_person(text: str) -> Iterator[Wanted]:
    words = query_words(text)
    yield from _ways(words)
    yield _exactly([postcode_in(text)])
    for count in range(len(words) - 1, 0, -1):
        beginning = telling(words[:count])
        if len("".join(beginning)) >= SHORTEST_BEGINNING:
            yield meant_by(beginning, strange_words(beginning))


def _exactly(words: list[str]) -> Wanted:
    return [(word,) for word in words if word]


def _first_good(ways: Iterator[Wanted], limit: int) -> list[School]:
    """What is found by each way, until there is what most people look for."""
    found: list[School] = []
    tried: list[Wanted] = []
    for wanted in ways:
        if wanted in tried or not _are_enough([nearest for nearest, *_ in wanted]):
            continue
        found += [school for school in _best(wanted, limit) if school not in found]
        if len(found) >= limit or any(map(_is_good, found)):
            break
        tried.append(wanted)
    return found[:limit]


def _is_good(school: School) -> bool:
    return school.is_open_mainstream or bool(open_successor(school))


def _best(wanted: Wanted, limit: int) -> list[School]:
    """The best matches, in the order that ``search_schools`` promises.

    Common words ("primary" is in the name of half the schools of the country) are met soon on a
    walk along the alphabet; rare ones the index of three-letter pieces finds at once. Each way is
    dear where the other is cheap, and the database can't tell beforehand which it will be when
    there are several words. So the walk comes first, and not far.
    """
    schools = _in_alphabet(School.objects.all()).select_related("local_authority")
    phrase = f" {' '.join(nearest for nearest, *_ in wanted)}"
    first = schools.filter(_OPEN_MAINSTREAM).order_by("alphabet")
    found = _in_england(_beginning_so(limit)(phrase=phrase, end=_end_of(phrase)))
    if len(found) < limit and not any(is_number(word) for word, *_ in wanted):
        near = first.filter(_is_near_the_beginning(), *map(_holds, wanted))
        found += [school for school in _in_england(near[:limit]) if school not in found]
    if len(found) >= limit:
        return found[:limit]
    matching = _in_alphabet(School.objects.in_england()).filter(*map(_has, wanted))
    is_closed = Q(status_code=CLOSED_STATUS)
    begins_first = Case(
        When(_begins(phrase), then=0), When(is_closed & _has_phrase(phrase), then=1), default=2
    )
    goes_on_first = Case(When(is_closed & Q(succeeded_by=None), then=1), default=0)
    order = _standing(), begins_first, goes_on_first, "alphabet"
    best = matching.order_by(*order).values("pk")[:limit]  # sorted without the rest of the rows
    found = list(schools.filter(pk__in=best).order_by(*order))
    _tell_what_became_of([school for school in found if not school.is_open])
    return found


def _tell_what_became_of(closed: list[School]) -> None:
    """Three queries, for any number of closed schools; none where there is none, as most times."""
    if not closed:
        return
    mergers = merged_into([school for school in closed if not school.succeeded_by_id])
    ends = open_ends([school.urn for school in closed])
    wanted = {school.succeeded_by_id for school in closed if school.succeeded_by_id}
    wanted.update(*ends.values())
    after = School.objects.select_related("local_authority").in_bulk(wanted)
    for school in closed:
        if school.succeeded_by_id:
            school.succeeded_by = after[school.succeeded_by_id]
        school.merged_into = mergers.get(school.pk)
        ways = ends.get(school.urn, {})
        school.linked_to = [after[pk] for pk in ways if after[pk].is_in_england]
        school.was_split = bool(ways) and all(ways.values())


def _in_england(schools: Iterable[School]) -> list[School]:
    """Asked row by row: PostgreSQL, told to, would leave the walk for fear of finding few."""
    return [school for school in schools if school.is_in_england]


@cache
def _beginning_so(limit: int) -> Prepared[School]:
    """The first open mainstream schools whose name begins with a phrase: asked at each key."""

    @prepared
    def schools(phrase: Any, end: Any) -> QuerySet[School]:
        best = _in_alphabet(School.objects.all()).filter(_OPEN_MAINSTREAM)
        begin_so = best.filter(alphabet__gte=phrase, alphabet__lt=end)
        return begin_so.select_related("local_authority").order_by("alphabet")[:limit]

    return schools


def _begins(phrase: str) -> Q:
    return Q(alphabet__gte=phrase, alphabet__lt=_end_of(phrase))


def _has_phrase(phrase: str) -> Q:
    return Q(search_text__contains=phrase)


def _end_of(phrase: str) -> str:
    return f"{phrase}~"  # which comes after all letters


def _is_near_the_beginning() -> Q:
    """Among the first ``WALK`` open mainstream schools of the alphabet."""
    in_order = _in_alphabet(School.objects.all()).filter(_OPEN_MAINSTREAM).order_by("alphabet")
    after_it = in_order.values("search_text")[WALK : WALK + 1]
    return Q(alphabet__lt=Coalesce(Subquery(after_it), Value("~")))


def _has(words: tuple[str, ...]) -> Q:
    """That one of ``words`` begins a word of the school's; the index answers."""
    return reduce(or_, (Q(search_text__contains=f" {word}") for word in words))


def _holds(words: tuple[str, ...]) -> Q:
    """The same, asked in a way that no index answers: this is for the walk."""
    found = (GreaterThan(StrIndex("search_text", Value(f" {word}")), 0) for word in words)
    return reduce(or_, map(Q, found))


def _standing() -> Case:
    """0 for open mainstream state schools with primary years, 1 for others that are open, 2 for
    the rest."""
    return Case(
        When(_OPEN_MAINSTREAM, then=0),
        When(status_code__in=OPEN_STATUSES, then=1),
        default=2,
    )


def _in_alphabet(schools: QuerySet[Any]) -> QuerySet[Any]:
    """With their folded name, and what follows it, ordered byte by byte as the index is."""
    text = F("search_text")
    on_postgresql = connection.vendor == "postgresql"
    return schools.alias(alphabet=Collate(text, "C") if on_postgresql else text)
