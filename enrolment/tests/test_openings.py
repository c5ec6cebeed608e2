"""“Tell me when it reopens”: one e-mail when the window opens, and then nothing is left."""

import re
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from enrolment.errors import TooManyWait
from enrolment.messages import plan_window_opened
from enrolment.models import OpeningNotice
from enrolment.services import openings
from enrolment.services.openings import ask_to_be_told, forget_notices, stop_waiting
from enrolment.tests.factories import NOW, make_opening_notice
from enrolment.tests.filling import hearing_token
from mathshub.links import make_token
from mathshub.outbox.kinds import kind_named
from mathshub.outbox.letters import write_email
from mathshub.outbox.models import Message
from mathshub.outbox.planning import plan_messages
from mathshub.scope import hub_scope
from workgroups.models import Hub, HubMember, Offering, Programme
from workgroups.tests.factories import make_hub, make_offering, make_programme
from workgroups.tests.staff import staff_client

TODAY = NOW.date()
DAY = timedelta(days=1)
ADDRESS = "head@school.example"


def ask(programme: Programme, email: str = ADDRESS, now: datetime = NOW) -> OpeningNotice:
    return ask_to_be_told(email, programme=programme, by=None, now=now)


def open_window(programme: Programme, **fields: date) -> Offering:
    fields = {"opens_on": TODAY, "closes_on": TODAY + 20 * DAY} | fields
    return make_offering(programme=programme, **fields)


def reason_against(message: Message, now: datetime = NOW) -> str:
    return kind_named(message.kind).unwanted(message, now)


def settle(state: str) -> None:
    Message.objects.update(state=state)


# --- asking ---


@pytest.mark.database
def test_an_address_waits_once_for_a_programme_however_often_and_however_it_is_typed(hub: Hub):
    programme, other = make_programme(), make_programme()
    first = ask(programme)
    again = ask(programme, "HEAD@School.example", NOW + DAY)
    ask(other)
    assert again == first
    assert list(OpeningNotice.objects.values_list("email", "programme", "asked_at")) == [
        (ADDRESS, programme.pk, NOW + DAY),
        (ADDRESS, other.pk, NOW),
    ]
    assert not Message.objects.exists()


def test_when_very_many_wait_the_page_stops_taking_addresses(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(openings, "MOST_WAITING", 1)
    programme = make_programme()
    ask(programme)
    with pytest.raises(TooManyWait):
        ask(programme, "other@school.example")
    assert OpeningNotice.objects.count() == 1


def test_who_waits_already_gets_the_same_answer_however_many_wait(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    programme = make_programme()
    ask(programme)
    monkeypatch.setattr(openings, "MOST_WAITING", 1)
    ask(programme, ADDRESS.upper())
    assert OpeningNotice.objects.count() == 1


# --- telling ---


@pytest.mark.database
def test_each_who_waits_gets_one_message_when_the_window_opens_and_not_before(hub: Hub):
    programme, other = make_programme(), make_programme()
    ask(programme), ask(programme, "lead@school.example"), ask(other)
    open_window(programme, opens_on=TODAY + DAY)
    plan_window_opened(NOW)
    assert not Message.objects.exists()

    for minutes in (0, 5):
        plan_window_opened(NOW + DAY + timedelta(minutes=minutes))

    assert sorted(Message.objects.values_list("recipient", flat=True)) == [
        ADDRESS,
        "lead@school.example",
    ]


def test_nobody_is_written_to_at_midnight_nor_after_the_window(hub: Hub):
    programme = make_programme()
    ask(programme)
    open_window(programme, opens_on=date(2027, 6, 1), closes_on=date(2027, 6, 30))
    midnight = datetime.fromisoformat("2027-06-01T00:02:00+01:00")
    plan_window_opened(midnight)
    message = Message.objects.get()
    assert message.due_at == datetime.fromisoformat("2027-06-01T08:00:00+01:00")
    assert message.expires_at == datetime.fromisoformat("2027-07-01T00:00:00+01:00")


def test_the_letter_says_what_is_open_until_when_and_that_the_address_goes(hub: Hub):
    programme = make_programme(name="Mastery Embedding", slug="embedding")
    notice = ask(programme)
    offering = open_window(programme, closes_on=date(2026, 12, 11))
    plan_window_opened(NOW)
    message = Message.objects.get()
    email = write_email(message, kind_named(message.kind).render(message, NOW))
    assert email.subject == "You can now express an interest in Mastery Embedding 2026/27"
    site = "http://lea-valley.localhost:8000"
    for text in (email.body, str(email.alternatives[0].content)):
        for wanted in (
            "Friday 11 December 2026",
            f"{site}/interest/{offering.pk}/",
            f"{site}/programmes/embedding/",
            f"{site}/hear/{make_token('opening', notice.pk, 1)}/stop/",
            "your address is deleted within a day",
        ):
            assert wanted in text


def test_it_no_longer_goes_once_the_window_is_shut_or_the_address_was_taken_back(hub: Hub):
    programme = make_programme()
    notice = ask(programme)
    offering = open_window(programme)
    plan_window_opened(NOW)
    message = Message.objects.get()
    assert reason_against(message) == ""
    Offering.objects.filter(pk=offering.pk).update(opens_on=TODAY + DAY)
    assert reason_against(message) == "the window is no longer open"
    stop_waiting(notice, by=None, now=NOW)
    message.refresh_from_db()
    assert reason_against(message) == "the address is no longer kept"
    assert message.state == Message.State.CANCELLED


@pytest.mark.database
def test_a_window_that_was_put_off_tells_them_when_it_opens_after_all(hub: Hub):
    programme = make_programme()
    ask(programme)
    offering = open_window(programme)
    plan_window_opened(NOW)
    settle(Message.State.CANCELLED)
    Offering.objects.filter(pk=offering.pk).update(opens_on=TODAY + 3 * DAY)
    assert forget_notices(NOW + DAY) == 0

    plan_window_opened(NOW + 3 * DAY)

    assert Message.objects.filter(state=Message.State.QUEUED).count() == 1


# --- forgetting ---


@pytest.mark.database
@pytest.mark.parametrize("state", ["sent", "dead", "suppressed"])
def test_the_address_goes_the_night_after_it_was_told_or_could_not_be(hub: Hub, state: str):
    programme = make_programme()
    ask(programme), ask(make_programme())
    open_window(programme)
    plan_window_opened(NOW)
    assert forget_notices(NOW) == 0
    settle(state)
    assert forget_notices(NOW + DAY) == 1
    assert OpeningNotice.objects.get().programme != programme


def test_who_asks_anew_after_having_been_told_waits_again(hub: Hub):
    programme = make_programme()
    ask(programme)
    offering = open_window(programme)
    plan_window_opened(NOW)
    settle(Message.State.SENT)
    Offering.objects.filter(pk=offering.pk).update(closes_on=TODAY)
    ask(programme, now=NOW + DAY)
    assert forget_notices(NOW + DAY) == 0


@pytest.mark.database
def test_after_a_year_without_a_window_the_address_goes(hub: Hub):
    make_opening_notice(asked_at=NOW - 365 * DAY - timedelta(seconds=1))
    kept = make_opening_notice(asked_at=NOW - 365 * DAY)
    with hub_scope(make_hub(slug="other")):
        make_opening_notice(asked_at=NOW - 500 * DAY)
    assert forget_notices(NOW) == 1
    assert OpeningNotice.objects.get() == kept


# --- the pages ---


@pytest.fixture
def closed(hub: Hub, on_the_day: None) -> Programme:
    return make_programme(name="Embedding", slug="embedding")


HEAR = "/programmes/embedding/hear/"


def send(client: Client, programme: Programme, **fields: str):
    form = {"form_token": hearing_token(programme), "email": ADDRESS} | fields
    return client.post(f"/programmes/{programme.slug}/hear/", form)


def test_a_closed_programme_leads_to_the_form_and_the_form_to_what_becomes_of_the_address(
    client: Client, closed: Programme
):
    assert f'href="{HEAR}"' in client.get("/programmes/embedding/").content.decode()
    assert "at the latest after 12 months" in client.get(HEAR).content.decode()
    sent = send(client, closed, email=" Head@School.example ")
    assert (sent.status_code, sent["Location"]) == (302, f"{HEAR}thanks/")
    assert "You get one e-mail" in client.get(sent["Location"]).content.decode()
    assert OpeningNotice.objects.get().email == "head@school.example"


def test_the_answer_is_the_same_for_an_address_that_waits_already(
    client: Client, closed: Programme
):
    answers = [send(client, closed) for _ in range(2)]
    assert len({(each.status_code, each["Location"]) for each in answers}) == 1
    assert all(not each.cookies for each in answers)


def test_a_program_that_fills_every_field_gets_the_answer_and_leaves_nothing(
    client: Client, closed: Programme
):
    sent = send(client, closed, website="https://spam.example")
    assert sent["Location"] == f"{HEAR}thanks/"
    assert not OpeningNotice.objects.exists()


@pytest.mark.parametrize(
    "email", ["", "head", "a@b", "x" * 300 + "@school.example", "a\x00@school.example", "é"]
)
def test_what_is_no_address_gets_a_sentence(client: Client, closed: Programme, email: str):
    answer = send(client, closed, email=email)
    assert answer.status_code == 200
    assert "govuk-error-summary" in answer.content.decode()
    assert "<title>Error: " in answer.content.decode()
    assert not OpeningNotice.objects.exists()


def test_who_sends_at_once_is_asked_to_press_once_more(client: Client, closed: Programme):
    quick = hearing_token(closed, age=timedelta(seconds=1.9))
    page = send(client, closed, form_token=quick).content.decode()
    assert "That was very quick." in page
    assert f'value="{ADDRESS}"' in page
    assert f'value="{quick}"' in page, "its age goes on"
    assert not OpeningNotice.objects.exists()
    in_time = hearing_token(closed, age=timedelta(seconds=2))
    assert send(client, closed, form_token=in_time).status_code == 302


@pytest.mark.parametrize("token", ["", "forged", "of another form"])
def test_a_page_that_is_none_of_ours_comes_back_with_the_address_and_a_token(
    client: Client, closed: Programme, token: str
):
    if token == "of another form":
        token = hearing_token(make_programme())
    page = send(client, closed, form_token=token).content.decode()
    assert "This page could not be matched" in page
    assert f'value="{ADDRESS}"' in page
    assert re.search(r'name="form_token" value="[^"]+~', page)
    assert not OpeningNotice.objects.exists()


def test_too_many_from_one_network_are_asked_to_wait(
    client: Client, closed: Programme, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("enrolment.views.openings.MOST_ASKED", 1)
    send(client, closed)
    answer = send(client, closed, email="other@school.example")
    assert answer.status_code == 429
    assert "other@school.example" in answer.content.decode()
    assert OpeningNotice.objects.count() == 1


def test_while_the_window_is_open_the_page_of_the_programme_is_shown_instead(
    client: Client, closed: Programme
):
    open_window(closed)
    for answer in (client.get(HEAR), send(client, closed)):
        assert (answer.status_code, answer["Location"]) == (302, "/programmes/embedding/")
    assert not OpeningNotice.objects.exists()


def test_the_link_in_the_letter_deletes_only_when_asked_to(client: Client, closed: Programme):
    notice = make_opening_notice(programme=closed)
    page = f"/hear/{make_token('opening', notice.pk, 1)}/stop/"
    assert ADDRESS not in client.get(page).content.decode()
    assert client.post(page).status_code == 200
    assert client.post(page, {"answer": "keep"})["Location"] == "/programmes/embedding/"
    assert OpeningNotice.objects.count() == 1
    assert "Your address is deleted" in client.post(page, {"answer": "stop"}).content.decode()
    assert not OpeningNotice.objects.exists()
    for again in (client.get(page), client.post(page, {"answer": "stop"})):
        assert again.status_code == 404
        assert "Your address is deleted" in again.content.decode()


def test_another_hubs_link_deletes_nothing(client: Client, closed: Programme):
    with hub_scope(make_hub(slug="other")):
        theirs = make_opening_notice()
    page = f"/hear/{make_token('opening', theirs.pk, 1)}/stop/"
    assert client.post(page, {"answer": "stop"}).status_code == 404
    with hub_scope(theirs.hub):
        assert OpeningNotice.objects.exists()


# --- the admin ---


@pytest.mark.usefixtures("on_the_day")
def test_staff_see_how_many_wait_and_how_many_e_mails_an_opening_sends(hub: Hub):
    programme = make_programme(name="Embedding")
    offering = make_offering(programme=programme, opens_on=None, closes_on=None)
    for number in range(12):
        make_opening_notice(programme=programme, email=f"school{number}@school.example")
    lead = staff_client()
    page = lead.get(f"/admin/workgroups/programme/{programme.pk}/change/").content.decode()
    listed = f"/admin/enrolment/openingnotice/?programme={programme.pk}"
    assert f'<a href="{listed}">12 addresses wait</a>' in page
    page = lead.get(f"/admin/workgroups/offering/{offering.pk}/change/").content.decode()
    assert "12 addresses wait for Embedding: 12 e-mails go out" in page
    assert len(lead.get(listed).context["cl"].result_list) == 12


@pytest.mark.usefixtures("on_the_day")
def test_staff_can_take_an_address_out_and_viewers_can_not(hub: Hub):
    notice = make_opening_notice()
    page = f"/admin/enrolment/openingnotice/{notice.pk}/delete/"
    assert staff_client(HubMember.Role.VIEWER).post(page, {"post": "yes"}).status_code == 403
    assert staff_client(HubMember.Role.WORK_GROUP_LEAD).get(page).status_code == 403
    assert staff_client().post(page, {"post": "yes"}).status_code == 302
    assert not OpeningNotice.objects.exists()


def test_the_planner_runs_with_the_others(hub: Hub):
    programme = make_programme()
    ask(programme)
    open_window(programme)
    with time_machine.travel(NOW, tick=False):
        planned = {each.planner: each.added for each in plan_messages(NOW)}
    assert planned["enrolment.messages.openings.plan_window_opened"] == 1
