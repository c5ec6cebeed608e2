import smtplib
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from django.core.mail import send_mail

from mathshub.testing.smtp import SmtpSink


@pytest.fixture
def post(smtp_sink: SmtpSink) -> Callable[[str], None]:
    """Send one message to a recipient over a connection of its own."""

    def send(recipient: str) -> None:
        message = EmailMessage()
        message["Subject"] = "Your next session"
        message["From"], message["To"] = "hub@lea-valley.example", recipient
        message.set_content("It is on Thursday: https://lea-valley.example/my/abc/ (15:45)")
        with smtplib.SMTP("127.0.0.1", smtp_sink.port, timeout=2) as connection:
            connection.send_message(message)

    return send


def test_django_mail_arrives_in_the_sink(smtp_sink):
    send_mail("Received", "Thank you", "hub@lea-valley.example", ["Office@School.example"])

    [delivery] = smtp_sink.wait_for("office@school.example")
    assert (delivery.subject, delivery.text.strip()) == ("Received", "Thank you")


def test_links_are_read_from_the_text(smtp_sink, post):
    post("head@school.example")

    assert smtp_sink.to("head@school.example")[0].links == ["https://lea-valley.example/my/abc/"]


@pytest.mark.parametrize(
    ("recipient", "error", "code"),
    [
        ("rcpt-550@school.example", smtplib.SMTPRecipientsRefused, 550),
        ("data-554@school.example", smtplib.SMTPDataError, 554),
    ],
)
def test_a_refused_recipient_gets_nothing(smtp_sink, post, recipient, error, code):
    with pytest.raises(error, match=str(code)):
        post(recipient)

    assert smtp_sink.deliveries == []


def test_a_counted_fault_ends(smtp_sink, post):
    for _ in range(2):
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            post("rcpt-450-2+anna@school.example")
    post("rcpt-450-2+anna@school.example")

    assert len(smtp_sink.to("rcpt-450-2+anna@school.example")) == 1


def test_a_cut_connection_delivers_nothing_and_a_lost_reply_does(smtp_sink, post):
    for recipient in ("cut@school.example", "lost-reply@school.example"):
        with pytest.raises(smtplib.SMTPServerDisconnected):
            post(recipient)

    assert [delivery.recipients for delivery in smtp_sink.deliveries] == [
        ("lost-reply@school.example",)
    ]


def test_421_closes_the_connection(smtp_sink):
    with smtplib.SMTP("127.0.0.1", smtp_sink.port, timeout=2) as connection:
        connection.ehlo()
        connection.mail("hub@lea-valley.example")
        assert connection.rcpt("rcpt-421@school.example")[0] == 421
        with pytest.raises(smtplib.SMTPServerDisconnected):
            connection.noop()


def test_a_hanging_server_is_left_by_the_senders_timeout(smtp_sink, post):
    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        post("hang@school.example")

    assert smtp_sink.deliveries == []


def test_a_stopped_sink_refuses_and_comes_back_on_its_port(smtp_sink, post):
    smtp_sink.stop()
    with pytest.raises(ConnectionRefusedError):
        post("head@school.example")
    smtp_sink.start()
    post("head@school.example")

    assert len(smtp_sink.deliveries) == 1


def test_a_fault_may_befall_everybody_until_it_is_over(smtp_sink, post):
    smtp_sink.greeting = "421 4.3.2 too busy"
    with pytest.raises(smtplib.SMTPConnectError, match="421"):
        post("head@school.example")
    smtp_sink.greeting, smtp_sink.throttle = "", "452 4.5.3 not so fast"
    with pytest.raises(smtplib.SMTPRecipientsRefused, match="452"):
        post("head@school.example")
    smtp_sink.throttle = ""
    post("head@school.example")

    assert smtp_sink.refusals == {"421": 1, "452": 1}
    assert len(smtp_sink.deliveries) == 1


def test_a_wrong_password_is_refused(smtp_sink):
    smtp_sink.password = "new"
    with smtplib.SMTP("127.0.0.1", smtp_sink.port, timeout=2) as connection:
        with pytest.raises(smtplib.SMTPAuthenticationError, match="535"):
            connection.login("portal", "old")
        connection.login("portal", "new")


def test_a_connection_that_breaks_once_does_not_break_again(smtp_sink, post):
    for fault in ("cut-in-text-1", "cut-1", "lost-reply-1"):
        with pytest.raises(smtplib.SMTPServerDisconnected):
            post(f"{fault}@school.example")
        post(f"{fault}@school.example")

    taken = [len(smtp_sink.to(f"{fault}@school.example")) for fault in ("cut-in-text-1", "cut-1")]
    assert (taken, len(smtp_sink.to("lost-reply-1@school.example"))) == ([1, 1], 2)


def test_what_was_taken_can_be_looked_at_before_the_answer(smtp_sink, post):
    seen = []
    smtp_sink.before_answer = lambda delivery: seen.append(delivery.subject)
    post("head@school.example")

    assert seen == ["Your next session"]
