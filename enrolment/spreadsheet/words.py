"""What single cells mean: a URN, a postcode, an academic year, an outcome, a programme."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from enrolment.models import PastParticipation
from workgroups.models.years import school_year_of
from workgroups.search import fold

Outcome = PastParticipation.Outcome

FIRST_YEAR = 2010  # Maths Hubs began in 2014: anything earlier is a slip of the pen
_URN = re.compile(r"(?:urn:? ?)?(\d[\d ]*)(?:\.0+)?", re.IGNORECASE)
# What people write where they know none, folded; signs alone fold to nothing.
_NO_URN = frozenset(
    ("", "n a", "na", "nil", "no urn", "none", "not known", "tba", "tbc", "unknown")
)
_POSTCODE = re.compile(r"\b([a-z]{1,2}\d[a-z\d]?) ?(\d[a-z]{2})\b", re.IGNORECASE)
_EMPTY_BRACKETS = re.compile(r"[(\[]\s*[)\]]")
_TWO_YEARS = re.compile(r"(?<!\d)(20\d\d|\d\d) ?[/\\–—-] ?(20\d\d|\d\d)(?!\d|[/-])")
_ONE_YEAR = re.compile(r"(?<![\d/-])(20\d\d)(?:\.0+)?(?![\d/-])")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})[/.-](\d{1,2})[/.-](20\d\d)(?!\d)")
_YEAR_FIRST = re.compile(r"(?<!\d)(20\d\d)-(\d\d)-(\d\d)(?!\d)")
# “Spring 2024” belongs to 2023/24.
_LATE_IN_YEAR = re.compile(
    r"\b(?:spring|summer|january|jan|february|feb|march|mar|april|apr|may|june|jun|july|jul|august|aug)\b",
    re.IGNORECASE,
)


class Unreadable(Exception):
    """What was typed can't be understood; the words say why."""


def parse_urn(typed: str) -> str:
    """The five or six digits of a URN, however a spreadsheet shows them; "" where nothing stands.

    Raises ``Unreadable``.
    """
    if fold(typed) in _NO_URN:
        return ""
    match = _URN.fullmatch(typed)
    digits = match[1].replace(" ", "") if match and typed.isascii() else ""
    if len(digits) in (5, 6):
        return digits
    if len(digits) in (7, 8):
        kind = "a UKPRN" if len(digits) == 8 else "a DfE number or a TRN"
        raise Unreadable(f"“{typed[:40]}” looks like {kind}: a URN has six digits.")
    raise Unreadable(f"“{typed[:40]}” is not a URN, which has six digits.")


def find_postcode(typed: str) -> str:
    """The last postcode in the text, as the register writes it; "" where there is none."""
    found = _POSTCODE.findall(typed)
    return " ".join(found[-1]).upper() if found else ""


def without_postcode(typed: str) -> str:
    """The text before and after its postcodes."""
    return " ".join(_EMPTY_BRACKETS.sub(" ", _POSTCODE.sub(" ", typed)).split()).strip(" ,;-–")


def parse_year(typed: str, *, latest: int) -> int:
    """The calendar year in which the academic year began, 2023 for each of 2023/24, 23-24, 2023.

    A day counts for the academic year that it lies in. ``latest`` is the year that runs now.
    Raises ``Unreadable``.
    """
    if not typed:
        raise Unreadable("No year stands there.")
    start = _start_year(typed)
    if start is None:
        raise Unreadable(f"“{typed[:40]}” can’t be read as a year such as 2023/24.")
    if start > latest:
        raise Unreadable(f"“{typed[:40]}” has not begun yet.")
    if start < FIRST_YEAR:
        raise Unreadable(f"“{typed[:40]}” lies before there were Maths Hubs.")
    return start


def _start_year(typed: str) -> int | None:
    if day := _day_in(typed):
        return school_year_of(day)
    spans = {
        _in_full(first) for first, second in _TWO_YEARS.findall(typed) if _follow(first, second)
    }
    if _TWO_YEARS.search(typed):
        return spans.pop() if len(spans) == 1 else None
    years = set(map(int, _ONE_YEAR.findall(typed)))
    if len(years) != 1:
        return None
    return years.pop() - bool(_LATE_IN_YEAR.search(typed))


def _day_in(typed: str) -> date | None:
    if match := _YEAR_FIRST.search(typed):
        year, month, day = map(int, match.groups())
    elif match := _DAY_FIRST.search(typed):
        day, month, year = map(int, match.groups())
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _in_full(year: str) -> int:
    return int(year) if len(year) == 4 else 2000 + int(year)


def _follow(first: str, second: str) -> bool:
    return _in_full(first) % 100 + 1 == _in_full(second) % 100 and (
        len(second) == 2 or _in_full(first) + 1 == _in_full(second)
    )


_OUTCOMES: dict[Outcome, str] = {
    Outcome.COMPLETED: "yes y 1 true t complete completed finished done full "
    "fully_completed passed ✓ ✔",
    Outcome.NOT_COMPLETED: "no n 0 false f incomplete not_complete not_completed did_not_complete "
    "dropped_out dropped drop_out withdrew withdrawn left dnf partial partly part_completed "
    "did_not_finish not_finished no_show",
    Outcome.NOT_KNOWN: "unknown not_known na n_a tbc don_t_know dont_know not_sure took_part "
    "participated attended ongoing in_progress",
}
_OUTCOME_OF = {
    word.replace("_", " "): outcome
    for outcome, words in _OUTCOMES.items()
    for word in words.split()
}


def guess_outcome(typed: str) -> Outcome | None:
    """What a word about completion means; None where nobody but a person can say."""
    text = typed.strip().casefold()
    if not text.strip("-–—?. "):
        return Outcome.NOT_KNOWN
    return _OUTCOME_OF.get(text) or _OUTCOME_OF.get(fold(typed))


@dataclass(frozen=True)
class KnownProgramme:
    """A programme of the hub, by what a spreadsheet may call it."""

    key: int
    names: tuple[str, ...]
    codes: frozenset[str] = frozenset()


# What stands in the names of most programmes, and so tells none of them from the others.
_NOT_TELLING = frozenset(
    ("mastery", "teaching", "for", "the", "programme", "maths", "work", "group", "primary", "and")
)
_SHORTEST = 3  # letters that an abbreviation must have


def guess_programme(typed: str, programmes: Iterable[KnownProgramme]) -> int | None:
    """The key of the one programme that the words speak of; None where none or several would do."""
    known = list(programmes)
    text = fold(typed)
    for likeness in (_is_named, _has_code, _shares_words):
        fitting = {each.key for each in known if likeness(text, each)}
        if fitting:
            return fitting.pop() if len(fitting) == 1 else None
    return None


def _is_named(text: str, programme: KnownProgramme) -> bool:
    return text in map(fold, programme.names)


def _has_code(text: str, programme: KnownProgramme) -> bool:
    return any(f" {fold(code)} " in f" {text} " for code in programme.codes)


def _shares_words(text: str, programme: KnownProgramme) -> bool:
    """A telling word of the programme's stands there, whole or its beginning."""
    telling = {word for name in programme.names for word in fold(name).split()} - _NOT_TELLING
    typed = [word for word in text.split() if len(word) >= _SHORTEST and word not in _NOT_TELLING]
    return any(
        mine.startswith(word) or _stem(word) == _stem(mine) for word in typed for mine in telling
    )


def _stem(word: str) -> str:
    """Embedding, embedded and embed are the same word."""
    return word[:4] if len(word) > 4 else word


def distinct(cells: Iterable[str]) -> Mapping[str, int]:
    """How often each word stands in a column, spelled as it first comes; case does not tell apart."""
    spelling: dict[str, str] = {}
    numbers: dict[str, int] = {}
    for cell in cells:
        first = spelling.setdefault(cell.casefold(), cell)
        numbers[first] = numbers.get(first, 0) + 1
    return numbers
