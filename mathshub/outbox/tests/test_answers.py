"""What the mail server's words mean."""

import smtplib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mathshub.outbox.answers import Answer, Verdict, read_answer, without_addresses


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


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("5.1.1 <jane@s.example>: Recipient rejected", "5.1.1 <address>: Recipient rejected"),
        ("user jane.o'brien+maths@s.example is unknown.", "user <address> is unknown."),
        ("(jane@s.example, RCPT TO:<amy@s.example>)", "(<address>, RCPT TO:<address>)"),
        ("no jane@s.example. Ask postmaster@s.example.", "no <address>. Ask <address>."),
        ('<"jane obi"@s.example> is gone', "<address> is gone"),
        ("<jane@[192.0.2.1]>: no", "<address>: no"),
        ("see http://spf.example/why?id=jane%40s.example&ip=1", "see http:<address>&ip=1"),
        ("4.3.2 Too busy at 10:00 @ mx.s.example", "4.3.2 Too busy at 10:00 @ mx.s.example"),
        ("[Errno 111] Connection refused", "[Errno 111] Connection refused"),
        ("", ""),
    ],
)
def test_a_server_s_words_are_left_without_addresses(words: str, left: str) -> None:
    assert without_addresses(words) == left


@given(st.text(), st.emails(domains=st.just("school.example")), st.text())
def test_no_address_is_left_whatever_stands_around_it(
    before: str, address: str, behind: str
) -> None:
    assert address not in without_addresses(f"{before} <{address}> {behind}")
