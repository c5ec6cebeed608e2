"""Words of schools and of queries, folded alike: School.search_text and what was typed.

After a change of this module, import the register again: its lines are read anew, and rows whose
search text differs are written.
"""

import re
import unicodedata

from workgroups.models import School

LONGEST_QUERY = 100  # characters
MOST_WORDS = 8

_APOSTROPHES = re.compile("['’‘ʼ`´′]")
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
# One thing, several spellings: a name with one of them is found by all of them.
_SPELLINGS = [
    (re.compile(r"\b(?:saint|sts|st|ss)\b"), "st", "st saints sts ss"),
    (re.compile(r"\b(?:church of england|cofe|ce)\b"), "cofe", "church of england cofe ce"),
    (re.compile(r"\b(?:roman catholic|catholic|rc)\b"), "rc", "roman catholic rc"),
]
_ABBREVIATIONS = [
    (re.compile(r"\bc of e\b|\bc o e\b|\bc e\b"), "cofe"),
    (re.compile(r"\br c\b"), "rc"),
]
# Written in full, and as one, not many: “Infants’ School” and “Infant School” are the same to us.
# Beginnings of words (“prim”, “acad”) find the whole ones anyway.
_IN_FULL = {
    "coe": "cofe",
    "infants": "infant",
    "infs": "infant",
    "jnr": "junior",
    "jr": "junior",
    "juniors": "junior",
    "ln": "lane",
    "pk": "park",
    "rd": "road",
    "schl": "school",
    "schools": "school",
}
# Letters, one or two figures or a figure and a letter; a figure, two letters. Not “E8 1, St John’s”.
_POSTCODE = re.compile(r"\b([a-z]{1,2}) ?(\d) ?([a-z\d]?) ?(\d)(?: (?!st\b))?([a-z]{2})\b")
_HALF_POSTCODE = re.compile(r"\b([a-z]{1,2}) (\d[a-z\d]?)\b")
# A postcode of which the last letters, or the last one, are still to be typed: “E17 3”, “RM9 5U”.
_PART_OF_POSTCODE = re.compile(r"\b([a-z]{1,2}\d[a-z\d]?) (\d[a-z]?)\b")
_DFE_NUMBER = re.compile(r"\b(\d{3}) (\d{4})\b")
# What people add, or take one for the other.
_KINDS = """
    academy aided and at college community controlled first for high in infant jm jmi junior middle
    near nursery of primary school secondary special the trust va vc voluntary
"""
# The register's towns go without them.
_COUNTIES = """
    bedfordshire berkshire buckinghamshire cambridgeshire cheshire cornwall cumbria derbyshire devon
    dorset durham essex gloucestershire hampshire herefordshire hertfordshire kent lancashire
    leicestershire lincolnshire london middlesex norfolk northamptonshire northumberland
    nottinghamshire oxfordshire rutland shropshire somerset staffordshire suffolk surrey sussex
    warwickshire wiltshire worcestershire yorkshire england uk
"""
_GENERIC = frozenset((_KINDS + _COUNTIES).split())


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
    return " ".join([_IN_FULL.get(word, word) for word in words.split(" ")])


def in_one_spelling(name: str) -> list[str]:
    """The folded words of a name, each thing that has several spellings in the usual one."""
    words = fold(name)
    for spelling, usual, _ in _SPELLINGS:
        words = spelling.sub(usual, words)
    return words.split()


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
    spellings = [all_of_them for one, _, all_of_them in _SPELLINGS if one.search(words)]
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
    text = _POSTCODE.sub(r"\1\2\3\4\5", text)
    text = _HALF_POSTCODE.sub(r"\1\2", text)
    text = _PART_OF_POSTCODE.sub(r"\1\2", text)
    text = _DFE_NUMBER.sub(r"\1\2", text)
    return text.split()[:MOST_WORDS]


def telling(words: list[str]) -> list[str]:
    """Those that tell one school from another, without “primary”, “the”, a county and the like."""
    return [word for word in words if word not in _GENERIC]


def is_number(word: str) -> bool:
    """A postcode or a number, or most of one: few schools have it."""
    return len(word) >= 4 and not word.isalpha()


def postcode_in(query: str) -> str:
    """The whole postcode that stands somewhere in ``query``, folded; or nothing."""
    found = _POSTCODE.search(fold(query))
    return "".join(found.groups()) if found else ""


def number_remark(query: str) -> str:
    """What a number that no school has may be instead, in a sentence; nothing for other queries.

    A DfE number has seven digits, and is found where it is right; a UKPRN has eight.
    """
    number = query.replace(" ", "")
    if not (number.isascii() and number.isdecimal()):
        return ""
    if len(number) == len("10012345"):
        return "That looks like a UKPRN, which has eight digits. The URN has six."
    if len(number) == len("123456"):
        return "No school has that URN: is a figure of it wrong?"
    return "The URN has six digits."
