"""Finding a school in the register by name, town, borough, postcode or numbers, as people type."""

from workgroups.search.choosing import (
    Found,
    open_successor,
    sort_found,
    what_it_is,
    why_not_pickable,
)
from workgroups.search.finding import is_enough_to_ask, likely_schools, search_schools
from workgroups.search.spelling import renew_spelling
from workgroups.search.words import (
    fold,
    in_one_spelling,
    number_remark,
    query_words,
    search_text,
    search_text_of,
    telling,
)

__all__ = [
    "Found",
    "fold",
    "in_one_spelling",
    "is_enough_to_ask",
    "likely_schools",
    "number_remark",
    "open_successor",
    "query_words",
    "renew_spelling",
    "search_schools",
    "search_text",
    "search_text_of",
    "sort_found",
    "telling",
    "what_it_is",
    "why_not_pickable",
]
