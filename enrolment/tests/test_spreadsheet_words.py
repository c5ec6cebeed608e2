"""What hubs write for a URN, a year, an outcome or a programme is understood, or asked about."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrolment.models import PastParticipation
from enrolment.spreadsheet.columns import Role, guess_roles
from enrolment.spreadsheet.words import (
    FIRST_YEAR,
    KnownProgramme,
    Unreadable,
    distinct,
    find_postcode,
    guess_outcome,
    guess_programme,
    parse_urn,
    parse_year,
    without_postcode,
)

Outcome = PastParticipation.Outcome
THIS_YEAR = 2026


@pytest.mark.parametrize(
    ("typed", "start"),
    [
        ("2023/24", 2023),
        ("2023-24", 2023),
        ("2023–24", 2023),
        ("2023-2024", 2023),
        ("2023/2024", 2023),
        ("2023 / 24", 2023),
        ("23/24", 2023),
        ("2023", 2023),
        ("2023.0", 2023),
        ("AY 2023/24", 2023),
        ("Autumn 2023", 2023),
        ("Spring 2024", 2023),
        ("Sept 2023", 2023),
        ("2023-09-01", 2023),
        ("2024-08-31", 2023),
        ("01/09/2023", 2023),
        ("10/11", 2010),
        ("2026/27", 2026),
    ],
)
def test_every_usual_way_to_write_a_year_is_read(typed: str, start: int) -> None:
    assert parse_year(typed, latest=THIS_YEAR) == start


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "No year"),
        ("some time ago", "can’t be read"),
        ("20024", "can’t be read"),
        ("2023-25", "can’t be read"),
        ("2023/2025", "can’t be read"),
        ("24/23", "can’t be read"),
        ("22/23 and 23/24", "can’t be read"),
        ("2022 or 2023", "can’t be read"),
        ("Year 5", "can’t be read"),
        ("2027/28", "has not begun"),
        ("2099", "has not begun"),
        ("2009/10", "before there were Maths Hubs"),
    ],
)
def test_a_year_that_is_none_is_refused_with_the_reason(typed: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        parse_year(typed, latest=THIS_YEAR)


@given(
    start=st.integers(FIRST_YEAR, THIS_YEAR),
    form=st.sampled_from(
        ["{a}/{b:02}", "{a}-{b:02}", "{a}/{c}", "{a}-{c}", "{d:02}/{b:02}", "{a}", "{a}.0", " {a} "]
    ),
)
def test_each_year_is_read_from_each_form(start: int, form: str) -> None:
    typed = form.format(a=start, b=(start + 1) % 100, c=start + 1, d=start % 100)
    assert parse_year(typed, latest=THIS_YEAR) == start


@given(typed=st.text(max_size=30) | st.from_regex(r"[0-9/.\- ]{1,14}"))
def test_any_text_is_a_year_that_can_be_or_is_refused(typed: str) -> None:
    try:
        year = parse_year(typed, latest=THIS_YEAR)
    except Unreadable:
        return
    assert FIRST_YEAR <= year <= THIS_YEAR


@pytest.mark.parametrize(
    ("typed", "urn"),
    [
        ("100001", "100001"),
        ("100 001", "100001"),
        ("100001.0", "100001"),
        ("URN 100001", "100001"),
        ("urn:100001", "100001"),
        ("20001", "20001"),
        ("", ""),
        ("-", ""),
        ("N/A", ""),
        ("tbc", ""),
    ],
)
def test_a_urn_is_read_however_a_spreadsheet_shows_it(typed: str, urn: str) -> None:
    assert parse_urn(typed) == urn


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("10012345", "looks like a UKPRN"),
        ("2042001", "looks like a DfE number"),
        ("1234", "is not a URN"),
        ("Ferry Road", "is not a URN"),
        ("１０００01", "is not a URN"),
        ("100001.5", "is not a URN"),
    ],
)
def test_what_is_no_urn_is_refused_with_the_reason(typed: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        parse_urn(typed)


@given(typed=st.text(max_size=20) | st.from_regex(r"(URN ?)?[0-9 .]{0,12}"))
def test_any_text_is_five_or_six_digits_or_refused(typed: str) -> None:
    try:
        urn = parse_urn(typed)
    except Unreadable:
        return
    assert urn == "" or (len(urn) in (5, 6) and urn.isascii() and urn.isdecimal())


@pytest.mark.parametrize(
    ("typed", "postcode", "rest"),
    [
        ("Ferry Road Primary School, E8 1AA", "E8 1AA", "Ferry Road Primary School"),
        ("Ferry Road (e81aa)", "E8 1AA", "Ferry Road"),
        ("SW1A 2AA", "SW1A 2AA", ""),
        ("Ferry Road", "", "Ferry Road"),
        ("", "", ""),
    ],
)
def test_a_postcode_beside_the_name_is_found(typed: str, postcode: str, rest: str) -> None:
    assert (find_postcode(typed), without_postcode(typed)) == (postcode, rest)


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        (("Y", "yes", "1", "TRUE", "Complete", "completed", "Done", "✓"), Outcome.COMPLETED),
        (
            ("N", "no", "0", "dropped out", "Did not complete", "withdrew", "not completed"),
            Outcome.NOT_COMPLETED,
        ),
        (("", "?", "-", "n/a", "not known", "Don't know", "in progress"), Outcome.NOT_KNOWN),
        (("x", "maybe", "4/6"), None),
    ],
)
def test_words_about_completion(words: Sequence[str], outcome: Outcome | None) -> None:
    assert {word: guess_outcome(word) for word in words} == dict.fromkeys(words, outcome)


@given(typed=st.text(max_size=30))
def test_any_text_is_an_outcome_or_asked_about(typed: str) -> None:
    assert guess_outcome(typed) in {None, *Outcome}
    assert guess_outcome(f"  {typed} ") == guess_outcome(typed)


READINESS, DEVELOPMENT, EMBEDDING, SUSTAINING = PROGRAMMES = [
    KnownProgramme(1, ("Mastery Readiness", "Readiness"), frozenset({"NCP20-09"})),
    KnownProgramme(2, ("Mastery Development", "Development"), frozenset({"NCP24-08"})),
    KnownProgramme(3, ("Mastery Embedding", "Embedding")),
    KnownProgramme(4, ("Mastery Sustaining", "Sustaining"), frozenset({"NCP20-12", "NCP24-11"})),
]


@pytest.mark.parametrize(
    ("typed", "programme"),
    [
        ("TfM Dev", DEVELOPMENT),
        ("Development Y1", DEVELOPMENT),
        ("mastery development", DEVELOPMENT),
        ("Developing", DEVELOPMENT),
        ("Embedded", EMBEDDING),
        ("EMBED", EMBEDDING),
        ("Sust.", SUSTAINING),
        ("NCP24-11 Primary TfM", SUSTAINING),
        ("ncp20-09", READINESS),
        ("Mastery", None),
        ("Mastering Number", None),
        ("Development and Embedding", None),
        ("TfM", None),
        ("", None),
    ],
)
def test_free_words_for_a_programme(typed: str, programme: KnownProgramme | None) -> None:
    expected = programme and programme.key
    assert guess_programme(typed, PROGRAMMES) == expected


@given(typed=st.text(max_size=30))
def test_any_text_is_a_programme_or_asked_about(typed: str) -> None:
    assert guess_programme(typed, PROGRAMMES) in {None, 1, 2, 3, 4}


def test_words_that_differ_in_case_alone_are_one() -> None:
    assert distinct(["Dev", "dev", "", "DEV", "Emb"]) == {"Dev": 3, "": 1, "Emb": 1}


@pytest.mark.parametrize(
    ("headings", "cells", "roles"),
    [
        (
            "URN|School|Programme|Academic year|Completed",
            "100001|Ferry Primary|Dev|2023/24|Y",
            "urn name programme year outcome",
        ),
        (
            "Name of school|Post code|Stage|AY",
            "Ferry|E8 1AA|Dev|2023",
            "name postcode programme year",
        ),
        (
            "Headteacher name|School name|Lead teacher|Work Group|Cohort|Status",
            "Grace Obi|Ferry Primary|Sam|Dev|23/24|complete",
            "- name - programme year outcome",
        ),
        ("Number|Who|What|When", "100001|Ferry Primary School|Dev|2023/24", "urn name - year"),
        ("School|Year group|Year", "Ferry Primary|5|2023/24", "name - year"),
        ("Colour|Shape", "red|round", "- -"),
    ],
)
def test_columns_are_guessed_by_heading_and_cells(headings: str, cells: str, roles: str) -> None:
    guessed = guess_roles(headings.split("|"), [[cell] * 3 for cell in cells.split("|")])
    by_column = {index: role.value for role, index in guessed.items()}
    assert [by_column.get(index, "-") for index in range(len(headings.split("|")))] == roles.split()


def test_each_role_is_guessed_once() -> None:
    guessed = guess_roles(["Year", "Year"], [["2023"], ["2024"]])
    assert list(guessed) == [Role.YEAR]
