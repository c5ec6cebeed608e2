"""What links between schools amount to, and where closed schools lead. No database."""

from datetime import date
from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workgroups.succession import LONGEST_CHAIN, Kind, Link, end_of, judged

JULY, AUGUST, LATER = date(2014, 7, 20), date(2014, 8, 31), date(2022, 8, 31)


def kinds(*links: Link) -> dict[tuple[str, str], Kind]:
    return {pair: link.kind for pair, link in judged(links).items()}


@pytest.mark.parametrize(
    ("links", "found"),
    [
        pytest.param([Link("a", "b")], {"ab": Kind.SUCCESSION}, id="an academy"),
        pytest.param(
            [Link("a", "b"), Link("a", "b", Kind.MERGER)], {"ab": Kind.MERGER}, id="graver holds"
        ),
        pytest.param(
            [Link("a", "b", Kind.SPLIT), Link("a", "b", Kind.AMALGAMATION)],
            {"ab": Kind.SPLIT},
            id="gravest of all",
        ),
        pytest.param(
            [Link("a", "b"), Link("a", "c")], {"ab": Kind.SPLIT, "ac": Kind.SPLIT}, id="two after"
        ),
        pytest.param(
            [Link("a", "c", on=JULY), Link("b", "c", on=AUGUST)],
            {"ac": Kind.MERGER, "bc": Kind.MERGER},
            id="infants and juniors close together",
        ),
        pytest.param(
            [Link("a", "c"), Link("b", "c")],
            {"ac": Kind.MERGER, "bc": Kind.MERGER},
            id="nobody knows when",
        ),
        pytest.param(
            [Link("a", "c", on=AUGUST), Link("b", "c", on=LATER)],
            {"ac": Kind.SUCCESSION, "bc": Kind.MERGER},
            id="one became an academy, another joined it years later",
        ),
        pytest.param(
            [Link("a", "c", on=AUGUST), Link("b", "c", Kind.MERGER, LATER)],
            {"ac": Kind.SUCCESSION, "bc": Kind.MERGER},
            id="and the register calls it a merger",
        ),
        pytest.param(
            [Link("a", "c", on=AUGUST), Link("b", "c", Kind.MERGER)],
            {"ac": Kind.MERGER, "bc": Kind.MERGER},
            id="of which nobody knows when",
        ),
        pytest.param(
            [Link("a", "b"), Link("b", "c"), Link("a", "c")],
            {"ab": Kind.SPLIT, "ac": Kind.SPLIT, "bc": Kind.MERGER},
            id="a chain and its short cut",
        ),
    ],
)
def test_a_pair_of_schools_has_one_kind_in_whatever_order_the_lines_come(
    links: list[Link], found: dict[str, Kind]
):
    expected = {tuple(pair): kind for pair, kind in found.items()}
    for order in permutations(links):
        assert kinds(*order) == expected


def test_the_earlier_day_counts_where_the_two_entries_differ():
    links = [Link("a", "b", on=LATER), Link("a", "b", on=AUGUST), Link("a", "b")]
    assert judged(links) == {("a", "b"): Link("a", "b", on=AUGUST)}


@pytest.mark.parametrize(
    ("steps", "open_now", "known", "end"),
    [
        pytest.param({}, "", "a", None, id="nothing after it"),
        pytest.param({"a": "b"}, "b", "ab", "b", id="one step"),
        pytest.param({"a": "b", "b": "c"}, "c", "abc", "c", id="a chain"),
        pytest.param({"a": "b", "b": "c"}, "bc", "abc", "b", id="no further than the first open"),
        pytest.param({"a": "b", "b": "c"}, "c", "ac", "c", id="through one not in the register"),
        pytest.param({"a": "b", "b": "c"}, "", "ab", "b", id="to the last one in the register"),
        pytest.param({"a": "b"}, "", "a", None, id="to none in the register"),
        pytest.param({"a": "b"}, "", "ab", "b", id="a dead end"),
        pytest.param({"a": "a"}, "", "a", None, id="to itself"),
        pytest.param({"a": "b", "b": "a"}, "", "ab", None, id="a circle"),
        pytest.param({"a": "b", "b": "c", "c": "b"}, "", "abc", None, id="into a circle"),
        pytest.param({"a": "b", "b": "a"}, "b", "ab", "b", id="a circle with an open school"),
    ],
)
def test_a_closed_school_leads_to_the_end_of_its_chain(
    steps: dict[str, str], open_now: str, known: str, end: str | None
):
    assert end_of("a", steps, open_now=open_now, known=known) == end


@pytest.mark.parametrize(("length", "ends"), [(LONGEST_CHAIN - 1, True), (LONGEST_CHAIN, False)])
def test_a_chain_longer_than_any_real_one_leads_nowhere(length: int, ends: bool):
    steps = {str(number): str(number + 1) for number in range(length)}
    known = {*steps, str(length)}
    found = end_of("0", steps, open_now=(), known=known)
    assert found == (str(length) if ends else None)


# --- any graph ------------------------------------------------------------------------------

SCHOOLS = st.sampled_from("abcdefgh")
LINKS = st.lists(
    st.builds(
        Link,
        SCHOOLS,
        SCHOOLS,
        st.sampled_from([Kind.SUCCESSION] * 4 + [Kind.MERGER, Kind.AMALGAMATION, Kind.SPLIT]),
        st.none() | st.sampled_from([JULY, AUGUST, LATER]),
    ).filter(lambda link: link.predecessor != link.successor),
    max_size=20,
)


@given(links=LINKS, seed=st.integers(), again=st.integers(0, 3))
def test_order_and_repetition_of_links_do_not_matter(links: list[Link], seed: int, again: int):
    shuffled = links * (again + 1)
    Random(seed).shuffle(shuffled)
    assert judged(shuffled) == judged(links)


@given(links=LINKS)
def test_what_was_judged_is_judged_the_same_again(links: list[Link]):
    once = judged(links)
    assert judged(once.values()) == once


@given(links=LINKS)
def test_no_simple_succession_takes_part_in_a_split_or_is_less_than_the_lines_say(
    links: list[Link],
):
    found = judged(links)
    after = [link.predecessor for link in found.values()]
    graver = {link.pair for link in links if link.kind != Kind.SUCCESSION}
    simple = [link for link in found.values() if link.kind == Kind.SUCCESSION]
    assert all(after.count(link.predecessor) == 1 for link in simple)
    assert not graver & {link.pair for link in simple}
    # A school can have taken the place of one other at most, without a person saying so.
    assert len({link.successor for link in simple}) == len(simple)


@given(
    steps=st.dictionaries(SCHOOLS, SCHOOLS),
    open_now=st.sets(SCHOOLS),
    known=st.sets(SCHOOLS),
)
def test_any_graph_leads_every_school_to_a_chains_end_or_nowhere(
    steps: dict[str, str], open_now: set[str], known: set[str]
):
    open_now &= known
    for urn in "abcdefgh":
        end = end_of(urn, steps, open_now=open_now, known=known)
        way = walk(urn, steps)
        if end is None:
            continue
        before = way[: way.index(end)]
        assert end in known
        assert not open_now & set(before)
        # Open, or nothing that the register holds comes after it.
        assert end in open_now or not known & set(way[way.index(end) + 1 :])
        if end not in open_now:
            assert end_of(end, steps, open_now=open_now, known=known) is None


def walk(urn: str, steps: dict[str, str]) -> list[str]:
    """The schools after it, each once."""
    way: list[str] = []
    while urn in steps and steps[urn] not in way:
        urn = steps[urn]
        way.append(urn)
    return way
