"""Texts of staff by plain rules: paragraphs, lists, and nothing else."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mathshub.plain_text import Block, blocks_of
from mathshub.site.templatetags.site_pages import as_blocks, data_block


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  \n\n ", []),
        ("One line.", [Block(("One line.",))]),
        ("Two\r\nlines.", [Block(("Two", "lines."))]),
        ("One.\n\n\nTwo.", [Block(("One.",)), Block(("Two.",))]),
        ("- a\n- b", [Block(("a", "b"), is_list=True)]),
        ("Such as:\n- a\n-b", [Block(("Such as:",)), Block(("a",), is_list=True), Block(("-b",))]),
        ("- a\n\n- b", [Block(("a",), is_list=True), Block(("b",), is_list=True)]),
    ],
)
def test_lines_become_blocks(text: str, expected: list[Block]):
    assert blocks_of(text) == expected


def test_blocks_become_paragraphs_and_lists():
    assert as_blocks("Bring:\n- a pen\n- <b>ink</b>\n\n{{ hub.pk }}\nand {% now %}") == (
        "<p>Bring:</p>\n<ul><li>a pen</li><li>&lt;b&gt;ink&lt;/b&gt;</li></ul>\n"
        "<p>{{ hub.pk }}<br>and {% now %}</p>"
    )


@given(st.text(st.sampled_from("- \n<>&ab\"'{%}"), max_size=60))
def test_no_text_makes_markup_of_its_own(text: str):
    tags = set(re.findall(r"<[^>]*>", as_blocks(text)))
    assert tags <= {"<p>", "</p>", "<br>", "<ul>", "</ul>", "<li>", "</li>"}


@given(st.text(max_size=60))
def test_data_for_machines_never_ends_its_own_element(text: str):
    block = data_block({"name": text + "</script><!--"})
    inside = block.removeprefix('<script type="application/ld+json">').removesuffix("</script>")
    assert not set("<>&") & set(inside)
    assert json.loads(inside) == {"name": text + "</script><!--"}
