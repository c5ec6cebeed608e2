"""Words that somebody may have meant who typed another one, among those that schools have.

One letter wrong, missing, too many, or two of them swapped are put right on every database: the
words that such a slip can have been are asked for. On PostgreSQL words that look alike are found
too, by an index of their three-letter pieces (pg_trgm): two slips, or a word that is not finished.
On SQLite those are not.
"""

import re
from collections.abc import Iterator
from functools import partial

from django.contrib.postgres.lookups import TrigramSimilar
from django.contrib.postgres.search import TrigramSimilarity
from django.db import connection
from django.db.models import F, Value

from workgroups.models import School, SearchWord

SHORTEST = 3  # letters of a word that may be put right
LONGEST = 40
LONG_WORD = 6  # letters; shorter ones have too few pieces to look alike
MOST_MEANT = 5  # other words for one that was typed
LOST_FOR_KEPT = 2  # letters that may be left out for each that stays
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SAINT = re.compile(r"(?:saint|st)([a-z]{3,})")
_BATCH = 5_000


def renew_spelling() -> None:
    """Keep exactly the words of the schools that there are now; after each change of the register."""
    texts = School.objects.order_by().values_list("search_text", flat=True).iterator(_BATCH)
    words = {word for text in texts for word in text.split() if _can_be_put_right(word)}
    known = set(SearchWord.objects.values_list("word", flat=True).iterator(_BATCH))
    SearchWord.objects.filter(word__in=known - words).delete()
    new = (SearchWord(word=word) for word in words - known)
    SearchWord.objects.bulk_create(new, batch_size=_BATCH)


def strange_words(words: list[str]) -> list[str]:
    """Those with which no word of any school begins; none where the words are not known yet."""
    strange = [word for word in words if _can_be_put_right(word) and not _begins_a_word(word)]
    return strange if strange and SearchWord.objects.exists() else []


def saints_apart(words: list[str], strange: list[str]) -> list[str]:
    """With “st” as a word of its own where a ``strange`` one hides it: “stmarys”."""
    return [part for word in words for part in (_apart(word) if word in strange else [word])]


def _apart(word: str) -> list[str]:
    saint = _SAINT.fullmatch(word)
    return ["st", saint[1]] if saint and _begins_a_word(saint[1]) else [word]


def meant_by(words: list[str], strange: list[str]) -> list[tuple[str, ...]]:
    """For each of ``words`` those that may have been meant, nearest first.

    Only the ``strange`` ones are put right, and left out where nothing is like them; nothing is
    meant when too little stays. Where none is strange, any of them may be the wrong one.
    """
    near = _near(strange or [word for word in words if _can_be_put_right(word)])
    lost = [word for word in strange if not near[word]]
    kept = [word for word in words if word not in lost]
    if len("".join(lost)) > LOST_FOR_KEPT * len("".join(kept)):
        return []
    return [tuple(near[word]) if word in strange else (word, *near.get(word, ())) for word in kept]


def _can_be_put_right(word: str) -> bool:
    return SHORTEST <= len(word) <= LONGEST and word.isalpha()


def _begins_a_word(word: str) -> bool:
    return SearchWord.objects.filter(word__startswith=word).exists()


def _near(words: list[str]) -> dict[str, list[str]]:
    """For each of ``words`` the words of schools that it may be a slip for, nearest first."""
    slips = {word: set(_one_slip_from(word)) for word in words}
    asked = [slip for each in slips.values() for slip in each]
    known = set(SearchWord.objects.filter(word__in=asked).values_list("word", flat=True))
    near = {
        word: sorted(slips[word] & known, key=partial(_distance, word))[:MOST_MEANT]
        for word in words
    }
    if connection.vendor == "postgresql":
        for word in words:
            if not near[word] and len(word) >= LONG_WORD:
                near[word] = _alike(word)
    return near


def _one_slip_from(word: str) -> Iterator[str]:
    """All that becomes ``word`` by one letter wrong, missing or too many, or two swapped."""
    parts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    for before, after in parts:
        if after:
            yield before + after[1:]
            yield from (before + letter + after[1:] for letter in _LETTERS)
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        yield from (before + letter + after for letter in _LETTERS)


def _distance(word: str, other: str) -> tuple[bool, bool, str]:
    """Few get the first letter wrong; after that, two swapped letters are the likeliest slip."""
    return other[:1] != word[:1], sorted(other) != sorted(word), other


def _alike(word: str) -> list[str]:
    """Those whose pieces are most like those of ``word``, PostgreSQL's own threshold kept."""
    alike = SearchWord.objects.filter(TrigramSimilar(F("word"), Value(word)))
    nearest = alike.order_by(TrigramSimilarity("word", word).desc(), "word")
    return list(nearest.values_list("word", flat=True)[:MOST_MEANT])
