"""The public pages: what they say in each state, and what they cost."""

import gzip
import json
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from enrolment.tests.factories import NOW, make_briefing
from mathshub.scope import hub_scope
from sessions.tests.factories import make_sessions
from sessions.times import london_day
from workgroups.models import Hub
from workgroups.tests.factories import (
    make_hub,
    make_local_authority,
    make_offering,
    make_programme,
    make_programme_link,
    make_work_group,
    make_year,
)

TODAY = london_day(NOW)
OPEN = {"opens_on": TODAY, "closes_on": TODAY + timedelta(days=30)}
PAGES = ["/", "/programmes/", "/journey/", "/journey/which-step/", "/privacy/", "/accessibility/"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def hub() -> Iterator[Hub]:
    hub = make_hub(name="Ash Valley Maths Hub", contact_email="hello@ash.example.org")
    with hub_scope(hub), time_machine.travel(NOW, tick=False):
        yield hub


def text(client: Client, path: str, **options: str) -> str:
    response = client.get(path, **options)
    assert response.status_code == 200
    return response.content.decode()


def make_full_programme() -> None:
    """A programme with everything that a public page can show of it."""
    development = make_programme(is_starting_point=True, for_whom="Everyone", outcomes="Much")
    programme = make_programme(needs=[development])
    borough = make_local_authority()
    for start_year in (TODAY.year, TODAY.year + 1):
        year = make_year(start_year=start_year)
        offering = make_offering(programme=programme, academic_year=year, **OPEN)
        for _ in range(2):
            group = make_work_group(offering=offering, local_authorities=[borough])
            make_sessions(work_group=group, count=6)
    make_briefing()


@pytest.mark.parametrize("path", PAGES)
def test_every_public_page_stands_before_the_hub_has_entered_anything(
    client: Client, hub: Hub, path: str
):
    assert "hello@ash.example.org" in text(client, path)


def test_the_home_page_leads_to_what_is_open(client: Client, hub: Hub):
    hub.welcome_heading = "Maths for everyone"
    hub.save()
    make_offering(academic_year=make_year(start_year=2027), **OPEN)
    page = text(client, "/")
    assert "<h1>Maths for everyone</h1>" in page
    assert "<title>Maths for everyone – Ash Valley Maths Hub</title>" in page
    assert '<a class="btn" href="/interest/">Express an interest for 2027/28</a>' in page
    assert f"Open until {OPEN['closes_on'].day} " in page


def test_windows_that_differ_are_not_summed_up_in_one_date(client: Client, hub: Hub):
    make_offering(academic_year=make_year(start_year=2027), **OPEN)
    make_offering(
        academic_year=make_year(start_year=2026), **OPEN | {"closes_on": TODAY + timedelta(days=9)}
    )
    page = text(client, "/")
    assert ">Express an interest</a>" in page
    assert "Open until" not in page


def test_with_everything_closed_the_home_page_says_when_it_opens(client: Client, hub: Hub):
    day = TODAY + timedelta(days=40)
    make_offering(opens_on=day, closes_on=day)
    page = text(client, "/")
    assert f"You can express an interest from {day.day} {day:%B %Y}." in page
    assert 'class="btn" href="/interest/"' not in page


def test_the_home_page_counts_the_briefings_it_does_not_show(client: Client, hub: Hub):
    for _ in range(4):
        make_briefing()
    make_briefing(is_published=False)
    make_briefing(starts_at=NOW - timedelta(days=2))
    page = text(client, "/")
    assert "All four briefings" in page
    assert page.count("Hackney</a></span>") == 3


def test_a_programme_page_answers_what_a_headteacher_asks(client: Client, hub: Hub):
    programme = make_programme(
        name="Mastery Sustaining",
        slug="sustaining",
        summary="Keep it alive.",
        for_whom="Schools that took part.",
        what_is_involved="Six sessions.",
        outcomes="Lasting habits.",
        cost="Free to state-funded schools.",
    )
    offering = make_offering(programme=programme, decisions_by=TODAY + timedelta(days=50), **OPEN)
    group = make_work_group(offering=offering, name="Ash and Elm", capacity=7)
    page = text(client, "/programmes/sustaining/")
    for wanted in (
        "<h1>Mastery Sustaining</h1>",
        "Keep it alive.",
        "Schools that took part.",
        "Six sessions.",
        "Lasting habits.",
        "Free to state-funded schools.",
        f'href="/interest/{offering.pk}/"',
        f'href="/work-groups/{group.pk}/"',
        "7 places left",
        "You hear",
    ):
        assert wanted in page


def test_each_work_group_stands_with_all_its_dates_and_modes(client: Client, hub: Hub):
    offering = make_offering(programme=make_programme(slug="full"), **OPEN)
    for name in ("Ash and Elm", "Oak and Yew"):
        make_sessions(work_group=make_work_group(offering=offering, name=name), count=6)
    page = text(client, "/programmes/full/")
    for name in ("Ash and Elm", "Oak and Yew"):
        [dates] = re.findall(rf"All dates of {name}</span></summary>\s*<ol.*?</ol>", page, re.S)
        assert dates.count("<li>") == 6
    assert page.count("places left") == 2


def test_search_engines_read_the_programme_as_a_course_with_its_groups(client: Client, hub: Hub):
    before = make_programme(name="Development", short_name="Development", is_starting_point=True)
    programme = make_programme(
        name="Embedding </script>", slug="embedding", needs=[before], summary="Carry it on."
    )
    offering = make_offering(programme=programme, **OPEN)
    group = make_work_group(offering=offering, name="Ash and Elm", capacity=7)
    sessions = make_sessions(work_group=group, count=6)
    make_work_group(offering=offering, name="Without dates")
    page = text(client, "/programmes/embedding/")
    [block] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    days = sorted(london_day(session.starts_at) for session in sessions)
    site = f"http://{hub.host}:8000"
    assert json.loads(block) == {
        "@context": "https://schema.org",
        "@type": "Course",
        "name": "Embedding </script>",
        "description": "Carry it on.",
        "url": f"{site}/programmes/embedding/",
        "provider": {
            "@type": "Organization",
            "name": "Ash Valley Maths Hub",
            "url": f"{site}/",
            "email": "hello@ash.example.org",
        },
        "audience": {"@type": "EducationalAudience", "educationalRole": "teacher"},
        "coursePrerequisites": "Development",
        "hasCourseInstance": [
            {
                "@type": "CourseInstance",
                "name": "Ash and Elm",
                "url": f"{site}/work-groups/{group.pk}/",
                "startDate": f"{days[0]}",
                "endDate": f"{days[-1]}",
                "courseMode": "onsite",
                "description": "Room for 7 more schools",
            }
        ],
    }


def test_links_elsewhere_say_so(client: Client, hub: Hub):
    programme = make_programme(slug="full")
    make_programme_link(
        programme=programme, title="<b>Film</b>", url="https://films.example/a?b=1&c=2", position=2
    )
    make_programme_link(programme=programme, title="Paper", kind="paper", position=1)
    page = text(client, "/programmes/full/")
    assert page.index("Paper</a>") < page.index("&lt;b&gt;Film&lt;/b&gt;</a>")
    assert 'href="https://films.example/a?b=1&amp;c=2" rel="noopener external"' in page
    assert "Video on another site, films.example" in page


def test_a_closed_programme_offers_no_form(client: Client, hub: Hub):
    programme = make_programme(slug="shut")
    day = TODAY - timedelta(days=1)
    offering = make_offering(programme=programme, opens_on=day, closes_on=day)
    page = text(client, "/programmes/shut/")
    assert f"Interest closed on {day.day} {day:%B %Y}." in page
    assert f"/interest/{offering.pk}/" not in page


def test_what_staff_type_is_shown_as_text_and_never_as_markup(client: Client, hub: Hub):
    nasty = "<script>alert(1)</script>{{ hub.pk }}"
    hub.welcome_text = hub.privacy_text = nasty
    hub.save()
    make_programme(
        name=nasty, short_name=nasty[:40], slug="nasty", summary=nasty, for_whom=nasty,
        strapline=nasty, is_starting_point=True,
    )  # fmt: skip
    make_programme(short_name=nasty[:40], is_starting_point=True)
    for path in [*PAGES, "/programmes/nasty/"]:
        page = text(client, path)
        assert "<script>alert" not in page
        assert "{{ hub.pk }}" in page or "alert" not in page


def test_another_hubs_programme_is_not_there(client: Client, hub: Hub):
    with hub_scope(make_hub(slug="other")):
        make_programme(slug="theirs", name="Sentinel Programme")
    assert client.get("/programmes/theirs/").status_code == 404
    assert all("Sentinel" not in text(client, path) for path in PAGES)
    assert "Sentinel" in text(client, "/programmes/theirs/", headers={"host": "other.localhost"})


def test_the_privacy_notice_names_who_is_responsible(client: Client, hub: Hub):
    hub.controller, hub.processor = "the Controller", "the Processor"
    hub.privacy_text = "In our own words."
    hub.save()
    page = text(client, "/privacy/")
    for wanted in ("the Controller", "the Processor", "In our own words.", "public task"):
        assert wanted in page


def test_the_privacy_notice_says_how_long_this_hub_keeps_what_and_why(client: Client, hub: Hub):
    page = text(client, "/privacy/")
    for wanted in (">12 months<", ">6 years after the last session<", "proof that they took part"):
        assert wanted in page
    hub.interest_kept_months, hub.people_kept_years = 1, 3
    hub.retention_reason = "The trust asks for it."
    hub.save()
    page = text(client, "/privacy/")
    for wanted in (">1 month<", ">3 years after the last session<", "The trust asks for it."):
        assert wanted in page


def test_weaknesses_can_be_reported(client: Client, hub: Hub):
    response = client.get("/.well-known/security.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    expires = (NOW + timedelta(days=180)).strftime("%Y-%m-%dT00:00:00Z")
    assert response.content.decode().splitlines() == [
        "Contact: mailto:hello@ash.example.org",
        f"Expires: {expires}",
        "Preferred-Languages: en",
        f"Canonical: http://{hub.host}:8000/.well-known/security.txt",
    ]


def test_search_engines_are_kept_from_what_is_not_for_them(client: Client, hub: Hub):
    assert client.get("/robots.txt").content.decode().splitlines() == [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /account/",
        "Disallow: /schools/search/",
    ]


def test_an_unknown_host_gets_the_list_of_hubs_and_nothing_else(client: Client, hub: Hub):
    stranger = {"host": "nobody.localhost"}
    page = text(client, "/", headers=stranger)
    assert f'<a href="http://{hub.host}:8000/">Ash Valley Maths Hub</a>' in page
    assert client.get("/programmes/", headers=stranger).status_code == 404


def test_before_the_first_hub_the_page_says_how_to_make_one(client: Client):
    assert "manage.py create_hub" in text(client, "/")


HEAVY = ["/", "/programmes/", "/programmes/full/", "/journey/", "/journey/which-step/?ready=yes"]
MOST_BYTES = 20_000  # of HTML, compressed; the rest of the 60 kB is for styles and scripts


@pytest.mark.parametrize("path", HEAVY)
def test_a_page_stays_light_with_many_groups_and_long_texts(client: Client, hub: Hub, path: str):
    words = " ".join(f"{number}th word" for number in range(1500))
    programme = make_programme(
        slug="full", is_starting_point=True, for_whom=words, what_is_involved=words
    )
    offering = make_offering(programme=programme, **OPEN)
    for _ in range(8):
        make_sessions(work_group=make_work_group(offering=offering), count=6)
    assert len(gzip.compress(text(client, path).encode())) < MOST_BYTES


@pytest.mark.parametrize("path", HEAVY)
def test_pages_cost_as_many_queries_for_three_programmes_as_for_one(
    client: Client, hub: Hub, path: str
):
    offering = make_offering(programme=make_programme(slug="full"), **OPEN)
    counts = []
    for round_ in range(3):
        make_full_programme() if round_ else make_work_group(offering=offering)
        make_sessions(work_group=make_work_group(offering=offering), count=6)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            text(client, path)
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2] <= 10


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_public_pages_only_answer_questions(client: Client, hub: Hub, method: str):
    assert getattr(client, method)("/").status_code == 405
