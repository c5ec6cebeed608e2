"""Which step is right: a table of cases, and that there is always exactly one, never a refusal."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from enrolment.eligibility import EMPTY, SchoolRecord, Took
from enrolment.tests.factories import (
    NOW,
    make_expression,
    make_known_school,
    make_past_participation,
)
from mathshub.scope import hub_scope
from mathshub.site.journey import Stage, build_journey
from mathshub.site.which_step import NONE_DONE, Answers, Ready, Specialist, Spread, suggest_step
from workgroups import search_limit
from workgroups.models import Hub, Programme
from workgroups.tests.factories import (
    make_hub,
    make_offering,
    make_programme,
    make_school,
    make_year,
)


def programme(pk: int, name: str, **fields: bool) -> Programme:
    return Programme(pk=pk, name=name, short_name=name, slug=name.lower(), **fields)


READINESS = programme(1, "Readiness", is_starting_point=True)
DEVELOPMENT = programme(2, "Development", is_starting_point=True, is_once_only=True)
EMBEDDING = programme(3, "Embedding")
SUSTAINING = programme(4, "Sustaining", takes_specialist_schools=True)
USUAL = build_journey(
    [READINESS, DEVELOPMENT, EMBEDDING, SUSTAINING], [(2, 3), (2, 4), (3, 4)]
).stages


def took(*programmes: Programme, is_completed: bool | None = True) -> SchoolRecord:
    return SchoolRecord(
        took=tuple(
            Took(each.pk, each.name, 2023 + number, f"{2023 + number}/{24 + number}", is_completed)
            for number, each in enumerate(programmes)
        )
    )


SPECIALIST = SchoolRecord(has_mastery_specialist=True)
# What was answered, what is on record, and the step that is suggested.
CASES = [
    # nothing is known: ready schools start, others prepare
    (Answers(), EMPTY, "Readiness"),
    (Answers(furthest=NONE_DONE), EMPTY, "Readiness"),
    (Answers(ready=Ready.YES), EMPTY, "Development"),
    (Answers(ready=Ready.NO), EMPTY, "Readiness"),
    (Answers(spread=Spread.MOST, ready=Ready.YES), EMPTY, "Development"),
    # a Mastery Specialist's school that has done nothing before
    (Answers(specialist=Specialist.YES), EMPTY, "Sustaining"),
    (Answers(specialist=Specialist.NO, ready=Ready.YES), SPECIALIST, "Sustaining"),
    # what was answered counts where nothing is on record
    (Answers(furthest="readiness", ready=Ready.NO), EMPTY, "Development"),
    (Answers(furthest="development"), EMPTY, "Embedding"),
    (Answers(furthest="development", spread=Spread.FEW), EMPTY, "Embedding"),
    (Answers(furthest="development", spread=Spread.MOST), EMPTY, "Sustaining"),
    (Answers(furthest="embedding", spread=Spread.FEW), EMPTY, "Sustaining"),
    (Answers(furthest="sustaining"), EMPTY, "Sustaining"),
    # what is on record counts whatever was answered
    (Answers(furthest=NONE_DONE, ready=Ready.NO), took(READINESS), "Development"),
    (Answers(furthest=NONE_DONE), took(READINESS, DEVELOPMENT), "Embedding"),
    (Answers(), took(DEVELOPMENT, EMBEDDING), "Sustaining"),
    (Answers(furthest="readiness"), took(DEVELOPMENT, SUSTAINING), "Sustaining"),
    (Answers(furthest="embedding"), took(DEVELOPMENT), "Sustaining"),
    (Answers(specialist=Specialist.YES), took(DEVELOPMENT), "Embedding"),
    # whether it finished is nobody's business here
    (Answers(), took(DEVELOPMENT, is_completed=False), "Embedding"),
    # answers that no question has
    (Answers(furthest="no-such-step"), EMPTY, "Readiness"),
]


@pytest.mark.parametrize(("answers", "record", "expected"), CASES)
def test_each_case_leads_to_its_step(answers: Answers, record: SchoolRecord, expected: str):
    assert suggest_step(USUAL, answers, record).stage.name == expected


def test_the_reason_says_whose_word_it_is():
    answered = suggest_step(USUAL, Answers(furthest="embedding"), took(DEVELOPMENT))
    assert answered.reasons == (
        "You told us that your school has done Embedding.",
        "Sustaining is the step after it.",
    )
    recorded = suggest_step(USUAL, Answers(furthest="readiness"), took(READINESS, DEVELOPMENT))
    assert recorded.reasons[0] == ("By our record your school took part in Development in 2024/25.")


def test_where_nothing_follows_and_nothing_repeats_the_last_step_stands_with_an_invitation():
    only = build_journey([READINESS, DEVELOPMENT], []).stages
    suggestion = suggest_step(only, Answers(furthest="development"))
    assert suggestion.stage.name == "Development"
    assert suggestion.reasons[1].endswith("Tell us what you need next.")


def test_without_a_journey_there_is_nothing_to_suggest():
    assert suggest_step([], Answers()) is None


JOURNEYS = st.tuples(
    st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=2, max_size=6),
    st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=10),
)
ANSWERS = st.builds(
    Answers,
    furthest=st.sampled_from(["", NONE_DONE, "p0", "p1", "p2", "p5", "elsewhere"]),
    ready=st.sampled_from(Ready),
    spread=st.sampled_from(Spread),
    specialist=st.sampled_from(Specialist),
)
TOOK = st.lists(
    st.builds(
        Took,
        programme_id=st.integers(0, 8),
        programme=st.just("P"),
        start_year=st.integers(2015, 2030),
        year=st.just("2020/21"),
        is_completed=st.sampled_from([True, False, None]),
    ),
    max_size=5,
)


@given(JOURNEYS, ANSWERS, TOOK, st.booleans())
def test_there_is_always_one_suggestion_among_the_known_steps_with_a_reason(
    shape: tuple, answers: Answers, history: list[Took], has_specialist: bool
):
    flags, pairs = shape
    programmes = [
        programme(
            pk, f"P{pk}", is_starting_point=start, is_once_only=once, takes_specialist_schools=open_
        )
        for pk, (start, once, open_) in enumerate(flags)
    ]
    stages: list[Stage] = build_journey(
        programmes, {pair for pair in pairs if max(pair) < len(programmes)}
    ).stages
    record = SchoolRecord(took=tuple(history), has_mastery_specialist=has_specialist)

    suggestion = suggest_step(stages, answers, record)

    if not stages:
        assert suggestion is None
        return
    assert suggestion.stage in stages
    assert suggestion.reasons
    assert all(sentence.endswith(".") for sentence in suggestion.reasons)


# --- the page ---

PAGE = "/journey/which-step/"


@pytest.fixture
def hub(db: None) -> Iterator[Hub]:
    search_limit.forget_all()
    hub = make_hub(slug="lea-valley")
    with hub_scope(hub), time_machine.travel(NOW, tick=False):
        yield hub
    search_limit.forget_all()


@pytest.fixture
def stages(hub: Hub) -> dict[str, Programme]:
    ready = make_programme(name="Readiness", slug="ready", position=1, is_starting_point=True)
    begin = make_programme(
        name="Development", slug="begin", position=2, is_starting_point=True, is_once_only=True
    )
    embed = make_programme(name="Embedding", slug="embed", position=3, needs=[begin])
    return {"ready": ready, "begin": begin, "embed": embed}


def text(client: Client, **query: str) -> str:
    response = client.get(PAGE, query)
    assert response.status_code == 200
    return response.content.decode()


def test_the_questions_stand_there_with_nothing_chosen(client: Client, stages: dict):
    page = text(client)
    assert "<h1>Which step is right for us?</h1>" in page
    assert page.count("<fieldset") == 4
    assert " checked" not in page
    assert 'href="/schools/search/?back=/journey/which-step/"' in page


def test_an_open_step_leads_to_its_form_with_the_school_filled_in(client: Client, stages: dict):
    school = make_school(name="Marsh Gate Primary School")
    make_past_participation(
        school=school, programme=stages["begin"], academic_year=make_year(start_year=2023)
    )
    offering = make_offering(programme=stages["embed"])
    page = text(client, urn=school.urn, answered="yes")
    for wanted in (
        "<h1>We suggest Embedding</h1>",
        "By our record your school took part in Development in 2023/24.",
        f'href="/interest/{offering.pk}/?urn={school.urn}"',
        "Good news: your school can take part.",
        f'<input type="hidden" name="urn" value="{school.urn}">',
    ):
        assert wanted in page
    form = client.get(f"/interest/{offering.pk}/?urn={school.urn}", follow=True)
    assert "Marsh Gate Primary School" in form.content.decode()


def test_a_step_that_is_closed_leads_to_its_page_and_to_hearing_when_it_opens(
    client: Client, stages: dict
):
    page = text(client, ready="yes")
    assert "<h1>We suggest Development</h1>" in page
    assert 'href="/programmes/begin/"' in page
    assert 'href="/programmes/begin/hear/"' in page
    assert "/interest/" not in page.split("<main")[1].split("<footer")[0]


def test_a_strangers_question_never_tells_that_the_school_has_asked(client: Client, stages: dict):
    offering = make_offering(programme=stages["begin"])
    asked, silent = make_school(name="One School"), make_school(name="One School")
    before = text(client, urn=asked.urn, ready="yes")
    make_expression(offering=offering, school=asked)
    assert text(client, urn=asked.urn, ready="yes") == before
    assert text(client, urn=silent.urn, ready="yes").replace(silent.urn, asked.urn) == before


def test_a_specialist_on_record_counts(client: Client, hub: Hub):
    make_programme(name="Begin", position=1, is_starting_point=True)
    sustaining = make_programme(
        name="Sustaining",
        position=2,
        needs=[Programme.objects.get()],
        takes_specialist_schools=True,
    )
    make_offering(programme=sustaining)
    school = make_school()
    make_known_school(school=school)
    assert "<h1>We suggest Sustaining</h1>" in text(client, urn=school.urn, answered="yes")


def test_anything_may_be_sent_and_what_was_answered_stays_chosen(client: Client, stages: dict):
    page = text(client, furthest="<b>", ready="never", spread="most", urn="abc", specialist="yes")
    assert "<h1>We suggest" in page
    assert page.count(" checked") == 2
    assert "<b>" not in page.split("<main")[1].replace("<b>", "", 0).split("<form")[1]


def test_without_an_answer_and_a_record_it_asks_kindly(client: Client, stages: dict):
    page = text(client, answered="yes", ready="")
    assert "<h1>Which step is right for us?</h1>" in page
    assert "We have nothing to go by yet." in page
    school = make_school()
    assert "We have no record of what your school took part in." in text(
        client, answered="yes", urn=school.urn
    )


def test_without_an_answer_it_says_that_the_record_alone_counts(client: Client, stages: dict):
    school = make_school()
    make_past_participation(
        school=school, programme=stages["begin"], academic_year=make_year(start_year=2023)
    )
    alone = "this goes by your school’s record alone"
    assert alone in text(client, answered="yes", urn=school.urn)
    assert alone not in text(client, spread="few", urn=school.urn)


def test_nobody_is_told_a_doubt_that_nobody_had(client: Client, stages: dict):
    assert "You did not say whether two teachers can start" in text(client, furthest=NONE_DONE)
    assert "You are not sure that two teachers can start" in text(client, ready="unsure")


def test_a_hub_without_programmes_says_so(client: Client, hub: Hub):
    assert "as soon as the hub has described its programmes" in text(client, answered="yes")


def test_looking_up_school_after_school_meets_the_limit_of_the_search(
    client: Client, stages: dict, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(search_limit, "PER_MINUTE", 1)
    school = make_school()
    assert client.get(PAGE, {"urn": school.urn}).status_code == 200
    refused = client.get(PAGE, {"urn": school.urn})
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert client.get(PAGE, {"ready": "yes"}).status_code == 200
