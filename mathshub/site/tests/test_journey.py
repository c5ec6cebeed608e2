"""The mastery journey: made from the programmes, drawn so that nothing lies on anything."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from mathshub.site.journey import Journey, build_journey
from mathshub.site.journey_picture import WIDTH, Frame, Picture, draw
from workgroups.models import Programme


def programme(pk: int, name: str, *, is_starting_point: bool = False) -> Programme:
    return Programme(pk=pk, name=name, short_name=name, is_starting_point=is_starting_point)


READINESS = programme(1, "Readiness", is_starting_point=True)
DEVELOPMENT = programme(2, "Development", is_starting_point=True)
EMBEDDING, SUSTAINING = programme(3, "Embedding"), programme(4, "Sustaining")
NUMBER = programme(5, "Mastering Number")
USUAL = [READINESS, DEVELOPMENT, EMBEDDING, SUSTAINING, NUMBER]
USUAL_PAIRS = [(2, 3), (2, 4), (3, 4)]


def test_the_usual_journey_has_two_ways_in_and_leaves_out_what_is_no_part_of_it():
    journey = build_journey(USUAL, USUAL_PAIRS)
    assert [(stage.name, stage.entry, stage.stepping) for stage in journey.stages] == [
        ("Readiness", "start here …", True),
        ("Development", "… or here", False),
        ("Embedding", "", False),
        ("Sustaining", "", False),
    ]
    assert journey.heading == "Two ways in, one direction"
    assert journey.sentences == [
        "A school starts with Readiness or Development.",
        "Readiness is a stepping stone to Development.",
        "Development leads to Embedding or Sustaining.",
        "Embedding leads to Sustaining.",
    ]
    assert [stage.comes_after for stage in journey.stages] == [
        "",
        "",
        "Development",
        "Development or Embedding",
    ]


def test_each_stage_of_the_list_says_where_it_leads():
    stages = build_journey(USUAL, USUAL_PAIRS).stages
    assert [(stage.strap, stage.onward) for stage in stages] == [
        ("stepping stone", "Leads to Development"),
        ("", "Leads to Embedding or Sustaining"),
        ("", "Leads to Sustaining"),
        ("", "Schools may come back every year"),
    ]


def test_the_usual_picture_goes_from_left_to_right_and_passes_below():
    picture = draw(build_journey(USUAL, USUAL_PAIRS))
    assert picture is not None
    assert [frame.fill for frame in picture.frames] == ["stepping", "begun", "half", "full"]
    assert len({frame.y for frame in picture.frames}) == 1
    straight = [path for path in picture.arrows if "V" not in path]
    below = [path for path in picture.arrows if "V" in path]
    assert (len(straight), len(below)) == (3, 1)


def test_a_single_way_in_says_so():
    journey = build_journey([DEVELOPMENT, EMBEDDING], [(2, 3)])
    assert [stage.entry for stage in journey.stages] == ["start here", ""]
    assert journey.heading == "One way in, one direction"


def test_without_programmes_there_is_no_journey_and_no_picture():
    assert build_journey([], []) == Journey([])
    assert draw(build_journey([NUMBER], [])) is None


def test_prerequisites_in_a_circle_do_not_turn_the_journey_back():
    journey = build_journey([DEVELOPMENT, EMBEDDING], [(2, 3), (3, 2)])
    assert journey.sentences == [
        "A school starts with Development.",
        "Development leads to Embedding.",
    ]


STAGES = st.lists(
    st.tuples(st.text("abcdefgh ", min_size=1, max_size=40), st.booleans()), min_size=2, max_size=7
)


@given(STAGES, st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=12))
def test_any_journey_can_be_drawn(stages: list[tuple[str, bool]], pairs: set[tuple[int, int]]):
    programmes = [
        programme(pk, name, is_starting_point=start) for pk, (name, start) in enumerate(stages)
    ]
    journey = build_journey(programmes, {pair for pair in pairs if max(pair) < len(stages)})
    picture = draw(journey)
    if picture is None:
        assert len(journey.stages) < 2
        return
    assert len(picture.frames) == len(journey.stages)
    assert picture.width <= WIDTH
    assert not any(overlap(one, other) for one, other in combinations(picture.frames, 2))
    assert all(inside(picture, frame) for frame in picture.frames)


def overlap(one: Frame, other: Frame) -> bool:
    apart_x = one.x + one.width <= other.x or other.x + other.width <= one.x
    apart_y = one.y + one.height <= other.y or other.y + other.height <= one.y
    return not (apart_x or apart_y)


def inside(picture: Picture, frame: Frame) -> bool:
    words = [*frame.names, *frame.straps, *([frame.entry] if frame.entry else [])]
    in_frame = all(frame.y - 30 <= line.y <= frame.y + frame.height for line in words)
    return (
        in_frame
        and frame.x + frame.width <= picture.width
        and frame.y + frame.height <= picture.height
    )
