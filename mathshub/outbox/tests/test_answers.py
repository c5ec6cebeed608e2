"""What the mail server's words mean."""

import smtplib

import pytest

from mathshub.outbox.answers import Answer, Verdict, read_answer


def recipient_refused(code: int, words: bytes) -> smtplib.SMTPRecipientsRefused:
    return smtplib.SMTPRecipientsRefused({"a@school.example": (code, words)})


def sender_refused(code: int) -> smtplib.SMTPSenderRefused:
    return smtplib.SMTPSenderRefused(code, b"no", "portal@hub.example")


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (recipient_refused(550, b"5.1.1 User unknown"), Verdict.NO_SUCH_MAILBOX),
        (recipient_refused(553, b"no such mailbox"), Verdict.NO_SUCH_MAILBOX),
        (recipient_refused(550, b"5.7.1 Unable to relay"), Verdict.REFUSED),
        (recipient_refused(550, b"5.7.12 Sender not allowed"), Verdict.REFUSED),
        (recipient_refused(550, b"5.2.1 Mailbox disabled"), Verdict.NO_SUCH_MAILBOX),
        (recipient_refused(550, b"5.5.0 Mailbox unavailable"), Verdict.NO_SUCH_MAILBOX),
        (recipient_refused(552, b"5.2.2 Mailbox full"), Verdict.REFUSED),
        (recipient_refused(552, b"Quota exceeded"), Verdict.REFUSED),
        (recipient_refused(550, b"5.2.3 RecipSizeLimit; message too large"), Verdict.REFUSED),
        (recipient_refused(550, b"5.2.4 Mailing list expansion problem"), Verdict.REFUSED),
        (recipient_refused(552, b"5.3.4 Message too big for system"), Verdict.REFUSED),
        (recipient_refused(550, b"5.1.8 Access denied, bad outbound sender"), Verdict.REFUSED),
        (recipient_refused(550, b"No such user at [192.5.7.1]"), Verdict.NO_SUCH_MAILBOX),
        (recipient_refused(450, b"greylisted"), Verdict.LATER),
        (recipient_refused(452, b"4.5.3 too many"), Verdict.LATER),
        (recipient_refused(421, b"closing"), Verdict.AWAY),
        (sender_refused(421), Verdict.AWAY),
        (sender_refused(452), Verdict.AWAY),
        (sender_refused(530), Verdict.AWAY),
        (sender_refused(552), Verdict.REFUSED),
        (smtplib.SMTPDataError(554, b"spam"), Verdict.REFUSED),
        (smtplib.SMTPDataError(552, b"too big"), Verdict.REFUSED),
        (smtplib.SMTPDataError(451, b"later"), Verdict.LATER),
        (smtplib.SMTPDataError(421, b"closing"), Verdict.AWAY),
        (smtplib.SMTPAuthenticationError(535, b"bad password"), Verdict.AWAY),
    ],
)
def test_answers_say_whose_fault_it_is(error: Exception, verdict: Verdict) -> None:
    assert read_answer(error, text_begun=True).verdict is verdict


def test_a_silence_before_the_text_means_that_the_server_has_nothing() -> None:
    error = smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
    assert read_answer(error, text_begun=False).verdict is Verdict.AWAY


def test_a_silence_after_the_text_leaves_it_open() -> None:
    assert read_answer(TimeoutError("timed out"), text_begun=True) == Answer(
        Verdict.UNKNOWN, None, "TimeoutError: timed out"
    )


def test_the_servers_words_are_kept_on_one_line() -> None:
    answer = read_answer(recipient_refused(550, b"5.1.1 No such\r\n user \xff"), text_begun=False)
    assert (answer.code, answer.words) == (550, "5.1.1 No such user \ufffd")
