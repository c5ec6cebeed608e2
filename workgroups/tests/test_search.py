"""Finding a school as people type it."""

from itertools import product

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from workgroups import search_limit
from workgroups.models import School, SchoolLink, SearchWord
from workgroups.search import (
    finding,
    fold,
    likely_schools,
    renew_spelling,
    search_schools,
    search_text,
    sort_found,
    what_it_is,
    why_not_pickable,
)
from workgroups.tests.factories import (
    make_account,
    make_closed_school,
    make_hub,
    make_link,
    make_local_authority,
    make_school,
)

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
    renew_spelling()
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
    monkeypatch.setattr(finding, "WALK", walk)
    for query in ("ash", "ash pri", "school", "old", "999", "zebra"):
        for limit in (1, 3, 12, 40):
            assert search_schools(query, limit=limit) == ranked(query)[:limit]


def ranked(query: str) -> list[School]:
    """All that match, in the order that is promised: said here once more, and simply."""
    best = set(School.objects.filter(finding._OPEN_MAINSTREAM))

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
    renew_spelling()
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
@pytest.mark.database
@pytest.mark.parametrize(
    "elsewhere",
    [
        {"urn": "21234"},  # a children's centre
        {"urn": "401234"},  # in Wales
        {"type_code": 25, "type_name": "Offshore schools"},
        {"type_code": 26, "type_name": "Service children's education"},
        {"type_code": 30, "type_name": "Welsh establishment"},
        {"type_code": 37, "type_name": "British schools overseas"},
        {"authority": "705"},
    ],
)
def test_what_is_not_a_school_in_england_is_stored_and_not_found(elsewhere: dict):
    code = elsewhere.pop("authority", "204")
    authority = make_local_authority(name="Hackney" if code == "204" else "Jersey", code=code)
    facts = {"urn": "100001", "local_authority": authority} | elsewhere
    school = make_school(name="Bay School", is_demonstration=False, **facts)
    assert search_schools("bay school") == search_schools("bay school", limit=1) == []
    assert not School.objects.pickable().exists()
    assert why_not_pickable(school) == "Not a school in England"


@pytest.mark.django_db
@pytest.mark.database
def test_a_closed_school_says_what_it_is_called_now_and_stands_for_that_one():
    now = make_school(urn="999002", name="Harbour Academy")
    closed = make_closed_school(urn="999001", name="Quay Primary School", succeeded_by=now)
    gone = make_closed_school(name="Quay Infants", closed_on=None)
    assert search_schools("quay") == [closed, gone]
    assert why_not_pickable(closed) == (
        "Closed in August 2021, now called Harbour Academy (URN 999002)"
    )
    assert why_not_pickable(gone) == ("Closed. It may have a new name or number: try the postcode")
    found = sort_found([closed, gone])
    assert found.choices == {now: "Was called Quay Primary School (URN 999001) until August 2021."}
    assert list(found.others) == [gone]
    assert sort_found([now, closed]).choices == found.choices


@pytest.mark.django_db
def test_one_that_became_an_academy_of_the_same_name_is_offered_once_without_more_words():
    now = make_school(name="Quay Primary School")
    closed = make_closed_school(name="Quay Primary School", succeeded_by=now)
    assert sort_found([now, closed]).choices == {now: ""}


@pytest.mark.django_db
def test_closed_schools_that_lead_to_no_open_one_can_be_chosen_neither_way():
    one, other = make_closed_school(name="Quay One"), make_closed_school(name="Quay Two")
    for closed, successor in ((one, other), (other, one)):  # a circle, as in the real register
        School.objects.filter(pk=closed.pk).update(succeeded_by=successor)
    found = sort_found(search_schools("quay"))
    assert (found.choices, list(found.others)) == ({}, [one, other])


@pytest.mark.django_db
def test_an_open_school_that_few_look_for_says_what_it_is_and_can_be_chosen():
    independent = make_school(type_code=11, type_name="Other independent school")
    secondary = make_school(phase_code=4, phase_name="Secondary")
    assert [what_it_is(each) for each in (make_school(), independent, secondary)] == [
        "",
        "Other independent school",
        "Secondary",
    ]
    assert list(sort_found([independent, secondary]).choices) == [independent, secondary]


@pytest.mark.django_db
@pytest.mark.database
@pytest.mark.parametrize(
    "slip", ["thornwikc", "thronwick", "thornick", "thornwicck", "thornwisk", "hornwick"]
)
def test_one_slip_is_forgiven_on_every_database(slip: str):
    make_school(name="Thornwick Primary School")
    renew_spelling()
    assert names(f"{slip} primary") == ["Thornwick Primary School"]


@pytest.mark.django_db
@pytest.mark.database
def test_only_the_strange_word_is_put_right_where_there_is_one():
    make_school(name="Holy Trinity School", postcode="E5 1AA")
    make_school(name="Holly Trinity School", postcode="E5 2AA")
    renew_spelling()
    assert names("holly trintiy") == ["Holly Trinity School"]
    assert names("holly trinity e5 1") == ["Holy Trinity School"]


@pytest.mark.django_db
@pytest.mark.database
def test_words_that_are_known_are_those_of_the_schools_that_there_are():
    marsh = make_school(name="Marsh Lane", town="", postcode="")
    renew_spelling()
    assert set(SearchWord.objects.values_list("word", flat=True)) == {"marsh", "lane", "hackney"}
    marsh.delete()
    renew_spelling()
    assert not SearchWord.objects.exists()


@pytest.mark.django_db
@pytest.mark.database
def test_a_place_that_the_register_does_not_know_is_left_out_where_nothing_else_helps():
    make_school(name="Selwyn Primary School", town="London")
    make_school(name="Plaistow Primary School", town="London")
    renew_spelling()
    assert names("selwyn plaistow") == names("upton selwyn") == ["Selwyn Primary School"]
    assert names("selwyn plaistow", is_strict=True) == []


@pytest.mark.django_db
@pytest.mark.database
def test_a_query_of_which_too_little_is_known_finds_nothing():
    make_school(name="New City Primary School")
    renew_spelling()
    assert (
        search_schools("new zyxwvu qqqqqq") == likely_schools("The new primary at Zyxwvutsr") == []
    )
    assert names("new city zyxwvu") == ["New City Primary School"]


@pytest.mark.django_db
@pytest.mark.database
@pytest.mark.parametrize(
    "query", ["stmarys", "stmary", "saintmarys", "stmary’s primary", "E8 stmarys"]
)
def test_a_saint_is_found_whose_name_was_written_in_one_word(query: str):
    make_school(name="St Mary's CofE Primary School", postcode="E8 1AA")
    make_school(name="Stanley Primary School", postcode="E8 1AA")
    make_school(name="Marysville School", postcode="E9 1AA")
    renew_spelling()
    assert names(query) == ["St Mary's CofE Primary School"]


@pytest.mark.django_db
@pytest.mark.database
def test_closed_schools_that_are_called_so_come_before_others_that_closed():
    academy = make_school(name="River Academy")
    lane = make_closed_school(name="Marsh Academy Lane", succeeded_by=academy)
    gone, called_so = (
        make_closed_school(name="Marsh Old Lane"),
        make_closed_school(name="The Marsh Lane"),
    )
    assert search_schools("marsh lane") == [called_so, lane, gone]


@pytest.mark.django_db
@pytest.mark.database
def test_a_closed_school_is_nearest_where_open_ones_fit_worse():
    gone = make_closed_school(name="Wandle Infants' School")
    valley = make_school(name="Wandle Valley Primary School")
    renew_spelling()
    found = sort_found(search_schools("wandle infants"))
    assert (list(found.nearest), list(found.choices), found.others) == ([gone], [valley], {})
    found = sort_found(search_schools("wandle"))
    assert (found.nearest, list(found.choices), list(found.others)) == ({}, [valley], [gone])


@pytest.mark.django_db
@pytest.mark.database
def test_what_staff_are_shown_first_is_whose_whole_name_was_written():
    make_school(name="Wandle Primary School", postcode="SW18 4EJ")
    gone = make_closed_school(name="Wandle Infants' School", postcode="SW18 4EJ")
    renew_spelling()
    assert likely_schools("Wandle Infants, 330 Garratt Lane, SW18 4EJ")[0] == gone


@pytest.mark.django_db
@pytest.mark.parametrize(
    "typed",
    [
        "Marsh Lane School, 12 High Street, Clapton, London",
        "12 High Street, E5 8NA",
        "Marsh Lain (the one at the bridge)",
    ],
)
def test_staff_are_shown_likely_schools_for_a_whole_address(typed: str):
    make_school(name="Marsh Lane School", postcode="E5 8NA")
    make_school(name="High View School", postcode="E6 1AA")
    renew_spelling()
    assert "Marsh Lane School" in [school.name for school in likely_schools(typed)]


@pytest.mark.django_db
def test_scripts_are_answered_with_facts_of_the_register_that_may_be_cached(client: Client):
    make_hub()
    make_school(urn="999001", name="Marsh Lane School", town="London", postcode="E8 1AA")
    academy = make_school(urn="999003", name="River Academy", postcode="E8 1AB")
    make_closed_school(urn="999002", name="Marsh Lane Infants", succeeded_by=academy)
    make_school(urn="999004", name="Marsh Hall", type_code=11, type_name="Other independent school")
    response = client.get("/schools/search/", {"q": "marsh"})
    where = {"town": "London", "postcode": "E8 1AA", "local_authority": "Hackney"}
    plain = {"note": "", "remark": "", "successor": None}
    assert response.json() == [
        {"urn": "999001", "name": "Marsh Lane School"} | where | plain,
        {"urn": "999004", "name": "Marsh Hall"}
        | where
        | plain
        | {"remark": "Other independent school"},
        {"urn": "999002", "name": "Marsh Lane Infants"}
        | where
        | plain
        | {
            "note": "Closed in August 2021, now called River Academy (URN 999003)",
            "successor": {"urn": "999003", "name": "River Academy"}
            | where
            | {"postcode": "E8 1AB"},
        },
    ]
    assert response["Cache-Control"] == "public, max-age=600"
    assert response["Vary"] == "Accept"
    assert not response.cookies


@pytest.mark.django_db
def test_scripts_are_told_what_a_merged_school_became_part_of(client: Client):
    make_hub()
    merged = make_school(urn="999002", name="River Primary")
    make_link(make_closed_school(name="Marsh Infants"), merged, kind=SchoolLink.Kind.MERGER)
    (answer,) = client.get("/schools/search/", {"q": "marsh"}).json()
    assert (answer["note"], answer["successor"]["urn"]) == (
        "Closed in August 2021 and became part of River Primary (URN 999002)",
        "999002",
    )


@pytest.mark.django_db
def test_of_who_is_signed_in_no_answer_is_kept_for_others(client: Client):
    make_hub()
    client.force_login(make_account())
    response = client.get("/schools/search/", {"q": "marsh"})
    assert response["Cache-Control"] == "private, max-age=600"
    assert response["Vary"] == "Accept, Cookie"


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
