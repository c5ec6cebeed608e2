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
