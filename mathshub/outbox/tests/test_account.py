"""What the mail account may send, and leaving its server alone when it is away."""

from collections import Counter
from datetime import timedelta

import pytest
from pytest_django import Settings

from mathshub.outbox import account
from mathshub.outbox.models import MailAccount, Message
from mathshub.outbox.sweep import sweep
from mathshub.outbox.tests.factories import NOW, Clock, make_message
from mathshub.testing.smtp import SmtpSink
from workgroups.models import Hub

pytestmark = pytest.mark.database


@pytest.fixture(autouse=True)
def exchange_online(settings: Settings) -> None:
    settings.EMAIL_RATE_PER_MINUTE = 25


@pytest.mark.django_db
def test_a_fifth_of_a_minutes_worth_may_go_at_once() -> None:
    assert account.take_tokens(50, now=NOW) == 5
    assert account.take_tokens(50, now=NOW) == 0


@pytest.mark.django_db
def test_tokens_come_back_with_time_and_do_not_pile_up() -> None:
    account.take_tokens(5, now=NOW)
    assert account.take_tokens(5, now=NOW + timedelta(seconds=5)) == 2
    assert account.take_tokens(50, now=NOW + timedelta(hours=1)) == 5


@pytest.mark.django_db
def test_tokens_that_no_message_needed_go_back() -> None:
    account.take_tokens(5, now=NOW)
    account.return_tokens(3, now=NOW)
    assert account.take_tokens(50, now=NOW) == 3


@pytest.mark.django_db
def test_no_more_senders_talk_to_the_server_than_the_account_has_connections(
    settings: Settings,
) -> None:
    settings.EMAIL_CONNECTIONS = 2
    first, second, third = (account.new_sender() for _ in range(3))
    assert account.take_tokens(1, now=NOW, sender=first) == 1
    assert account.take_tokens(1, now=NOW, sender=second) == 1
    assert account.take_tokens(1, now=NOW, sender=third) == 0
    account.return_tokens(0, now=NOW, sender=first)
    assert account.take_tokens(1, now=NOW, sender=third) == 1


@pytest.mark.django_db
def test_a_dead_senders_connection_is_free_when_its_lease_is_over(settings: Settings) -> None:
    settings.EMAIL_CONNECTIONS = 1
    account.take_tokens(1, now=NOW, sender=account.new_sender())
    for seconds, taken in ((59, 0), (60, 1)):
        later = NOW + timedelta(seconds=seconds)
        assert account.take_tokens(1, now=later, sender=account.new_sender()) == taken


def test_a_sweep_gives_its_connection_back(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock, settings: Settings
) -> None:
    settings.EMAIL_CONNECTIONS = 1
    for _ in range(2):
        make_message()
        sweep(clock=clock)
    assert len(smtp_sink.deliveries) == 2
    assert MailAccount.objects.get().connections == {}


@pytest.mark.django_db
def test_a_clock_that_jumps_back_stops_nothing_for_long() -> None:
    account.take_tokens(5, now=NOW + timedelta(hours=1))
    assert account.take_tokens(5, now=NOW) == 0
    assert account.take_tokens(5, now=NOW + timedelta(seconds=12)) == 5


@pytest.mark.django_db
def test_a_slow_account_still_sends(settings: Settings) -> None:
    settings.EMAIL_RATE_PER_MINUTE = 1
    assert account.take_tokens(50, now=NOW) == 1
    assert account.take_tokens(50, now=NOW + timedelta(seconds=61)) == 1


def test_no_minute_sees_more_than_thirty_messages_and_the_hour_25_a_minute(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock
) -> None:
    for _ in range(110):
        make_message()
    sent_in = Counter[int]()
    for _ in range(5 * 12):
        sweep(clock=clock)
        minute = int((clock() - NOW).total_seconds() // 60)
        sent_in[minute] = len(smtp_sink.deliveries) - sum(
            count for other, count in sent_in.items() if other != minute
        )
        clock.pass_by(seconds=5)
    assert max(sent_in.values()) <= 30
    assert sent_in[1] in (24, 25, 26)
    assert sum(sent_in.values()) == 110


def test_a_confirmation_overtakes_reminders_that_wait_for_the_rate(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock
) -> None:
    for _ in range(40):
        make_message(priority=Message.Priority.REMINDER)
    sweep(clock=clock)
    confirmation = make_message(due_at=NOW + timedelta(seconds=1))
    clock.pass_by(seconds=5)
    sweep(clock=clock)
    assert smtp_sink.deliveries[5].recipients == (confirmation.recipient,)


def test_messages_that_did_not_go_cost_no_tokens(
    hub: Hub, smtp_sink: SmtpSink, clock: Clock
) -> None:
    for _ in range(5):
        make_message(recipient="no address")
    make_message()
    sweep(clock=clock)
    assert len(smtp_sink.deliveries) == 1


@pytest.mark.django_db
def test_one_alert_is_given_and_the_banner_knows_since_when(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for minutes in range(4):
        account.note_failure("refused", now=NOW + timedelta(minutes=minutes))
    assert [each.levelname for each in caplog.records] == ["ERROR"]
    assert account.is_failing()
    assert MailAccount.objects.get().failing_since == NOW

    account.note_success()
    assert not account.is_failing()
    assert MailAccount.objects.get().rests_until is None
