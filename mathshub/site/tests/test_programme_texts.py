"""The demonstration's texts say all that the hubs' own pages state, each in words of our own."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from django.test import Client

from enrolment.tests.factories import make_briefing
from mathshub.scope import hub_scope
from mathshub.site.demo.foundations import make_hub, make_programmes
from mathshub.site.demo.hubs import LEA_VALLEY
from workgroups.models import Hub

JOURNEY, READINESS, DEVELOPMENT, EMBEDDING, SUSTAINING = (
    "/journey/",
    "/programmes/mastery-readiness/",
    "/programmes/mastery-development/",
    "/programmes/mastery-embedding/",
    "/programmes/mastery-sustaining/",
)

# What is stated, the page that has to say it, and the words by which it does.
STATED = [
    # teaching for mastery
    ("what mastery means", JOURNEY, "understanding something securely"),
    ("pupils move on", JOURNEY, "pupils can move on"),
    ("and build on what came before", JOURNEY, "build on what came before"),
    ("who developed it", JOURNEY, "the teaching of mathematics, developed the approach"),
    ("from where", JOURNEY, "Shanghai, Japan and Singapore"),
    ("all can achieve", JOURNEY, "all pupils can achieve"),
    ("the class stays together", JOURNEY, "the class stays together"),
    ("differs by support and intervention", JOURNEY, "met by support and early help"),
    ("longer on key topics", JOURNEY, "key topics get more time"),
    ("understanding with fluency", JOURNEY, "fluency in methods grow together"),
    ("five big ideas", JOURNEY, "Five Big Ideas"),
    *(
        (f"big idea: {idea}", JOURNEY, f"{idea}:")
        for idea in (
            "coherence",
            "representation and structure",
            "mathematical thinking",
            "fluency",
            "variation",
        )
    ),
    # the journey
    ("two starting points", JOURNEY, "two starting points"),
    ("not all go straight in", JOURNEY, "Not every school can go straight into"),
    (
        "the stepping stone",
        JOURNEY,
        "Readiness is the stepping stone into the programme of the year",
    ),
    ("many have come this way", JOURNEY, "Hundreds of schools have come this way"),
    ("the picture: ways in", JOURNEY, "A school starts with Readiness or Development."),
    ("the picture: the stone", JOURNEY, "Readiness is a stepping stone to Development."),
    ("the picture: onwards", JOURNEY, "Development leads to Embedding or Sustaining."),
    ("the picture: to the end", JOURNEY, "Embedding leads to Sustaining."),
    # Readiness
    ("for whom", READINESS, "committed to teaching for mastery and meet a barrier"),
    ("training together, and support of one's own", READINESS, "training together with other"),
    ("bespoke support", READINESS, "support made for yours"),
    ("workshops", READINESS, "meet for workshops"),
    ("the headteacher at the first", READINESS, "the headteacher comes to the first session"),
    ("regular visits", READINESS, "a Readiness lead visits you regularly"),
    ("action plan", READINESS, "you write an action plan"),
    ("two seats, one the maths lead", READINESS, "one of them the maths lead"),
    ("up to eight schools", READINESS, "up to eight schools"),
    ("free", READINESS, "Free to state-funded schools"),
    # Development
    ("for whom", DEVELOPMENT, "ready to begin with teaching for mastery"),
    ("once only", DEVELOPMENT, "takes part in Development once"),
    ("six half-days", DEVELOPMENT, "six half-days"),
    ("teacher research groups", DEVELOPMENT, "teacher research group"),
    ("a visit a term", DEVELOPMENT, "a support visit to your school each term"),
    ("the school's own groups", DEVELOPMENT, "the school’s own research group"),
    ("release", DEVELOPMENT, "about ten days for your two lead participants together"),
    ("two lead participants", DEVELOPMENT, "two lead participants"),
    ("six or seven schools", DEVELOPMENT, "six or seven schools"),
    ("free", DEVELOPMENT, "Free to state-funded schools"),
    ("a contribution in some years", DEVELOPMENT, "a contribution of £1,000"),
    # Embedding
    ("follows Development", EMBEDDING, "have completed Development"),
    ("sessions", EMBEDDING, "six times over the year"),
    ("specialist support", EMBEDDING, "A Mastery Specialist works with you"),
    ("two seats", EMBEDDING, "Two people from your school"),
    ("about six schools", EMBEDDING, "with about five other schools"),
    ("free", EMBEDDING, "Free to state-funded schools"),
    # Sustaining
    ("for whom", SUSTAINING, "took part in Development or Embedding in any earlier year"),
    ("state-funded", SUSTAINING, "State-funded primary schools"),
    ("six sessions", SUSTAINING, "six sessions over the year"),
    ("their modes", SUSTAINING, "twilights, virtual and face to face"),
    ("a curriculum", SUSTAINING, "develop, carry out and refine a recovery curriculum"),
    ("from published guidance", SUSTAINING, "from the published guidance"),
    ("after disruption", SUSTAINING, "missed when school was disrupted"),
    ("lead mastery", SUSTAINING, "lead mastery across the school"),
    ("monitoring", SUSTAINING, "monitoring lessons and pupils’ work"),
    ("professional development", SUSTAINING, "running professional development"),
    ("class teachers may join", SUSTAINING, "Class teachers of your school may join"),
    ("collaborative planning sessions", SUSTAINING, "collaborative planning sessions"),
    ("led by specialists", SUSTAINING, "Mastery Specialists plan a run of lessons with them"),
    ("one seat", SUSTAINING, "One person from your school, normally the maths lead"),
    ("free", SUSTAINING, "Free to state-funded schools"),
    ("outcome: subject knowledge", SUSTAINING, "All teachers of your school know the mathematics"),
    ("outcome: of the group's topics", SUSTAINING, "the group’s topics more deeply"),
    ("outcome: progression", SUSTAINING, "how it progresses"),
    ("outcome: planning", SUSTAINING, "a culture of planning together that outlasts"),
    ("outcome: development valued", SUSTAINING, "something that all staff value and expect"),
    # how a school comes in
    ("by a form for the coming year", JOURNEY, "interest in the coming academic year by the form"),
    ("meetings in April", JOURNEY, "In April we meet headteachers"),
    ("in each of six boroughs", JOURNEY, "each of our six boroughs"),
    ("a flyer each", JOURNEY, "a flyer for each briefing"),
    ("by e-mail", JOURNEY, "we answer by e-mail"),
    ("adaptable", JOURNEY, "Everything stays adaptable"),
    ("more online", JOURNEY, "goes live online"),
]


@pytest.fixture
def hub(db: None) -> Iterator[Hub]:
    hub = make_hub(LEA_VALLEY)
    with hub_scope(hub):
        make_programmes()
        make_briefing()
        yield hub


def words_of(client: Client, path: str) -> str:
    """What the page says, without its tags."""
    page = client.get(path).content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def test_every_statement_stands_on_its_page(client: Client, hub: Hub):
    pages = {path: words_of(client, path) for _, path, _ in STATED}
    missing = [(what, path) for what, path, words in STATED if words not in pages[path]]
    assert missing == []


@pytest.mark.parametrize("path", sorted({path for _, path, _ in STATED}))
def test_the_texts_use_the_words_of_the_field(client: Client, hub: Hub, path: str):
    assert not re.findall(
        r"\b(?:event|meeting|cohort|organiz\w*|program)s?\b", words_of(client, path)
    )
