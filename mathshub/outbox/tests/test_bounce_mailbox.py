"""Delivery reports are fetched from the sender's mailbox; people's mail there is left alone."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from pytest_django import Settings

from mathshub.outbox import bounce_mailbox
from mathshub.outbox.admin import alarms
from mathshub.outbox.bounce_mailbox import MailboxAway, Tally, read_bounces
from mathshub.outbox.models import Message
from mathshub.outbox.suppression import is_suppressed
from mathshub.outbox.tests import reports
from mathshub.outbox.tests.factories import NOW, make_message
from mathshub.outbox.tests.imap import ImapMailbox
from mathshub.outbox.tests.reports import HEAD, OURS
from workgroups.models import Hub

State = Message.State
MINUTES = timedelta(minutes=1)


@pytest.fixture
def mailbox_of(settings: Settings) -> Iterator[Callable[..., ImapMailbox]]:
    """A mailbox with these mails, named by BOUNCE_MAILBOX_URL."""
    opened: list[ImapMailbox] = []

    def open_mailbox(*texts: str) -> ImapMailbox:
        opened.append(ImapMailbox(*(text.encode() for text in texts)))
        settings.BOUNCE_MAILBOX_URL = opened[-1].url
        return opened[-1]

    yield open_mailbox
    for mailbox in opened:
        mailbox.stop()


@pytest.fixture
def message(hub: Hub) -> Message:
    return make_message(recipient=HEAD, message_id=OURS, state=State.SENT, sent_at=NOW)


def test_reports_are_noted_and_read_and_all_else_stays_unread(
    message: Message, mailbox_of: Callable[..., ImapMailbox]
) -> None:
    mailbox = mailbox_of(reports.OUT_OF_OFFICE, reports.DELAYED, reports.EXCHANGE)
    assert read_bounces(NOW) == Tally(reports=2, came_back=1)
    message.refresh_from_db()
    assert message.came_back_at == NOW
    assert is_suppressed(HEAD)
    assert mailbox.seen == {2, 3}
    whole = [each for each in mailbox.asked if "BODY.PEEK[]" in each]
    assert len(whole) == 2, "a person's mail is not fetched"


def test_the_second_run_finds_nothing(
    message: Message, mailbox_of: Callable[..., ImapMailbox]
) -> None:
    mailbox_of(reports.EXCHANGE)
    read_bounces(NOW)
    assert read_bounces(NOW + MINUTES) == Tally()


def test_a_run_that_breaks_off_is_made_up_for(
    message: Message, mailbox_of: Callable[..., ImapMailbox]
) -> None:
    mailbox = mailbox_of(reports.EXCHANGE)
    mailbox.fails_at = "UID STORE"
    with pytest.raises(MailboxAway):
        read_bounces(NOW)
    mailbox.fails_at = ""
    assert read_bounces(NOW + MINUTES) == Tally(reports=1, came_back=1)
    message.refresh_from_db()
    assert message.came_back_at == NOW, "it stands as it was told first"


STRANGE = "Content-Type: multipart/report; boundary=x\nIn-Reply-To: =?utf-8?b?A?=\n\n"
# Parts in parts, far deeper than any reader follows.
BOTTOMLESS = "".join(
    f"Content-Type: multipart/report; boundary={depth}\n\n--{depth}\n" for depth in range(2_000)
)


@pytest.mark.parametrize("text", [STRANGE, BOTTOMLESS])
def test_a_mail_that_can_t_be_read_stops_none_behind_it(
    text: str,
    message: Message,
    mailbox_of: Callable[..., ImapMailbox],
) -> None:
    mailbox = mailbox_of(text, reports.EXCHANGE)
    assert read_bounces(NOW) == Tally(reports=2, came_back=1)
    assert mailbox.seen == {1, 2}


def test_the_log_tells_of_such_a_mail_and_nothing_that_stands_in_it(
    hub: Hub, mailbox_of: Callable[..., ImapMailbox], caplog: pytest.LogCaptureFixture
) -> None:
    mailbox_of(BOTTOMLESS)
    read_bounces(NOW)
    [told] = caplog.records
    assert told.getMessage() == "Mail 1 of the mailbox can't be read as a report: RecursionError."
    assert told.exc_info is None


@pytest.mark.django_db
def test_a_database_that_is_away_leaves_the_report_for_the_next_run(
    message: Message, mailbox_of: Callable[..., ImapMailbox]
) -> None:
    mailbox = mailbox_of(reports.EXCHANGE)

    def away(*_: object) -> None:
        raise OperationalError("the server closed the connection")

    with connection.execute_wrapper(away), pytest.raises(OperationalError):
        read_bounces(NOW)
    assert mailbox.seen == set()
    assert read_bounces(NOW) == Tally(reports=1, came_back=1)


def test_many_mails_are_looked_at_in_few_questions(
    message: Message, mailbox_of: Callable[..., ImapMailbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answers to a large mailing lie there unread for days."""
    monkeypatch.setattr(bounce_mailbox, "HEADERS_AT_ONCE", 40)
    mailbox = mailbox_of(
        *[reports.OUT_OF_OFFICE] * 59, reports.DELAYED, *[reports.OUT_OF_OFFICE] * 29, reports.GMAIL
    )
    assert read_bounces(NOW) == Tally(reports=2, came_back=1)
    assert mailbox.seen == {60, 90}
    fetched = [each for each in mailbox.asked if each.startswith("UID FETCH")]
    assert len([each for each in fetched if "HEADER" in each]) == 3
    assert len([each for each in fetched if "BODY.PEEK[]" in each]) == 2


def test_a_mail_that_is_gone_before_it_is_looked_at_is_left_out(
    message: Message, mailbox_of: Callable[..., ImapMailbox]
) -> None:
    mailbox = mailbox_of(reports.DELAYED, reports.EXCHANGE)
    mailbox.gone = {1}
    assert read_bounces(NOW) == Tally(reports=1, came_back=1)


def test_one_run_takes_so_many_and_the_next_the_rest(
    message: Message, mailbox_of: Callable[..., ImapMailbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounce_mailbox, "MOST_AT_ONCE", 2)
    mailbox_of(reports.DELAYED, reports.RELAYED, reports.POSTFIX)
    assert read_bounces(NOW) == Tally(reports=2)
    assert read_bounces(NOW) == Tally(reports=1, came_back=1)


def test_a_long_report_is_read_as_far_as_it_matters(
    message: Message, mailbox_of: Callable[..., ImapMailbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounce_mailbox, "MOST_BYTES", len(reports.POSTFIX) - 20)
    mailbox_of(reports.POSTFIX + "x" * 10_000)
    assert read_bounces(NOW).came_back == 1


@pytest.mark.parametrize(
    "url",
    [
        "imap://portal:secret@mail.example.org/INBOX",  # in clear over the net
        "https://mail.example.org/",
        "imap://portal:wrong@127.0.0.1:1/INBOX",
    ],
)
def test_a_mailbox_that_can_t_be_read_is_said_in_words(
    url: str, settings: Settings, hub: Hub
) -> None:
    settings.BOUNCE_MAILBOX_URL = url
    with pytest.raises(CommandError, match="can't be read"):
        call_command("read_bounces")


def test_a_wrong_password_is_said_in_words(
    hub: Hub, mailbox_of: Callable[..., ImapMailbox], settings: Settings
) -> None:
    settings.BOUNCE_MAILBOX_URL = mailbox_of().url.replace("p%40ss", "wrong")
    with pytest.raises(CommandError, match="can't be read"):
        call_command("read_bounces")


def test_the_command_says_what_it_found(
    message: Message, mailbox_of: Callable[..., ImapMailbox]
) -> None:
    mailbox_of(reports.EXCHANGE)
    out = StringIO()
    call_command("read_bounces", stdout=out)
    assert out.getvalue() == "1 reports read; 1 messages of ours came back.\n"


def test_without_a_mailbox_the_command_says_so() -> None:
    with pytest.raises(CommandError, match="BOUNCE_MAILBOX_URL is not set"):
        call_command("read_bounces")


@pytest.mark.database
def test_staff_are_told_of_a_mailbox_that_is_not_read(
    message: Message, mailbox_of: Callable[..., ImapMailbox], settings: Settings
) -> None:
    def told(now: datetime) -> list[str]:
        return [each for each in alarms(now) if "mail that comes back" in each]

    settings.BOUNCE_MAILBOX_URL = ""
    assert told(NOW) == [], "there is none to read"
    mailbox = mailbox_of(reports.EXCHANGE)
    assert "not been read yet" in told(NOW)[0]
    read_bounces(NOW)
    assert told(NOW + 30 * MINUTES) == []
    mailbox.stop()
    with pytest.raises(MailboxAway):
        read_bounces(NOW + 30 * MINUTES)
    assert "not been read since 09:00 on 23 November" in told(NOW + 31 * MINUTES)[0]
