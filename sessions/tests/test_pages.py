"""The pages: a Work Group's schedule, a participant's own page, apologies, lost links."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from re import sub

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from enrolment.models import Seat
from enrolment.tests.factories import make_participant
from mathshub.outbox.models import Message
from mathshub.scope import hub_scope
from sessions import views
from sessions.models import Apology, Session
from sessions.services.changes import move_session
from sessions.tests.factories import (
    NOW,
    make_apology,
    make_running_group,
    make_seat_in,
    make_session,
    make_sessions,
    token_of,
)
from sessions.times import london_day
from sessions.words import day_words
from workgroups.models import Hub, Programme, WorkGroup, WorkGroupLead
from workgroups.tests.factories import (
    make_account,
    make_hub,
    make_local_authority,
    make_member,
    make_offering,
    make_programme,
    make_work_group,
)

A_DAY = timedelta(days=1)
pytestmark = pytest.mark.usefixtures("hub")


@pytest.fixture(autouse=True)
def _at_now():
    with time_machine.travel(NOW, tick=False):
        yield


def words(response: HttpResponse) -> str:
    """What the page says, without markup, spaces single."""
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(sub(r"<[^>]*>", " ", main)).split())


def heading(response: HttpResponse) -> str:
    return unescape(response.content.decode().partition("<h1>")[2].partition("</h1>")[0])


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


# The schedule of a Work Group


def make_public_group() -> WorkGroup:
    lead = make_member(account=make_account(name="R. Okafor"))
    return make_running_group(
        offering=make_offering(programme=make_programme(name="Mastery Sustaining")),
        name="Hackney and Newham",
        leads=[lead, make_member(account=make_account(name=""))],
        local_authorities=[make_local_authority(), make_local_authority(name="Newham")],
    )


def test_the_schedule_says_what_when_where_and_by_whom(client):
    group = make_public_group()
    make_sessions(work_group=group, count=6)
    response = client.get(f"/work-groups/{group.pk}/")
    assert heading(response) == "Mastery Sustaining: Hackney and Newham"
    text = words(response)
    assert "1 of 6 held, next on Monday 16 November." in text
    assert "Session 2 Monday 16 November, 15:45 to 17:15 next twilight, Invented Primary" in text
    assert "Area Hackney, Newham" in text
    assert "Led by R. Okafor" in text
    assert "2026/27" in text


def test_join_links_are_never_public(client):
    group = make_public_group()
    make_session(
        work_group=group, mode=Session.Mode.VIRTUAL, join_link="https://meet.example.org/abc"
    )
    response = client.get(f"/work-groups/{group.pk}/")
    assert "meet.example.org" not in response.content.decode()
    assert "virtual, online" in words(response)


def test_only_published_sessions_are_public(client):
    group = make_public_group()
    make_session(work_group=group, state=Session.State.PLANNED, venue="Secret School")
    response = client.get(f"/work-groups/{group.pk}/")
    assert "Secret School" not in words(response)
    assert "as soon as they are published" in words(response)


@pytest.mark.parametrize(
    ("state", "status"),
    [("draft", 404), ("forming", 200), ("running", 200), ("finished", 404), ("cancelled", 404)],
)
def test_only_public_groups_have_a_page(client, state, status):
    group = make_work_group(state=state)
    assert client.get(f"/work-groups/{group.pk}/").status_code == status


def test_another_hubs_group_is_not_found(client):
    with hub_scope(make_hub()):
        group = make_running_group()
    assert client.get(f"/work-groups/{group.pk}/").status_code == 404
    assert client.get("/work-groups/999999/").status_code == 404


def session_moves(group: WorkGroup) -> str:
    session = group.sessions.get()
    move_session(session, starts_at=NOW + 9 * A_DAY, ends_at=NOW + 10 * A_DAY, by=None, now=NOW)
    return day_words(NOW + 9 * A_DAY)


def session_gets_a_title(group: WorkGroup) -> str:
    group.sessions.update(title="Representation")
    return "Session 1: Representation"


def group_grows(group: WorkGroup) -> str:
    WorkGroup.objects.update(capacity=9)
    return "up to nine schools"


def programme_is_renamed(group: WorkGroup) -> str:
    Programme.objects.update(name="Mastery Enhancing")
    return "Mastery Enhancing"


def lead_joins(group: WorkGroup) -> str:
    member = make_member(account=make_account(name="A. New Lead"))
    WorkGroupLead.objects.create(work_group=group, member=member)
    return "A. New Lead"


def hub_moves_house(group: WorkGroup) -> str:
    Hub.objects.update(contact_email="new@lea-valley.example.org")
    return "new@lea-valley.example.org"


@pytest.mark.parametrize(
    "change",
    [
        session_moves,
        session_gets_a_title,
        group_grows,
        programme_is_renamed,
        lead_joins,
        hub_moves_house,
    ],
)
def test_the_schedule_is_never_stale(client, change: Callable[[WorkGroup], str]):
    group = make_public_group()
    make_session(work_group=group, number=1, starts_at=NOW + A_DAY)
    before = words(client.get(f"/work-groups/{group.pk}/"))
    change_shows = change(group)
    assert change_shows not in before
    assert change_shows in words(client.get(f"/work-groups/{group.pk}/"))


def test_the_schedule_goes_with_the_time(client):
    group = make_public_group()
    make_session(work_group=group, number=1, starts_at=NOW + A_DAY)
    assert "0 of 1 held" in words(client.get(f"/work-groups/{group.pk}/"))
    with time_machine.travel(NOW + 3 * A_DAY):
        assert "All one held" in words(client.get(f"/work-groups/{group.pk}/"))


def test_the_schedule_takes_three_queries_however_long_it_is(client):
    group = make_public_group()
    make_session(work_group=group)
    assert queries(client, f"/work-groups/{group.pk}/") == 3
    make_sessions(work_group=group, count=3)
    assert queries(client, f"/work-groups/{group.pk}/") == 3


# The participant's own page


@pytest.fixture
def seat(hub) -> Seat:
    """A seat in a group whose next session is on Thursday 19 November at 15:45."""
    group = make_public_group()
    make_sessions(work_group=group, count=6, first_in=-32, every=35)
    return make_seat_in(group)


def my_path(seat: Seat) -> str:
    return f"/my/{token_of(seat.participant)}/"


def my_page(client: Client, seat: Seat) -> HttpResponse:
    response = client.get(my_path(seat))
    assert response.status_code == 200
    return response


def test_the_next_session_is_the_headline_and_the_first_thing(client, seat):
    response = my_page(client, seat)
    assert heading(response) == "Your next session is on Thursday"
    text = words(response)
    assert text.index("Thursday 19 November, 15:45 to 17:15") < text.index("All six")
    assert "Mastery Sustaining · Work Group Hackney and Newham" in text
    assert "Led by R. Okafor" in text
    assert "15 Oct held 19 Nov next 24 Dec twilight" in text
    assert "Already past: one" in text


def test_the_page_gives_the_calendar_as_subscription_and_file(client, seat):
    html = my_page(client, seat).content.decode()
    token = token_of(seat.participant, "calendar")
    assert f'href="webcal://lea-valley.localhost:8000/my/calendar/{token}.ics"' in html
    assert f'href="http://lea-valley.localhost:8000/my/calendar/{token}.ics" download' in html
    assert f'readonly value="http://lea-valley.localhost:8000/my/calendar/{token}.ics"' in html


def test_the_join_link_is_on_the_page_of_who_takes_part(client, seat):
    Session.objects.update(mode=Session.Mode.VIRTUAL, join_link="https://meet.example.org/abc")
    html = my_page(client, seat).content.decode()
    assert '<a class="btn" href="https://meet.example.org/abc" rel="noreferrer">Join online' in html


@pytest.mark.parametrize(
    ("moment", "fact"),
    [
        (lambda start: start - timedelta(hours=3), "Your next session is today"),
        (lambda start: start + timedelta(minutes=5), "Your session is on now"),
        (lambda start: start - A_DAY, "Your next session is tomorrow"),
        (lambda start: start - 6 * A_DAY, "Your next session is on Thursday"),
        (lambda start: start - 7 * A_DAY, "Your next session is on Thursday 19 November"),
        (lambda start: start + 200 * A_DAY, "All sessions are done"),
    ],
)
def test_the_headline_is_the_fact_of_the_day(client, seat, moment: Callable, fact):
    start = Session.objects.get(number=2).starts_at
    with time_machine.travel(moment(start), tick=False):
        assert heading(my_page(client, seat)) == fact


def test_the_headline_without_a_date_or_without_sessions(client):
    group = make_running_group()
    seat = make_seat_in(group)
    assert heading(my_page(client, seat)) == "Your dates are not fixed yet"
    make_session(work_group=group, starts_at=None)
    assert heading(my_page(client, seat)) == "Your next date is to be confirmed"
    seat.place.seats.all().delete()
    assert heading(my_page(client, seat)) == "You have no seat at the moment"


def test_an_apology_is_what_the_page_says_then(client, seat):
    make_apology(session=Session.objects.get(number=2), seat=seat, reason="a secret reason")
    response = my_page(client, seat)
    assert heading(response) == "You can’t come on Thursday"
    assert "I can come after all" in words(response)
    assert "19 Nov apology" in words(response)
    assert "a secret reason" not in response.content.decode()


def test_a_cancelled_session_is_not_next_and_says_that_it_is_cancelled(client, seat):
    Session.objects.filter(number=2).update(state=Session.State.CANCELLED, cancelled_at=NOW)
    response = my_page(client, seat)
    assert heading(response) == "Your next session is on Thursday 24 December"
    assert "Thursday 19 November, 15:45 to 17:15 cancelled" in words(response)


def test_a_participant_of_two_groups_sees_both_the_soonest_on_top(client, seat):
    programme = make_programme(name="Mastery Readiness")
    other = make_running_group(offering=make_offering(programme=programme), name="Redbridge")
    make_session(work_group=other, starts_at=NOW + A_DAY)
    make_seat_in(other, participant=seat.participant)
    response = my_page(client, seat)
    assert heading(response) == "Your next session is tomorrow"
    text = words(response)
    assert text.index("Mastery Readiness, Redbridge") < text.index(
        "Mastery Sustaining, Hackney and Newham"
    )


def test_only_sessions_while_the_seat_is_held_are_shown(client, seat):
    seat.held_until = london_day(NOW + 10 * A_DAY)
    seat.save()
    text = words(my_page(client, seat))
    assert "All two" in text
    assert "24 December" not in text


@pytest.mark.parametrize("token", ["nonsense", "1-1~forged", "999999-1~x"])
def test_a_link_that_does_not_work_says_how_to_get_one_that_does(client, token):
    for path in (f"/my/{token}/", f"/my/{token}/apology/1/", f"/my/calendar/{token}.ics"):
        response = client.get(path)
        assert response.status_code == 404
        assert heading(response) == "This link does not work any more"
        assert 'href="/my/"' in response.content.decode()


def test_a_revoked_link_does_not_work_any_more(client, seat):
    old = my_path(seat)
    seat.participant.link_generation += 1
    seat.participant.save()
    assert client.get(old).status_code == 404
    assert my_page(client, seat)


def test_a_link_of_another_hub_is_not_found_here(client):
    with hub_scope(make_hub()):
        stranger = make_seat_in(make_running_group())
    assert client.get(my_path(stranger)).status_code == 404


def test_own_pages_are_kept_from_caches_searches_and_referrers(client, seat):
    response = my_page(client, seat)
    assert response["Cache-Control"] == "no-store, private"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "no-referrer"


def test_the_page_costs_the_same_for_one_group_and_for_three(client, seat):
    one = queries(client, my_path(seat))
    for _ in range(2):
        group = make_public_group_elsewhere()
        make_apology(
            session=make_sessions(work_group=group, count=3)[2],
            seat=make_seat_in(group, participant=seat.participant),
        )
    assert queries(client, my_path(seat)) == one


def make_public_group_elsewhere() -> WorkGroup:
    lead = make_member(account=make_account(name="Ada Smith"))
    return make_running_group(leads=[lead])


# Apologies


def apology_path(seat: Seat, number: int = 2) -> str:
    session = seat.place.work_group.sessions.get(number=number)
    return f"{my_path(seat)}apology/{session.pk}/"


def apologies() -> list[tuple[int, str]]:
    return list(Apology.objects.values_list("session__number", "reason"))


def test_reading_the_apology_page_changes_nothing_and_chooses_nothing(client, seat):
    response = client.get(apology_path(seat))
    assert "Can you come on Thursday 19 November?" in words(response)
    assert " checked" not in response.content.decode()
    assert apologies() == []


def test_an_apology_is_stored_once_and_confirmed_on_the_own_page(client, seat):
    for _ in range(2):
        data = {"answer": "sorry", "reason": "a school trip"}
        response = client.post(apology_path(seat), data, follow=True)
        assert response.redirect_chain == [(my_path(seat), 302)]
        assert "You are not expected on Thursday 19 November." in words(response)
    assert apologies() == [(2, "a school trip")]


def test_an_apology_is_taken_back_by_the_same_page(client, seat):
    client.post(apology_path(seat), {"answer": "sorry"})
    assert "Yes, I can come after all" in words(client.get(apology_path(seat)))
    response = client.post(apology_path(seat), {"answer": "coming"}, follow=True)
    assert "You are expected on Thursday 19 November." in words(response)
    assert apologies() == []


def test_an_answer_without_a_choice_keeps_what_was_typed(client, seat):
    response = client.post(apology_path(seat), {"reason": "a school trip"})
    assert response.status_code == 200
    assert "Choose whether you can come." in words(response)
    assert "a school trip" in words(response)
    assert apologies() == []


def test_a_reason_that_is_too_long_is_refused_and_kept(client, seat):
    reason = "long " * 100
    response = client.post(apology_path(seat), {"answer": "sorry", "reason": reason})
    assert "300 characters fit" in words(response)
    assert reason.strip() in words(response)
    assert apologies() == []


def test_a_session_that_has_been_refuses_kindly(client, seat):
    response = client.get(apology_path(seat, 1))
    assert response.status_code == 200
    assert "This session has taken place: Thursday 15 October" in words(response)
    assert client.post(apology_path(seat, 1), {"answer": "sorry"}).status_code == 409
    assert apologies() == []


def test_nobody_apologises_for_somebody_elses_session(client, seat):
    other = make_session()
    path = f"{my_path(seat)}apology/{other.pk}/"
    assert client.get(path).status_code == 404
    assert client.post(path, {"answer": "sorry"}).status_code == 404
    assert apologies() == []


def test_two_who_share_a_mailbox_apologise_each_for_themselves(client, seat):
    ana = make_seat_in(
        seat.place.work_group, place=seat.place, participant=make_participant(name="Ana Lima")
    )
    client.post(apology_path(ana), {"answer": "sorry"})
    assert list(Apology.objects.values_list("seat", flat=True)) == [ana.pk]


def test_an_apology_counts_from_a_browser_that_keeps_no_cookies_and_names_no_origin(seat):
    """As browsers send it from a page that lets no referrer out."""
    browser = Client(enforce_csrf_checks=True, headers={"origin": "null"})

    assert browser.get(apology_path(seat))["Referrer-Policy"] == "no-referrer"
    assert browser.post(apology_path(seat), {"answer": "sorry"}).status_code == 302
    assert len(apologies()) == 1


# The lost link


def test_known_and_unknown_addresses_get_the_same_answer_at_the_same_cost(client):
    make_participant(email="sam@school.example")

    def ask(address: str) -> tuple[str, int]:
        with CaptureQueriesContext(connection) as captured:
            response = client.post("/my/", {"email": address})
        assert response.status_code == 200
        return words(response).replace(address, "…"), len(captured)

    assert ask("sam@school.example") == ask("stranger@school.example")
    assert set(Message.objects.values_list("kind", "recipient")) == {
        ("my-link", "sam@school.example"),
        ("my-link", "stranger@school.example"),
    }


@pytest.mark.parametrize("typed", ["", "sam", "sam@", "sam@school.example\nBcc: x@y.example"])
def test_what_is_no_address_is_refused_and_kept(client, typed):
    response = client.post("/my/", {"email": typed})
    assert response.status_code == 200
    assert heading(response) == "Get the link to your sessions"
    assert "There is something to put right" in words(response)
    assert Message.objects.count() == 0


def test_reading_the_page_sends_nothing(client):
    assert client.get("/my/").status_code == 200
    assert client.get("/my/?email=sam@school.example").status_code == 200
    assert Message.objects.count() == 0


def test_a_network_that_asks_too_often_waits(client):
    for number in range(views.MOST_LINKS):
        assert client.post("/my/", {"email": f"a{number}@school.example"}).status_code == 200
    response = client.post("/my/", {"email": "one-more@school.example"})
    assert response.status_code == 429
    assert "Please wait ten minutes" in words(response)
    assert Message.objects.count() == views.MOST_LINKS
    elsewhere = client.post("/my/", {"email": "one-more@school.example"}, REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == 200


def test_pages_answer_only_the_methods_they_are_for(client, seat):
    for path in (my_path(seat), f"/work-groups/{seat.place.work_group_id}/"):
        assert client.post(path).status_code == 405
    assert client.put("/my/").status_code == 405
