"""Finding a school as people type it."""

from itertools import product

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from workgroups import search, search_limit
from workgroups.models import School
from workgroups.search import fold, search_schools, search_text, why_not_pickable
from workgroups.tests.factories import make_hub, make_local_authority, make_school

CLOSED = {"status_code": 2, "status_name": "Closed"}


def names(query: str, **options: int) -> list[str]:
    return [school.name for school in search_schools(query, **options)]


@pytest.mark.django_db
@pytest.mark.database
@pytest.mark.parametrize(
    ("school", "query"),
    [
        ("St Joseph’s Catholic Primary School", "st josephs"),
        ("St Joseph’s Catholic Primary School", "Saint Joseph's R.C."),
        ("St Joseph’s Catholic Primary School", "primary joseph"),
        ("St Joseph’s Catholic Primary School", "sain jos"),
        ("St Joseph’s Catholic Primary School", "st josehps catholc primry"),
        ("Holy Trinity CofE Primary School", "holy trinity c of e"),
        ("Holy Trinity CofE Primary School", "church of eng trinity"),
        ("Holy Trinity Church of England School", "Holy Trinity CE"),
        ("Ecole Zoë & Renée", "ECOLE ZOE and renee"),
        ("Marsh Lane School", "e8 1aa"),
        ("Marsh Lane School", "E81AA"),
        ("Marsh Lane School", "  e8  1 aa "),
        ("Marsh Lane School", "e8 1"),
        ("Marsh Lane School", "lane hackney"),
        ("Marsh Lane School", "999123"),
        ("Marsh Lane School", "204/2001"),
        ("Marsh Lane School", "marsh lane primary academy"),  # words that people get wrong
    ],
)
def test_a_school_is_found_however_it_is_typed(school: str, query: str):
    make_school(name=school, urn="999123", establishment_number="2001")
    make_school(name="Another Place", town="Bath", postcode="BA1 1AA", establishment_number="9999",
                local_authority=make_local_authority(name="Bath"))  # fmt: skip
    assert names(query) == [school]


@pytest.mark.django_db
@pytest.mark.database
def test_open_mainstream_state_schools_come_first_and_among_them_names_that_begin_so():
    make_school(name="Ash Closed Primary", **CLOSED)
    make_school(name="Ash Independent School", type_code=11)
    make_school(name="Oak Ash Primary")
    make_school(name="Ash Primary")
    make_school(name="Elm Primary", town="Ashford")
    assert names("ash") == [
        "Ash Primary",
        "Elm Primary",
        "Oak Ash Primary",
        "Ash Independent School",
        "Ash Closed Primary",
    ]


@pytest.mark.django_db
@pytest.mark.database
@pytest.mark.parametrize("walk", [0, 1, 5, 1_000])
def test_the_best_come_first_however_far_the_search_walks(
    monkeypatch: pytest.MonkeyPatch, walk: int
):
    names = [
        "Ash Primary",
        "Old Ash School",
        "Abbey Ash",
        "Zebra School",
        "Abwash",
        "Ashen Primary",
    ]
    kinds = [{}, CLOSED, {"type_code": 11}, {"phase_code": 7}, {"status_code": 3}]
    for number, (name, kind) in enumerate(product(names, kinds)):
        make_school(name=f"{name} {number}", urn=f"9990{number:02}", **kind)
    monkeypatch.setattr(search, "WALK", walk)
    for query in ("ash", "ash pri", "school", "old", "999", "zebra"):
        for limit in (1, 3, 12, 40):
            assert search_schools(query, limit=limit) == ranked(query)[:limit]


def ranked(query: str) -> list[School]:
    """All that match, in the order that is promised: said here once more, and simply."""
    best = set(School.objects.filter(search._OPEN_MAINSTREAM))

    def rank(school: School) -> tuple[int, bool, str]:
        standing = 0 if school in best else 1 if school.is_open else 2
        return standing, not school.search_text.startswith(f" {query}"), school.search_text

    words = [f" {word}" for word in query.split()]
    return sorted(
        (s for s in School.objects.all() if all(w in s.search_text for w in words)), key=rank
    )


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", " ", "a", "’", "%", "__", "%%%", "\x00\x00", "é" * 500])
def test_next_to_nothing_finds_nothing(query: str):
    make_school()
    assert search_schools(query) == []


@pytest.mark.django_db
def test_a_slip_of_the_pen_is_forgiven_only_where_nothing_fits_and_only_if_asked():
    make_school(name="Mandeville Primary School")
    assert names("mandevile") == ["Mandeville Primary School"]
    assert names("mandevile", is_strict=True) == []
    make_school(name="Mandevile Hall")
    assert names("mandevile") == ["Mandevile Hall"]


@pytest.mark.django_db
def test_no_more_than_the_limit_come_back(django_assert_max_num_queries):
    for _ in range(15):
        make_school(name="Marsh Lane School")
    with django_assert_max_num_queries(3):
        assert len(search_schools("marsh")) == 12


@pytest.mark.django_db
def test_what_can_be_picked_and_what_cannot_is_said_alike_by_row_and_by_query():
    make_school()
    make_school(urn="100001", is_demonstration=False)
    make_school(urn="401234", is_demonstration=False)  # in Wales
    make_school(urn="21234", is_demonstration=False)  # a children's centre
    make_school(**CLOSED)
    make_school(status_code=3, status_name="Open, but proposed to close")
    make_school(status_code=4, status_name="Proposed to open")
    pickable = {school for school in School.objects.all() if not why_not_pickable(school)}
    assert pickable == set(School.objects.pickable())
    assert len(pickable) == 3


@given(st.text(max_size=200))
def test_folding_is_final_and_leaves_plain_words(text: str):
    folded = fold(text)
    assert fold(folded) == folded
    assert all(word.isascii() and word.isalnum() for word in folded.split())


@given(name=st.text(max_size=60), town=st.text(max_size=30))
def test_every_school_is_found_by_its_whole_name(name: str, town: str):
    text = search_text(urn="100001", name=name, town=town, postcode="E8 1AA")
    assert all(f" {word}" in text for word in fold(name).split())


@pytest.mark.django_db
def test_the_page_answers_with_facts_of_the_register_and_may_be_cached(client: Client):
    make_hub()
    make_school(urn="999001", name="Marsh Lane School", town="London", postcode="E8 1AA")
    make_school(urn="999002", name="Marsh Lane Infants", closed_on="2019-08-31", **CLOSED)
    response = client.get("/schools/search/", {"q": "marsh"})
    assert response.json() == [
        {
            "urn": "999001",
            "name": "Marsh Lane School",
            "town": "London",
            "postcode": "E8 1AA",
            "local_authority": "Hackney",
            "note": "",
        },
        {
            "urn": "999002",
            "name": "Marsh Lane Infants",
            "town": "London",
            "postcode": "E8 1AA",
            "local_authority": "Hackney",
            "note": "Closed in August 2019. It may have a new name or number: try the postcode",
        },
    ]
    assert response["Cache-Control"] == "public, max-age=600"


@pytest.mark.django_db
def test_copying_the_register_search_by_search_is_slowed_down(
    client: Client, monkeypatch: pytest.MonkeyPatch
):
    make_hub()
    monkeypatch.setattr(search_limit, "PER_MINUTE", 2)
    search_limit.forget_all()
    statuses = [client.get("/schools/search/?q=ash").status_code for _ in range(3)]
    other = client.get("/schools/search/?q=ash", REMOTE_ADDR="192.0.2.7").status_code
    search_limit.forget_all()
    assert statuses == [200, 200, 429]
    assert other == 200
