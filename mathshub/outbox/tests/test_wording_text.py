"""What a hub types for its e-mails: names are filled in, all else comes out as it was typed."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mathshub.outbox.wording_text import (
    Name,
    Placeholder,
    as_html,
    as_line,
    as_text,
    filling_from,
    parts_of,
    problems_of,
)

SCHOOL = Placeholder("school", "the school", "place.school", "your school")
REPLY_BY = Placeholder(
    "reply by", "the day to answer by", "place.reply_by", "a day that we will tell you", str
)
KNOWN = (SCHOOL, REPLY_BY)
FILL = filling_from(KNOWN, {"place": {"school": "Plainfields", "reply_by": 14}})
NASTY = st.text(max_size=60) | st.sampled_from(
    [
        "{{ hub.pk }}{% now 'Y' %}{# no #}",
        "<script>alert(1)</script><b onclick=x>",
        "%s %(school)s {0} {school}",
        "\u202eevil\u202c",
        "javascript:alert(1) data:text/html,x",
        "&lt;b&gt; &amp;",
        "</p></body></html><!-- ",
        "http://e.example/?q=<script>\"'",
    ]
)


def test_names_are_filled_in_whatever_their_capitals_and_spaces() -> None:
    assert (
        as_line("[school], [Reply  By] and [ SCHOOL ]", FILL) == "Plainfields, 14 and Plainfields"
    )


def test_a_bracket_is_typed_twice() -> None:
    assert as_line("[[school]] is [[[school]]]", FILL) == "[school] is [Plainfields]"


def test_what_has_no_value_is_said_otherwise() -> None:
    fill = filling_from(KNOWN, {"place": {"school": None}})
    assert as_line("[school] by [reply by]", fill) == "your school by a day that we will tell you"


def test_a_value_is_never_read_as_names_lists_or_links() -> None:
    fill = filling_from(KNOWN, {"place": {"school": "- [reply by]\nhttps://evil.example <b>"}})
    assert as_text("[school]", fill) == "- [reply by] https://evil.example <b>"
    html = "<p>- [reply by] https://evil.example &lt;b&gt;</p>"
    assert as_html("[school]", fill) == html


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [
        ("[scool]", " Did you mean [school]?"),
        ("[reply_by]", " Did you mean [reply by]?"),
        ("[date to reply by]", " Did you mean [reply by]?"),
        ("[xyz]", ""),
    ],
)
def test_unknown_names_are_refused_with_the_nearest(typed: str, nearest: str) -> None:
    words = f"{typed} is not one of the names that this e-mail can fill in.{nearest}"
    assert problems_of(f"Dear {typed}", KNOWN) == [words]


def test_brackets_round_nothing_are_refused() -> None:
    assert problems_of("[ ]", KNOWN) == ["There is nothing between the brackets in “[ ]”."]


@pytest.mark.parametrize(
    "typed", ["[school", "school]", "[[school]", "[school]]", "[a [school]", "[sch\nool]"]
)
def test_brackets_that_stand_alone_are_refused(typed: str) -> None:
    assert all("stands alone" in problem for problem in problems_of(typed, KNOWN))
    assert problems_of(typed, KNOWN)


@pytest.mark.parametrize(
    "typed", ["", "Dear all,", "[school]", "[[ ]] [[school]]", "{{ x }} 1 < 2"]
)
def test_whatever_is_well_formed_is_taken(typed: str) -> None:
    assert problems_of(typed, KNOWN) == []


def test_paragraphs_lists_and_addresses_become_what_they_are() -> None:
    typed = "Dear all,\nwelcome.\n\n- pens\n- [school]\nSee https://example.org/a?b=1&c=2."
    assert as_html(typed, FILL) == (
        "<p>Dear all,<br>welcome.</p>\n<ul><li>pens</li><li>Plainfields</li></ul>\n"
        '<p>See <a href="https://example.org/a?b=1&amp;c=2">https://example.org/a?b=1&amp;c=2</a>.</p>'
    )
    assert as_text(typed, FILL) == (
        "Dear all,\nwelcome.\n\n- pens\n- Plainfields\n\nSee https://example.org/a?b=1&c=2."
    )


def bracketed(text: str) -> str:
    return text.replace("[", "[[").replace("]", "]]")


@given(NASTY)
def test_whatever_is_typed_comes_out_literally(typed: str) -> None:
    typed = bracketed(typed)
    assert problems_of(typed, KNOWN) == []
    plain = typed.replace("[[", "[").replace("]]", "]")
    assert as_line(typed, FILL) == " ".join(plain.split())
    assert letters_of(as_text(typed, FILL)) == letters_of(plain)
    shown = re.sub(r"<(br|/?p|/?ul|/?li|a href=\"[^\"]*\"|/a)>", "\n", as_html(typed, FILL))
    assert "<" not in shown, "no other tag"
    assert letters_of(unescape(shown)) == letters_of(plain)


def letters_of(text: str) -> str:
    """Without spaces, and without hyphens, which may have been marks of a list."""
    return "".join(text.replace("-", "").split())


@given(st.text(alphabet="[]sch ol\n", max_size=20))
def test_nothing_typed_breaks_the_reading(typed: str) -> None:
    names = [part.key for part in parts_of(typed) if isinstance(part, Name)]
    if not problems_of(typed, KNOWN):
        assert set(names) <= {"school"}
    as_line(typed, FILL), as_text(typed, FILL), as_html(typed, FILL)


@given(st.text(alphabet="http://exampl.&<>\"' @", max_size=40))
def test_links_lead_to_the_web_and_to_mailboxes_alone(typed: str) -> None:
    for target in re.findall(r'href="([^"]*)"', as_html(typed, FILL)):
        assert target.startswith(("http://", "https://", "mailto:"))
