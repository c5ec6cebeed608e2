"""The admin of sessions and participants: moved, switched, cancelled, and links sent again."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from enrolment.tests.factories import make_participant
from mathshub.links import make_token
from mathshub.outbox.models import Message
from mathshub.scope import hub_scope
from mathshub.tests.page_forms import forms_sent_by
from sessions.models import Session
from sessions.tests.factories import NOW, make_apology, make_seat_in, make_session
from workgroups.models import Hub, HubMember
from workgroups.tests.factories import (
    make_days_to_avoid,
    make_hub,
    make_member,
    make_work_group,
)
from workgroups.tests.staff import lead_client, staff_client

SESSIONS = "/admin/workgroup_sessions/session/"
PEOPLE = "/admin/enrolment/participant/"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def lead(hub: Hub) -> Client:
    return staff_client()


def query_count(get: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as queries:
        get()
    return len(queries)


def moved(**changes: str) -> dict[str, str]:
    return {
        "day": "2027-01-14",
        "starts": "15:45",
        "ends": "17:15",
        "mode": "twilight",
        "venue": "Town Hall",
        "join_link": "",
    } | changes


@pytest.mark.parametrize("address", [SESSIONS, PEOPLE])
def test_the_lists_cost_as_many_queries_for_three_rows_as_for_one(
    lead: Client, address: str
) -> None:
    def grow() -> None:
        session = make_session()
        make_seat_in(session.work_group)

    grow()
    lead.get(address)
    one = query_count(lambda: lead.get(address))
    grow()
    grow()
    assert query_count(lambda: lead.get(address)) == one


def test_moving_changes_time_place_and_mode_and_calendars_follow(lead: Client) -> None:
    session = make_session()
    response = lead.post(f"{SESSIONS}{session.pk}/move/", moved(), follow=True)
    assert "on Thursday 14 January, 15:45 to 17:15, twilight" in response.content.decode()
    session.refresh_from_db()
    assert (session.starts_at, session.venue, session.sequence) == (
        datetime(2027, 1, 14, 15, 45, tzinfo=UTC),
        "Town Hall",
        1,
    )


def test_a_summer_time_is_the_time_on_the_wall(lead: Client) -> None:
    session = make_session()
    lead.post(f"{SESSIONS}{session.pk}/move/", moved(day="2027-06-14"))
    session.refresh_from_db()
    assert session.starts_at == datetime(2027, 6, 14, 14, 45, tzinfo=UTC)


GOOD_FRIDAY = "2027-03-26"


def test_a_day_that_the_planner_would_pass_over_is_pointed_out_once_and_never_refused(
    lead: Client,
) -> None:
    session = make_session()
    address = f"{SESSIONS}{session.pk}/move/"
    page = lead.post(address, moved(day=GOOD_FRIDAY)).content.decode()
    assert "Friday 26 March 2027: bank holiday (Good Friday). Nothing is changed yet." in page
    assert Session.objects.get(pk=session.pk).starts_at == session.starts_at
    [form] = [each for each in forms_sent_by(page) if "day" in each]
    response = lead.post(address, form, follow=True)
    assert "is on Friday 26 March, 15:45 to 17:15" in response.content.decode()


def test_another_such_day_is_pointed_out_again(lead: Client) -> None:
    session = make_session()
    make_days_to_avoid()
    seen = {"day_pointed_out": GOOD_FRIDAY}
    page = lead.post(
        f"{SESSIONS}{session.pk}/move/", moved(day="2027-05-12") | seen
    ).content.decode()
    assert "Wednesday 12 May 2027: test week: Key stage 2 tests." in page


def test_only_a_new_day_is_pointed_out(lead: Client) -> None:
    session = make_session(starts_at=datetime(2027, 3, 26, 15, 45, tzinfo=UTC))
    changes = moved(day=GOOD_FRIDAY, starts="16:00", ends="17:30")
    lead.post(f"{SESSIONS}{session.pk}/move/", changes)
    session.refresh_from_db()
    assert session.starts_at == datetime(2027, 3, 26, 16, 0, tzinfo=UTC)


def test_a_session_to_come_on_such_a_day_says_so_on_its_page(lead: Client) -> None:
    session = make_session(starts_at=datetime(2027, 5, 12, 14, 45, tzinfo=UTC))
    address = f"{SESSIONS}{session.pk}/change/"
    assert "That day:" not in lead.get(address).content.decode()
    make_days_to_avoid()
    assert "That day: test week: Key stage 2 tests." in lead.get(address).content.decode()


def test_a_session_becomes_to_be_confirmed(lead: Client) -> None:
    session = make_session()
    lead.post(f"{SESSIONS}{session.pk}/move/", moved(day="", starts="", ends=""))
    session.refresh_from_db()
    assert session.is_to_be_confirmed


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"starts": "18:00"}, "must end after it starts"),
        ({"day": "2020-01-14"}, "in the past"),
        ({"ends": ""}, "Give the day and both times"),
        (
            {"day": "2027-03-28", "starts": "01:30", "ends": "03:00"},
            "no 01:30, because the clocks go forward",
        ),
    ],
)
def test_times_that_can_not_be_are_refused_and_kept_on_the_page(
    lead: Client, changes: dict[str, str], words: str
) -> None:
    session = make_session()
    page = lead.post(f"{SESSIONS}{session.pk}/move/", moved(**changes)).content.decode()
    assert words in page
    assert "Town Hall" in page
    before = session.starts_at
    session.refresh_from_db()
    assert (session.starts_at, session.sequence) == (before, 0)


def test_switching_keeps_the_time(lead: Client) -> None:
    session = make_session(mode=Session.Mode.FACE_TO_FACE)
    lead.post(f"{SESSIONS}{session.pk}/switch/", {"join_link": "https://meet.example/x"})
    before = session.starts_at
    session.refresh_from_db()
    assert (session.mode, session.join_link, session.starts_at) == (
        Session.Mode.VIRTUAL,
        "https://meet.example/x",
        before,
    )


def test_cancelling_asks_why_and_keeps_it(lead: Client) -> None:
    session = make_session()
    address = f"{SESSIONS}{session.pk}/cancel/"
    assert "Say why it is cancelled." in lead.post(address, {"reason": ""}).content.decode()
    lead.post(address, {"reason": "snow"})
    session.refresh_from_db()
    assert session.state == Session.State.CANCELLED
    assert "Cancelled: snow" in lead.get(f"{SESSIONS}{session.pk}/history/").content.decode()


def test_a_session_that_was_held_can_not_be_moved(lead: Client) -> None:
    session = make_session(starts_at=NOW - timedelta(days=3))
    page = lead.post(f"{SESSIONS}{session.pk}/move/", moved()).content.decode()
    assert "has taken place" in page
    assert lead.get(f"{SESSIONS}{session.pk}/change/").context["buttons"] == []


def test_a_published_session_is_never_removed(lead: Client) -> None:
    published, planned = make_session(), make_session(state=Session.State.PLANNED)
    assert lead.post(f"{SESSIONS}{published.pk}/delete/", {"post": "yes"}).status_code == 403
    lead.post(f"{SESSIONS}{planned.pk}/delete/", {"post": "yes"})
    assert list(Session.objects.all()) == [published]


def test_the_page_says_who_is_expected_and_who_can_not_come(lead: Client) -> None:
    session = make_session()
    comes = make_seat_in(session.work_group, participant=make_participant(name="Ana"))
    sorry = make_seat_in(session.work_group, participant=make_participant(name="Ben"))
    make_apology(session=session, seat=sorry, reason="a school trip")
    expected = lead.get(f"{SESSIONS}{session.pk}/change/").context["expected"]
    assert {line["participant"]: line["apology"] is not None for line in expected} == {
        comes.participant: False,
        sorry.participant: True,
    }


def test_a_work_group_lead_moves_the_own_sessions_only(hub: Hub) -> None:
    member = make_member(role=HubMember.Role.WORK_GROUP_LEAD)
    own = make_session(work_group=make_work_group(leads=[member]))
    other = make_session()
    client = lead_client(member)
    assert client.post(f"{SESSIONS}{own.pk}/move/", moved()).status_code == 302
    assert client.post(f"{SESSIONS}{other.pk}/move/", moved()).status_code == 404
    assert list(client.get(SESSIONS).context["cl"].result_list) == [own]


def test_another_hub_s_session_looks_as_if_it_were_missing(lead: Client) -> None:
    with hub_scope(make_hub(slug="wandle")):
        theirs = make_session()
    for page in ("change", "move", "switch", "cancel", "history", "delete"):
        assert lead.get(f"{SESSIONS}{theirs.pk}/{page}/").status_code == 404


def test_this_week_is_from_monday_to_sunday(lead: Client) -> None:
    monday = NOW - timedelta(days=NOW.weekday())
    inside = make_session(starts_at=monday + timedelta(days=6, hours=3))
    make_session(starts_at=monday + timedelta(days=7, hours=3))
    make_session(starts_at=monday - timedelta(days=1))
    make_session(starts_at=monday + timedelta(days=2), state=Session.State.PLANNED)
    rows = lead.get(f"{SESSIONS}?when=this-week").context["cl"].result_list
    assert list(rows) == [inside]


def test_a_changed_title_reaches_calendars(lead: Client) -> None:
    session = make_session()
    lead.post(f"{SESSIONS}{session.pk}/change/", {"title": "Bar models", "bring": ""})
    session.refresh_from_db()
    assert (session.title, session.sequence) == ("Bar models", 1)


# --- participants ---


def test_the_personal_link_is_sent_again_once(lead: Client) -> None:
    seat = make_seat_in(make_work_group(), participant=make_participant(email="ana@school.example"))
    Message.objects.all().delete()
    address = f"{PEOPLE}{seat.participant_id}/send-link/"
    assert "Send it, 1 e-mail" in lead.get(address).content.decode()
    assert not Message.objects.exists()
    lead.post(address)
    lead.post(address)
    assert [message.recipient for message in Message.objects.all()] == ["ana@school.example"]


def test_a_personal_link_that_has_gone_astray_is_ended(lead: Client, client: Client) -> None:
    person = make_seat_in(make_work_group(), participant=make_participant()).participant
    Message.objects.all().delete()
    old = f"/my/{make_token('my', person.pk, person.link_generation)}/"
    feed = f"/my/calendar/{make_token('calendar', person.pk, person.link_generation)}.ics"
    address = f"{PEOPLE}{person.pk}/end-links/"
    assert "no e-mail" in lead.get(address).content.decode()
    assert [client.get(path).status_code for path in (old, feed)] == [200, 200]

    lead.post(address)

    assert [client.get(path).status_code for path in (old, feed)] == [404, 404]
    person.refresh_from_db()
    new = f"/my/{make_token('my', person.pk, person.link_generation)}/"
    assert client.get(new).status_code == 200
    assert not Message.objects.exists()


def test_a_fourth_link_in_a_day_is_said_not_to_go(lead: Client) -> None:
    seat = make_seat_in(make_work_group(), participant=make_participant(email="ana@school.example"))
    address = f"{PEOPLE}{seat.participant_id}/send-link/"
    for _ in range(3):
        page = lead.post(address, follow=True).content.decode()
        assert "The link goes to ana@school.example." in page
        Message.objects.update(state=Message.State.SENT, sent_at=NOW)
    assert "Nothing was sent" in lead.post(address, follow=True).content.decode()


def test_a_work_group_lead_sees_the_own_participants_once(hub: Hub) -> None:
    member = make_member(role=HubMember.Role.WORK_GROUP_LEAD)
    group = make_work_group(leads=[member])
    seat = make_seat_in(group)
    second = make_work_group(offering=group.offering, leads=[member])
    make_seat_in(second, participant=seat.participant)
    other = make_seat_in(make_work_group())
    client = lead_client(member)
    assert list(client.get(PEOPLE).context["cl"].result_list) == [seat.participant]
    assert client.get(f"{PEOPLE}{other.participant_id}/change/").status_code == 404
    assert client.post(f"{PEOPLE}{seat.participant_id}/send-link/").status_code == 403


@pytest.mark.parametrize(
    ("page", "change"),
    [("move", {"venue": "Town Hall"}), ("switch", {"join_link": "https://meet.example.org/b"})],
)
def test_a_page_opened_before_a_colleague_s_change_does_not_take_it_back(
    lead: Client, page: str, change: dict[str, str]
) -> None:
    session = make_session()
    url = f"{SESSIONS}{session.pk}/{page}/"
    [mine] = [f for f in forms_sent_by(lead.get(url).content.decode()) if "as_of" in f]
    theirs = moved(day="2027-02-11", mode="virtual", join_link="https://meet.example.org/a")
    lead.post(f"{SESSIONS}{session.pk}/move/", theirs)
    told = lead.post(url, mine | change).content.decode()
    assert "since you opened this page somebody has changed it to" in told
    session.refresh_from_db()
    assert (session.starts_at.month, session.join_link) == (2, "https://meet.example.org/a")
    [again] = [form for form in forms_sent_by(told) if "as_of" in form]
    assert lead.post(url, again).status_code == 302
