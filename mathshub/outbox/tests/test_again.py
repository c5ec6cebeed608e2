"""Sending once more: a new message beside the old one, never twice by one click, never a secret."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mathshub.accounts.models import Account
from mathshub.outbox.again import (
    FOR_ONE_USE,
    KIND_GONE,
    NOT_SENT,
    UNWRITTEN,
    WAITS,
    OnceMore,
    email_now,
    family_of,
    look_at,
    send_once_more,
)
from mathshub.outbox.claim import claim_due
from mathshub.outbox.kinds import Kind
from mathshub.outbox.models import Message
from mathshub.outbox.opt_out import stop_kind
from mathshub.outbox.recheck import NOT_WANTED, SUPPRESSED
from mathshub.outbox.services import send_all_again, triable
from mathshub.outbox.suppression import suppress
from mathshub.outbox.sweep import sweep
from mathshub.outbox.tests.factories import NOW, Clock, make_message, write_letter
from mathshub.scope import all_hubs
from mathshub.testing.smtp import SmtpSink
from workgroups.models import Hub
from workgroups.tests.factories import make_account

State = Message.State
pytestmark = pytest.mark.database
HOUR_AGO = NOW - timedelta(hours=1)


@pytest.fixture
def lead(hub: Hub) -> Account:
    return make_account(name="Ruth Adeyemi")


def make_sent(**fields: object) -> Message:
    fields = {"state": State.SENT, "sent_at": HOUR_AGO, "due_at": HOUR_AGO} | fields
    return make_message(**fields)


def reasons(found: OnceMore) -> list[str]:
    return [reason for _, reason in found.refused]


def test_a_new_message_goes_and_the_old_one_stays_as_it_is(
    lead: Account, smtp_sink: SmtpSink, clock: Clock
) -> None:
    first = make_sent(recipient="head@school.example", message_id="<1@a>", text_body="Old words")
    send_once_more([first], by=lead, now=NOW)
    sweep(clock=clock)

    old, new = family_of(first)
    assert (old.pk, old.state, old.sent_at, old.text_body) == (
        first.pk,
        State.SENT,
        HOUR_AGO,
        "Old words",
    )
    assert (new.key, new.state, new.sent_at) == (f"{first.key}:again:1", State.SENT, NOW)
    assert (new.recipient, new.recipient_name) == (first.recipient, first.recipient_name)
    assert new.context == first.context | {"again_by": lead.pk}
    [delivery] = smtp_sink.deliveries
    assert "It is on Thursday." in delivery.text
    assert new.message_id not in ("", first.message_id), "a letter of its own"


def test_a_second_click_finds_it_waiting_and_a_third_too_soon(lead: Account) -> None:
    first = make_sent()
    assert len(send_once_more([first], by=lead, now=NOW).going) == 1
    assert reasons(send_once_more([first], by=lead, now=NOW)) == [WAITS]

    Message.objects.exclude(pk=first.pk).update(state=State.SENT, sent_at=NOW)
    soon = send_once_more([first], by=lead, now=NOW + timedelta(minutes=9))
    assert reasons(soon) == ["It left at 09:00; it can be sent once more from 09:10 on."]
    assert len(family_of(first)) == 2


def test_each_repeat_has_a_number_of_its_own_also_when_the_first_are_gone(lead: Account) -> None:
    keys = ("place:1", "place:12", "place:1:again:1", "place:1:again:2")
    first, *_ = [make_sent(key=key, recipient="head@school.example") for key in keys]
    Message.objects.filter(key="place:1").delete()
    again = Message.objects.get(key="place:1:again:1")
    send_once_more([again], by=lead, now=NOW)
    assert [each.key for each in family_of(first)] == [
        "place:1:again:1",
        "place:1:again:2",
        "place:1:again:3",
    ]


def test_what_its_reader_asked_for_again_is_counted_by_no_number(lead: Account) -> None:
    keys = ("eoi:1", "eoi:1:again:2026-11-22T09:00")
    first, second = [make_sent(key=key, recipient="head@school.example") for key in keys]
    send_once_more([second], by=lead, now=NOW)
    assert [each.key for each in family_of(first)] == [*keys, "eoi:1:again:1"]


def test_words_changed_by_hand_go_once_more_as_well(lead: Account) -> None:
    first = make_sent(words={"opening": "Dear Grace, as we said:", "changes": []})
    send_once_more([first], by=lead, now=NOW)
    assert family_of(first)[-1].words == first.words


def test_two_rows_of_one_family_go_once(lead: Account) -> None:
    keys = ("place:1", "place:1:again:1")
    rows = [make_sent(key=key, recipient="head@school.example") for key in keys]
    found = send_once_more(rows, by=lead, now=NOW)
    assert (len(found.going), reasons(found), Message.objects.count()) == (1, [WAITS], 3)


def test_it_waits_as_long_as_its_kind_or_the_first_one_may(lead: Account) -> None:
    short, long = (
        make_sent(expires_at=HOUR_AGO + timedelta(minutes=1)),
        make_sent(expires_at=NOW + timedelta(days=9)),
    )
    send_once_more([short, long], by=lead, now=NOW)
    assert [family_of(each)[1].expires_at - NOW for each in (short, long)] == [
        timedelta(hours=72),
        timedelta(days=9),
    ]


@pytest.mark.parametrize("state", sorted({*State} - {State.SENT}))
def test_only_what_was_handed_over_goes_once_more(lead: Account, state: str) -> None:
    message = make_message(state=state)
    [reason] = reasons(send_once_more([message], by=lead, now=NOW))
    assert reason == NOT_SENT
    assert Message.objects.count() == 1


def test_secrets_unknown_kinds_and_shut_addresses_stay(
    lead: Account, register_kind: Callable[..., Kind]
) -> None:
    register_kind(name="secret", keeps_no_text=True)
    register_kind(name="nudge", optional=True)
    suppress("Gone@school.example", reason="550")
    stop_kind(make_sent(kind="nudge", recipient="quiet@school.example"), now=NOW)
    rows = [
        make_sent(kind="secret"),
        make_sent(kind="of-yesterday"),
        make_sent(recipient="gone@school.example"),
        make_sent(kind="nudge", recipient="Quiet@school.example"),
        make_sent(recipient="quiet@school.example"),
        make_sent(recipient="zoë@school.example"),
    ]
    found = send_once_more(rows, by=lead, now=NOW)
    assert reasons(found) == [
        FOR_ONE_USE,
        KIND_GONE,
        SUPPRESSED,
        NOT_WANTED,
        "Mail servers can't be relied on to take letters like these before the @.",
    ]
    assert found.going == [rows[4]]


def test_beforehand_one_reads_what_it_says_now_or_why_it_goes_no_more(
    hub: Hub, register_kind: Callable[..., Kind]
) -> None:
    def lost(message: Message, now: object) -> str:
        return message.context["gone"]

    register_kind(name="over", unwanted=lambda message, now: "the session has begun")
    register_kind(name="lost", unwanted=lost, render=write_letter)
    email = email_now(make_sent(context={"text": "It is on Friday."}), now=NOW)
    assert not isinstance(email, str)
    assert "It is on Friday." in str(email.body)
    assert email_now(make_sent(kind="over"), now=NOW) == "the session has begun"
    assert email_now(make_sent(kind="lost"), now=NOW) == UNWRITTEN


def test_a_batch_takes_as_many_queries_for_twenty_as_for_two(lead: Account) -> None:
    def queries(number: int) -> int:
        rows = [make_sent() for _ in range(number)]
        failed = [make_message(state=State.DEAD) for _ in range(number)]
        with CaptureQueriesContext(connection) as asked:
            assert len(send_once_more(rows, by=lead, now=NOW).going) == number
            assert send_all_again(failed, now=NOW) == number
            look_at(rows, now=NOW)
        return len(asked)

    assert queries(2) == queries(20)


def test_failed_ones_are_tried_anew_each_with_the_time_of_its_kind(
    hub: Hub, register_kind: Callable[..., Kind]
) -> None:
    register_kind(name="brief", expires_after=timedelta(hours=1))
    register_kind(name="secret", keeps_no_text=True)
    suppress("gone@school.example", reason="550")
    rows = [
        make_message(state=State.DEAD, attempts=6),
        make_message(kind="brief", state=State.SUPPRESSED),
        make_message(state=State.SUPPRESSED, recipient="gone@school.example"),
        make_message(kind="secret", state=State.DEAD),
        make_message(kind="of-yesterday", state=State.DEAD),
        make_sent(),
    ]
    assert triable(rows) == rows[:2]
    assert send_all_again(rows, now=NOW) == 2
    with all_hubs("test"):
        claimed = claim_due(9, now=NOW).messages
    assert [(each.pk, each.attempts, each.expires_at - NOW) for each in claimed] == [
        (rows[0].pk, 0, timedelta(hours=72)),
        (rows[1].pk, 0, timedelta(hours=1)),
    ]
