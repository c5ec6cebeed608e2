"""Only a certain match is taken; whatever else is found is told to a person, with the reason."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enrolment.services.school_matching import (
    Match,
    SchoolMatcher,
    TypedSchool,
    schools_meant_by,
)
from mathshub.scope import current_hub
from workgroups.models import Hub, School, SchoolLink
from workgroups.tests.factories import (
    make_closed_school,
    make_hub,
    make_link,
    make_local_authority,
    make_school,
)

pytestmark = pytest.mark.database


@pytest.fixture(autouse=True)
def area(hub: Hub) -> None:
    """The hub works in Hackney, another one in Croydon; Essex is nobody's."""
    hub.local_authorities.add(make_local_authority())
    make_hub(name="Wandle Maths Hub", local_authorities=[make_local_authority(name="Croydon")])


def found(
    urn: str = "", name: str = "", postcode: str = "", unreadable_urn: str = ""
) -> School | None:
    typed = TypedSchool(urn, name, postcode, unreadable_urn)
    return SchoolMatcher([typed]).match(typed).school


def reason(urn: str = "", name: str = "", postcode: str = "", unreadable_urn: str = "") -> str:
    typed = TypedSchool(urn, name, postcode, unreadable_urn)
    match = SchoolMatcher([typed]).match(typed)
    assert match.school is None
    return match.reason


BEAM = {"urn": "999001", "name": "Beam Primary School", "postcode": "RM10 9ED"}


@pytest.mark.parametrize(
    ("name", "postcode"),
    [
        ("", ""),
        ("Beam", ""),
        ("Beame Primary", ""),
        ("Primary at Beam (Barking)", ""),
        ("Beam County Primary", "E8 1AA"),
        ("The Old Academy", "RM10 9ED"),
        ("", "RM10 9ED"),
        ("Primary School", ""),
    ],
)
def test_a_urn_is_certain_where_nothing_beside_it_clearly_speaks_of_another_school(
    name: str, postcode: str
) -> None:
    school = make_school(**BEAM)
    assert found("999001", name, postcode) == school


def test_a_urn_that_name_and_postcode_contradict_is_asked_about_and_both_schools_are_named() -> (
    None
):
    beam = make_school(**BEAM)
    wood = make_school(urn="999002", name="Ainslie Wood Primary School", postcode="E4 9DD")
    near = make_school(name="Chase Lane Primary School", postcode="E4 9DD")
    typed = TypedSchool("999001", "Ainslie Wood Primary School", "E4 9DD")
    assert reason(*typed) == (
        "URN 999001 is Beam Primary School (RM10 9ED), but the name and postcode are Ainslie Wood "
        "Primary School’s (E4 9DD, URN 999002). Which one is meant?"
    )
    assert meant_by(str(typed)) == [beam, wood, near]
    assert reason("999001", "Ainslie Wood") == (
        "URN 999001 is Beam Primary School (RM10 9ED), which does not fit the name beside it. "
        "Which school is meant?"
    )
    assert reason("999001", "Ainslie Wood Primary School") == (
        "URN 999001 is Beam Primary School (RM10 9ED), but the name is Ainslie Wood Primary "
        "School’s (E4 9DD, URN 999002). Which one is meant?"
    )
    assert meant_by("Ainslie Wood Primary School, URN 999001")[:2] == [beam, wood]


@pytest.mark.parametrize(
    ("name", "postcode"),
    [("Nowhere", "E8 1AA"), ("Nowhere", ""), ("", "E8 1AA"), ("St John’s Church School", "")],
)
def test_so_is_one_that_is_contradicted_by_what_no_school_is_found_by(
    name: str, postcode: str
) -> None:
    make_school(urn="999001", name="St Mary’s Church School", postcode="RM10 9ED")
    assert reason("999001", name, postcode).startswith("URN 999001 is St Mary’s Church School (RM1")


def test_of_two_schools_of_like_names_the_postcode_contradicts_the_urn() -> None:
    make_school(urn="999001", name="Selwyn Primary School", postcode="E4 9NG")
    make_school(urn="999002", name="Selwyn Primary School", postcode="E13 0BX")
    assert "are Selwyn Primary School’s (E13 0BX, URN 999002)" in reason(
        "999001", "Selwyn Primary", "E13 0BX"
    )
    assert found("999001", "Selwyn Primary", "E13 1AA") == School.objects.get(urn="999001")


@pytest.mark.parametrize("kind", SchoolLink.Kind)
def test_the_name_or_postcode_of_a_school_before_or_after_it_contradicts_no_urn(kind: str) -> None:
    old = make_closed_school(urn="999001", name="Marsh Infants", postcode="E9 9ZZ")
    new = make_school(urn="999002", name="Tidewater Academy", postcode="E8 1AA")
    make_link(old, new, kind=kind)
    assert found("999002", "Marsh Infants", "E9 9ZZ") == new
    assert found("999002", "Marsh Infants") == new
    assert found("999002", "A slip", "E9 9ZZ") == new
    asked_anyway = reason("999001", "Tidewater") if kind != SchoolLink.Kind.SUCCESSION else ""
    assert not asked_anyway or "was merged or split" in asked_anyway
    assert asked_anyway or found("999001", "Tidewater") == old


def test_nor_does_what_it_is_now_called_through_a_chain() -> None:
    new = make_school(urn="999002", name="Tidewater Academy", postcode="E8 1AA")
    old = make_closed_school(urn="999001", name="Marsh Infants", succeeded_by=new)
    assert found("999001", "Tidewater Academy", "E8 1AA") == old
    assert found("999002", "Marsh Infants") == new


def test_a_urn_that_cannot_be_one_is_made_up_for_by_name_and_postcode_and_said() -> None:
    school = make_school(name="Ferry Road Primary School", postcode="E8 1AA")
    typed = TypedSchool("", "Ferry Road Primary", "E8 1AA", "103105x")
    assert SchoolMatcher([typed]).match(typed) == Match(
        school, "URN “103105x” can’t be right; matched by name and postcode."
    )
    only_name = (
        "URN “abc” can’t be right, and only the name fits: Ferry Road Primary School (E8 1AA). "
        "Is it this one?"
    )
    for postcode in ("", "E8 2BB"):
        assert reason("", "Ferry Road Primary School", postcode, "abc") == only_name
    assert reason("", "Nowhere", "", "abc") == (
        "URN “abc” can’t be right. No school of our area has just this name: say which one is meant."
    )
    assert meant_by("Ferry Road Primary School, URN 103105x") == [school]


def test_what_was_typed_is_told_where_the_school_is_called_otherwise() -> None:
    school = make_school(name="St Mary’s Catholic Primary School", postcode="E8 1AA")
    unlike = {
        typed: TypedSchool("999001", *typed).unlike(school)
        for typed in (
            ("", ""),
            ("Saint Marys RC Primary", "E8 1AA"),
            ("St Marys", "E8 1AA"),
            ("", "E9 9ZZ"),
        )
    }
    assert unlike == {
        ("", ""): "",
        ("Saint Marys RC Primary", "E8 1AA"): "",
        ("St Marys", "E8 1AA"): "St Marys, E8 1AA",
        ("", "E9 9ZZ"): "E9 9ZZ",
    }


def test_a_closed_school_keeps_what_its_urn_did() -> None:
    closed = make_closed_school(urn="999001", succeeded_by=make_school())
    assert found("999001") == closed


def test_a_urn_that_nobody_has_is_not_made_up_by_the_name() -> None:
    make_school(name="Ferry Road Primary School")
    assert reason("999001", "Ferry Road Primary School") == (
        "The register has no school with the URN 999001."
    )


@pytest.mark.parametrize(
    "name",
    [
        "St Mary's Catholic Primary School",
        "Saint Marys R.C. Primary",
        "ST MARY’S RC PRIMARY SCHOOL",
        "The St Mary's Roman Catholic Primary School",
    ],
)
def test_a_name_that_one_school_of_the_area_has_is_certain_in_each_spelling(name: str) -> None:
    school = make_school(name="St Mary’s Catholic Primary School")
    make_school(name="St Mary’s CofE Primary School")
    assert found(name=name) == school


def test_a_part_of_a_name_is_not_certain() -> None:
    make_school(name="Ferry Road Primary School")
    assert reason(name="Ferry Road") == (
        "No school of our area has just this name: say which one is meant."
    )


def test_a_name_that_two_schools_have_is_not_certain_and_both_are_named() -> None:
    make_school(name="St Mary’s School", postcode="E8 1AA")
    make_school(name="Saint Mary’s School", postcode="E9 1AA")
    assert reason(name="St Marys") == (
        "2 schools could be meant: St Mary’s School (E8 1AA); Saint Mary’s School (E9 1AA)."
    )


def test_the_postcode_tells_which_of_them_and_forgives_the_name_a_little() -> None:
    school = make_school(name="St Mary’s Catholic Primary School", postcode="E8 1AA")
    make_school(name="St Mary’s Catholic Primary School", postcode="E9 1AA")
    make_school(name="Ferry Road Primary School", postcode="E8 1AA")
    for name in (
        "St Mary’s",
        "St Maryes RC Primary",
        "St Mary’s Catholic Primary School and Nursery",
    ):
        assert found(name=name, postcode="E8 1AA") == school


def test_infants_and_juniors_of_one_postcode_are_told_apart_by_the_whole_name() -> None:
    infants = make_school(name="Old Mill Infant School", postcode="E8 1AA")
    juniors = make_school(name="Old Mill Junior School", postcode="E8 1AA")
    assert found(name="Old Mill Infants School", postcode="E8 1AA") == infants
    assert found(name="Old Mill Infant School", postcode="E8 1AA") == infants
    assert found(name="Old Mill Junior", postcode="E8 1AA") == juniors
    assert reason(name="Old Mill", postcode="E8 1AA").startswith("2 schools could be meant")


def test_a_name_with_a_postcode_of_elsewhere_is_asked_about() -> None:
    make_school(name="Ferry Road Primary School", postcode="E8 1AA")
    assert reason(name="Ferry Road Primary School", postcode="M1 2AB") == (
        "Ferry Road Primary School has another postcode: E8 1AA. Is it this one?"
    )


def test_an_academy_and_the_school_that_it_was_are_one_by_name() -> None:
    academy = make_school(name="Ferry Road Primary School", postcode="E8 1AA")
    make_closed_school(name="Ferry Road Primary School", postcode="E8 1AA")
    make_closed_school(name="Ferry Road School", postcode="E9 9ZZ", succeeded_by=academy)
    assert found(name="Ferry Road Primary School") == academy
    assert found(name="Ferry Road Primary", postcode="E8 1AA") == academy


def test_a_school_of_another_hubs_area_is_never_taken_without_a_persons_word() -> None:
    croydon = make_local_authority(name="Croydon")
    make_school(urn="999002", name="Weir", postcode="CR0 1AA", local_authority=croydon)
    words = (
        "Weir is in Croydon, outside our area but in that of Wandle Maths Hub. Confirm that it is "
        "this one."
    )
    assert reason("999002") == words
    assert reason(name="Weir", postcode="CR0 1AA") == words
    assert found(name="Weir") is None


def test_all_hubs_of_a_borough_are_named_in_order() -> None:
    croydon = make_local_authority(name="Croydon")
    for name in ("Zeta Maths Hub", "Beult Maths Hub"):
        make_hub(name=name, local_authorities=[croydon])
    make_school(urn="999002", name="Weir", local_authority=croydon)
    assert reason("999002") == (
        "Weir is in Croydon, outside our area but in that of Beult Maths Hub, Wandle Maths Hub and Zeta "
        "Maths Hub. Confirm that it is this one."
    )


def test_nor_is_one_outside_every_area() -> None:
    make_school(urn="999003", name="Far", local_authority=make_local_authority(name="Essex"))
    assert reason("999003") == ("Far is in Essex, outside our area. Confirm that it is this one.")


def test_a_borough_that_both_hubs_work_in_is_the_own_area() -> None:
    Hub.objects.get(name="Wandle Maths Hub").local_authorities.add(make_local_authority())
    school = make_school(urn="999004")
    assert found("999004") == school


@pytest.mark.parametrize("kind", [SchoolLink.Kind.MERGER, SchoolLink.Kind.SPLIT])
def test_a_closed_school_that_was_merged_or_split_is_asked_about(kind: SchoolLink.Kind) -> None:
    closed = make_closed_school(urn="999005", name="Old Mill")
    make_link(closed, make_school(), kind=kind)
    assert reason("999005").startswith("Old Mill has closed, and was merged or split")


def test_thousands_of_schools_take_as_many_questions_as_one() -> None:
    croydon = make_local_authority(name="Croydon")
    make_closed_school(urn="100000", local_authority=croydon)

    def questions(number: int) -> int:
        typed = [TypedSchool(urn=f"{100_000 + each}") for each in range(number)]
        typed += [TypedSchool(name=f"School {each}", postcode="E8 1AA") for each in range(number)]
        typed += [TypedSchool(urn="100000", name=f"Other {each}") for each in range(number)]
        with CaptureQueriesContext(connection) as queries:
            matcher = SchoolMatcher(typed)
            for each in typed:
                matcher.match(each)
        return len(queries)

    assert questions(2_000) == questions(1) == 7


def test_likely_schools_come_by_urn_what_came_after_postcode_and_name() -> None:
    closed = make_closed_school(urn="999005", name="Old Mill", postcode="E9 9ZZ")
    after = make_school(name="New Mill", postcode="E9 9ZZ")
    make_link(closed, after, kind=SchoolLink.Kind.SPLIT)
    near = make_school(name="Marsh Gate", postcode="E8 2BB")
    named = make_school(name="Ferry Road Primary School", postcode="E8 1AA")
    assert set(meant_by("Anything, URN 999005")) == {closed, after}
    assert meant_by("Ferry Road, E8 2BB") == [near, named]
    assert meant_by("Ferry Road") == [named]
    assert meant_by("") == []


def test_of_schools_of_one_name_those_of_the_area_come_first() -> None:
    essex = make_local_authority(name="Essex")
    far = make_school(name="St Mary's Primary School", local_authority=essex)
    near = make_school(name="St Mary's Church School")
    assert meant_by("St Mary's") == [near, far]


def meant_by(typed: str) -> list[School]:
    own = current_hub().local_authorities.values_list("pk", flat=True)
    return schools_meant_by(typed, area=set(own))
