"""What will go out: by day, group and kind; skipped, held and let go again, with who it concerns."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from enrolment.tests.factories import make_participant
from mathshub.outbox import kinds
from mathshub.outbox.claim import claim_due
from mathshub.outbox.going_out import Where, fortnight
from mathshub.outbox.models import Hold, Message
from mathshub.outbox.services import Draft, queue_messages
from mathshub.outbox.skipping import let_go_again, skip_line, stopped_on
from mathshub.outbox.tests.factories import NOW, make_hold, make_message
from mathshub.outbox.wording_of_lines import change_words_of_line
from mathshub.scope import all_hubs, hub_scope
from mathshub.tests.page_forms import forms_sent_by
from sessions.tests.factories import make_running_group, make_seat_in, make_session
from workgroups.models import Hub, HubMember, WorkGroup
from workgroups.tests.factories import make_hub, make_work_group
from workgroups.tests.staff import staff_client

State = Message.State
TODAY = NOW.date()
TOMORROW = NOW + timedelta(days=1)
NEXT_DAY = TOMORROW.date()
REMINDER = "session-reminder"
PAGE = "/admin/outbox/message/going-out/"


@pytest.fixture
def here(db: None) -> Iterator[Hub]:
    hub = make_hub(slug="lea-valley")
    with hub_scope(hub), time_machine.travel(NOW, tick=False):
        yield hub


@pytest.fixture
def lead(here: Hub) -> Client:
    return staff_client()


@pytest.fixture
def group(here: Hub) -> WorkGroup:
    return make_work_group(name="Maple")


@pytest.fixture
def foresee(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Have a planner that is going to write so many reminders tomorrow."""

    def set_up(group: WorkGroup, number: int = 1) -> None:
        drafts = [
            Draft(
                kind=REMINDER,
                key=f"foreseen:{each}",
                recipient=f"f{each}@school.example",
                recipient_name=f"Foreseen {each}",
                work_group_id=group.pk,
                due_at=TOMORROW,
                expires_at=TOMORROW + timedelta(days=1),
            )
            for each in range(number)
        ]
        monkeypatch.setattr(kinds, "_foreseers", [lambda now, until: iter(drafts)])

    return set_up


def reminder(group: WorkGroup | None, **fields: Any) -> Message:
    fields = {"due_at": TOMORROW} | fields
    return make_message(kind=REMINDER, work_group=group, **fields)


def line_url(group: WorkGroup | None, day: date = NEXT_DAY, kind: str = REMINDER) -> str:
    return f"{PAGE}{day:%Y-%m-%d}/{group.pk if group else 0}/{kind}/"


def words(page: Any) -> str:
    text = re.sub(r"<[^>]+>", " ", page.content.decode().split("<main", 1)[1])
    return re.sub(r"\s+", " ", text)


# --- the fortnight ---


@pytest.mark.database
def test_it_counts_by_day_group_and_kind(group: WorkGroup, foresee: Callable[..., None]) -> None:
    foresee(group, 2)
    other = make_work_group(offering=group.offering, name="Alder")
    for name in ("Bea", "Ada"):
        reminder(group, recipient_name=name, recipient=f"{name}@school.example")
    reminder(group, recipient_name="Ada", recipient="Ada@school.example")
    reminder(other)
    make_message(kind="eoi-digest", due_at=TOMORROW)
    reminder(group, due_at=NOW - timedelta(days=2))  # should have gone
    reminder(group, due_at=NOW + timedelta(days=14))  # after the fortnight
    reminder(group, state=State.SENT)
    with hub_scope(make_hub()):
        make_message(kind=REMINDER)
    told = [
        (
            line.where,
            line.group_name,
            line.messages,
            line.people,
            [str(person) for person in line.first],
            line.is_foreseen,
        )
        for day in fortnight(NOW)
        for line in day.lines
    ]
    tomorrow = TOMORROW.date()
    assert told == [
        (Where(TODAY, group.pk, REMINDER), "Maple", 1, 1, ["Asha Patel"], False),
        (Where(tomorrow, 0, "eoi-digest"), "", 1, 1, ["Asha Patel"], False),
        (Where(tomorrow, other.pk, REMINDER), "Alder", 1, 1, ["Asha Patel"], False),
        (Where(tomorrow, group.pk, REMINDER), "Maple", 3, 2, ["Ada", "Bea"], False),
        (Where(tomorrow, group.pk, REMINDER), "Maple", 2, 2, ["Foreseen 0", "Foreseen 1"], True),
    ]


@pytest.mark.database
def test_ten_are_named_and_the_line_s_page_names_all(lead: Client, group: WorkGroup) -> None:
    for number in range(12):
        reminder(group, recipient_name=f"Person {number:02}")
    page = words(lead.get(PAGE))
    assert "12 people" in page
    assert "All 12" in page
    assert ("Person 09" in page, "Person 10" in page) == (True, False)
    assert "Person 11" in words(lead.get(line_url(group)))


def test_the_day_is_london_s(here: Hub, group: WorkGroup) -> None:
    reminder(group, due_at=datetime.fromisoformat("2027-06-01T23:30:00+00:00"))
    [day] = fortnight(datetime.fromisoformat("2027-05-30T12:00:00+00:00"))
    assert day.day == date(2027, 6, 2)


@pytest.mark.database
def test_what_is_held_says_so(group: WorkGroup) -> None:
    other = make_work_group(offering=group.offering)
    for _ in range(2):
        single = reminder(other)
        reminder(group)

    def held() -> list[int]:
        return [line.held for day in fortnight(NOW) for line in day.lines]

    make_hold(message=single)
    make_hold(work_group=group)
    assert sorted(held()) == [1, 2]
    make_hold()
    assert held() == [2, 2]


def test_it_costs_the_same_queries_for_many(
    lead: Client, group: WorkGroup, foresee: Callable[..., None]
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert lead.get(PAGE).status_code == 200
        return len(queries)

    foresee(group)
    reminder(group)
    make_hold(work_group=group)
    lead.get(PAGE)
    one = cost()
    foresee(group, 5)
    for number in range(5):
        other = make_work_group(offering=group.offering)
        make_hold(message=reminder(other, due_at=NOW + timedelta(days=number)))
        make_hold(work_group=other)
    assert cost() == one


# --- skipping ---


@pytest.mark.database
def test_a_line_is_skipped_for_its_day_alone_written_or_not(
    group: WorkGroup, foresee: Callable[..., None]
) -> None:
    foresee(group, 2)
    reminder(group)
    kept = [
        reminder(group, due_at=TOMORROW + timedelta(days=1)),
        reminder(make_work_group(offering=group.offering)),
        make_message(kind="session-changed", work_group=group, due_at=TOMORROW),
    ]
    where = Where(TOMORROW.date(), group.pk, REMINDER)
    assert skip_line(where, by="R. Okafor", now=NOW) == 3
    assert set(Message.objects.filter(state=State.QUEUED)) == set(kept)
    reasons = Message.objects.filter(state=State.CANCELLED).values_list("state_reason", flat=True)
    assert list(reasons) == ["stopped by R. Okafor"] * 3
    assert skip_line(where, by="S. Ali", now=NOW) == 0, "a second click finds nothing"
    [draft] = [each for each in kinds.foreseers()[0](NOW, NOW) if each.key == "foreseen:0"]
    queue_messages([draft], now=TOMORROW)  # as its planner will
    assert Message.objects.get(key="foreseen:0").state == State.CANCELLED


@pytest.mark.database
def test_what_was_skipped_can_go_after_all_until_it_is_past(group: WorkGroup) -> None:
    where = Where(TOMORROW.date(), group.pk, REMINDER)
    message = reminder(group)
    reminder(group, state=State.CANCELLED, state_reason="the session moved")
    skip_line(where, by="R. Okafor", now=NOW)
    assert let_go_again(stopped_on(where, TOMORROW + timedelta(hours=71)), now=NOW) == 1
    message.refresh_from_db()
    assert (message.state, message.state_reason, message.due_at) == (State.QUEUED, "", TOMORROW)
    assert let_go_again(stopped_on(where, NOW), now=NOW) == 0
    skip_line(where, by="R. Okafor", now=NOW)
    assert let_go_again(stopped_on(where, TOMORROW + timedelta(hours=72)), now=NOW) == 0


@pytest.mark.database
def test_what_was_due_before_is_skipped_and_let_go_with_the_line_of_today(
    group: WorkGroup,
) -> None:
    where = Where(NOW.date(), group.pk, REMINDER)
    yesterday = {"due_at": NOW - timedelta(days=1), "expires_at": NOW + timedelta(days=2)}
    decided = {"state": State.CANCELLED, "state_reason": "stopped by S. Ali"}
    stays = reminder(group, **yesterday, **decided)  # somebody did that without e-mail
    message = reminder(group, **yesterday, attempts=6, deferrals=2)
    assert skip_line(where, by="R. Okafor", now=NOW) == 1
    assert let_go_again(stopped_on(where, NOW), now=NOW) == 1
    message.refresh_from_db()
    assert (message.state, message.due_at) == (State.QUEUED, NOW)
    assert (message.attempts, message.deferrals) == (0, 0)
    stays.refresh_from_db()
    assert stays.state == State.CANCELLED


@pytest.mark.parametrize("day", ["9999-12-31", "9000-01-01", "0001-01-01", "2026-02-30"])
def test_a_day_beyond_the_fortnight_is_not_found(lead: Client, group: WorkGroup, day: str) -> None:
    assert lead.get(f"{PAGE}{day}/{group.pk}/{REMINDER}/").status_code == 404


def test_the_page_of_skipping_says_how_many_and_who_and_does_it_once(
    lead: Client, group: WorkGroup, foresee: Callable[..., None]
) -> None:
    foresee(group)
    reminder(group, recipient_name="Bea Lin")
    url = f"{line_url(group)}skip/"
    page = words(lead.get(url))
    assert "2 e-mails to 2 people will not be sent." in page
    assert "Bea Lin" in page
    assert "Foreseen 0" in page
    assert "Skip 2 e-mails" in page
    assert Message.objects.filter(state=State.CANCELLED).count() == 0
    assert "2 e-mails will not be sent." in words(lead.post(url, follow=True))
    assert "nothing was changed" in words(lead.post(url, follow=True))
    assert set(Message.objects.values_list("state", flat=True)) == {State.CANCELLED}
    undo = f"{line_url(group)}let-go/"
    assert "Waiting again: 2 e-mails to 2 people." in words(lead.get(undo))
    assert "2 e-mails will go." in words(lead.post(undo, follow=True))
    assert set(Message.objects.values_list("state", flat=True)) == {State.QUEUED}


def test_what_is_stopped_stays_in_the_fortnight_and_leads_to_letting_it_go(
    lead: Client, group: WorkGroup
) -> None:
    reminder(group)
    make_message(kind="session-changed", state=State.CANCELLED, state_reason="the session moved")
    reminder(group, state=State.CANCELLED, state_reason="stopped by A", due_at=NOW - timedelta(1))
    skip_line(Where(NEXT_DAY, group.pk, REMINDER), by="R. Okafor", now=NOW)
    day, _digest_of_next_week = fortnight(NOW)
    assert [(line.where.day, line.messages, line.is_stopped) for line in day.lines] == [
        (NEXT_DAY, 1, True)
    ]
    assert day.messages == 0
    page = lead.get(PAGE)
    assert "stopped" in words(page)
    assert line_url(group) in page.content.decode()


@pytest.mark.parametrize("page", ["skip", "let-go", "write"])
def test_where_nothing_is_left_to_do_the_line_says_so(
    lead: Client, group: WorkGroup, page: str
) -> None:
    url = f"{line_url(group)}{page}/"
    for answer in (lead.get(url, follow=True), lead.post(url, follow=True)):
        assert answer.redirect_chain == [(line_url(group), 302)]
        assert re.search(r"nothing was changed|Nothing of this|written already", words(answer))


# --- the words of a line, and each message by itself ---


def test_all_behind_a_line_are_worded_and_nothing_else(lead: Client) -> None:
    group = make_running_group()
    make_session(work_group=group, starts_at=TOMORROW + timedelta(days=2))
    for name in ("Ada Obi", "Bea Lin"):
        make_seat_in(group, participant=make_participant(name=name))
    first = fortnight(NOW)[0].day
    url = f"{line_url(group, first)}words/"
    assert url in lead.get(line_url(group, first)).content.decode()
    page = lead.get(url)
    assert "2 e-mails to 2 people will say it so. No e-mail goes now." in words(page)
    typed = "Dear [name], bring {{ it }}"
    shown = lead.post(url, sent_by(page, opening=typed, show="preview"))
    assert "Dear Ada Obi, bring {{ it }}" in words(shown)
    reminders = Message.objects.filter(kind=REMINDER)
    assert not reminders.exists(), "only shown"
    told = words(lead.post(url, sent_by(shown), follow=True))
    assert "Saved: 2 e-mails will say it so." in told
    assert "Dear Ada Obi, bring {{ it }}" in told, "the line shows its letter"
    rows = reminders.values_list("state", "words__opening")
    assert list(rows) == [(State.QUEUED, typed)] * 2, "the later reminder is not written"
    assert typed in lead.get(url).content.decode()


def test_what_is_not_written_yet_is_written_for_its_words_and_waits(
    group: WorkGroup, foresee: Callable[..., None]
) -> None:
    foresee(group, 2)
    where = Where(NEXT_DAY, group.pk, REMINDER)
    texts = {"subject": "", "opening": "Bring a laptop.", "closing": ""}
    assert change_words_of_line(where, texts, by="R. Okafor", now=NOW) == 2
    rows = Message.objects.values_list("state", "due_at", "words__opening")
    assert list(rows) == [(State.QUEUED, TOMORROW, "Bring a laptop.")] * 2


def test_a_line_is_written_beforehand_so_that_each_is_handled_by_itself(
    lead: Client, group: WorkGroup, foresee: Callable[..., None]
) -> None:
    foresee(group, 2)
    url = f"{line_url(group)}write/"
    assert "2 e-mails to 2 people will be written now" in words(lead.get(url))
    assert Message.objects.count() == 0
    page = words(lead.post(url, follow=True))
    assert "Written, and waiting." in page
    assert "A name leads to that one e-mail" in page
    assert list(Message.objects.values_list("state", "due_at")) == [(State.QUEUED, TOMORROW)] * 2


def test_a_line_that_may_not_be_worded_offers_nothing_of_it(lead: Client, here: Hub) -> None:
    make_message(kind="eoi-digest", due_at=TOMORROW)
    page = lead.get(line_url(None, kind="eoi-digest"))
    assert "Change the words" not in words(page)
    answer = lead.get(f"{line_url(None, kind='eoi-digest')}words/", follow=True)
    assert "could say something else" in words(answer)


# --- holding, as staff do it ---


REASON = "The hall is not settled."


def sent_by(page: Any, **typed: str) -> dict[str, Any]:
    """All that a browser sends of the form on the page, with this typed into it."""
    *_, shown = forms_sent_by(page.content.decode())
    return shown | typed


def place(client: Client, url: str, **typed: str) -> Any:
    """Hold as the page proposes it, or with this typed."""
    return client.post(url, sent_by(client.get(url), **{"reason": REASON} | typed), follow=True)


def test_holding_all_says_what_it_means_before_and_again_for_another_day(
    lead: Client, group: WorkGroup, foresee: Callable[..., None]
) -> None:
    foresee(group)
    reminder(group, due_at=NOW)
    make_message(kind="session-changed", due_at=NOW + timedelta(days=9))
    url = "/admin/outbox/hold/all/"
    page = words(lead.get(url))
    assert "Kept back: 1 e-mail to 1 person that would leave until then." in page
    assert "Kept back, too: 1 e-mail that will be written until then." in page
    assert "2 of them would be past by the end of Monday 30 November" in page
    later = TODAY + timedelta(days=10)
    shown = place(lead, url, until=f"{later}")
    page = words(shown)
    assert "2 e-mails to 2 people that would leave until then" in page
    assert "Press again" in page
    assert Hold.objects.count() == 0, "another day than was shown: the numbers come first"
    page = words(lead.post(url, sent_by(shown), follow=True))
    assert "Held until the end of Thursday 3 December. No e-mail was sent." in page
    assert "All messages are held until the end of Thursday 3 December: The hall is not" in page
    assert "This is held already" in words(place(lead, url))
    [hold] = Hold.objects.all()
    assert (hold.reason, hold.until, hold.placed_by is not None) == (REASON, later, True)


def test_a_hold_gets_another_reason_or_end(lead: Client) -> None:
    hold = make_hold()
    url = f"/admin/outbox/hold/{hold.pk}/alter/"
    assert "It was changed." in words(place(lead, url, reason="Settled soon."))
    shown = place(lead, url, until="2026-12-04")
    assert "Press again" in words(shown)
    lead.post(url, sent_by(shown))
    hold.refresh_from_db()
    assert (hold.reason, hold.until) == (REASON, date(2026, 12, 4))


@pytest.mark.parametrize("until", ["", "2026-11-22", "2027-12-24", "soon"])
def test_a_hold_has_a_reason_and_an_end_that_is_near(lead: Client, until: str) -> None:
    url = "/admin/outbox/hold/all/"
    for typed in ({"until": until}, {"reason": ""}):
        page = place(lead, url, **typed)
        assert "There is something to put right" in page.content.decode() or "Error" in words(page)
    assert Hold.objects.count() == 0


def test_lifting_says_who_is_written_to_at_once_and_offers_to_drop_it(
    lead: Client, group: WorkGroup
) -> None:
    reminder(group, due_at=NOW - timedelta(hours=2), recipient_name="Bea Lin")
    reminder(group)
    hold = make_hold(work_group=group)
    url = f"/admin/outbox/hold/{hold.pk}/lift/"
    page = words(lead.get(url))
    assert "1 e-mail to 1 person should have gone by now." in page
    assert "Bea Lin" in page
    assert "Later, as they fall due: 1 e-mail." in page
    shown = lead.get(url)
    lead.post(url, sent_by(shown))
    assert Hold.objects.get().lifted_at is None, "neither is chosen beforehand"
    page = words(lead.post(url, sent_by(shown, overdue="drop"), follow=True))
    assert "The hold is lifted: 1 e-mail dropped." in page
    page = words(lead.post(url, sent_by(shown, overdue="go"), follow=True))
    assert "This hold is over already" in page
    with all_hubs("a sender"):
        assert claim_due(50, now=NOW).messages == []


def test_one_message_is_held_and_let_go_from_its_page(lead: Client, group: WorkGroup) -> None:
    message = reminder(group)
    page = f"/admin/outbox/message/{message.pk}/change/"
    assert "Hold it" in words(lead.get(page))
    told = words(place(lead, f"/admin/outbox/hold/message/{message.pk}/"))
    assert Hold.objects.get().message == message
    assert "One message to Asha Patel is held until the end of Thursday 26 November" in told
    assert "Hold it" not in told
    lead.post(f"/admin/outbox/message/{message.pk}/stop/")
    assert "Let it go after all" in words(lead.get(page))
    lead.post(f"/admin/outbox/message/{message.pk}/let-go/")
    message.refresh_from_db()
    assert message.state == State.QUEUED


def test_who_only_looks_is_offered_nothing_and_may_nothing(here: Hub, group: WorkGroup) -> None:
    viewer = staff_client(HubMember.Role.VIEWER)
    hold = make_hold()
    message = reminder(group)
    pages = [PAGE, line_url(group), f"/admin/outbox/hold/{hold.pk}/change/", "/admin/outbox/hold/"]
    for url in pages:
        page = viewer.get(url)
        assert page.status_code == 200
        assert not re.search(
            r"Skip|Hold all|Let them go|Hold it|Change the words|One by one", words(page)
        )
    acts = [
        f"{line_url(group)}skip/",
        f"{line_url(group)}let-go/",
        f"{line_url(group)}words/",
        f"{line_url(group)}write/",
        f"/admin/outbox/message/{message.pk}/let-go/",
        "/admin/outbox/hold/all/",
        f"/admin/outbox/hold/group/{group.pk}/",
        f"/admin/outbox/hold/message/{message.pk}/",
        f"/admin/outbox/hold/{hold.pk}/lift/",
        f"/admin/outbox/hold/{hold.pk}/alter/",
    ]
    for url in acts:
        assert {viewer.get(url).status_code, viewer.post(url).status_code} == {403}, url


def test_a_work_group_lead_sees_no_messages(here: Hub, group: WorkGroup) -> None:
    client = staff_client(HubMember.Role.WORK_GROUP_LEAD)
    assert {client.get(url).status_code for url in (PAGE, line_url(group))} == {403}


@pytest.mark.parametrize("day", ["2026-13-01", "today", "2026-11-24T10"])
def test_a_day_or_kind_that_is_none_is_not_found(lead: Client, group: WorkGroup, day: str) -> None:
    assert lead.get(f"{PAGE}{day}/{group.pk}/{REMINDER}/").status_code == 404
    assert lead.get(line_url(group, kind="nonsense")).status_code == 404
