"""Who sets the mail account up is told step by step what the mail server answers."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from mathshub.testing.smtp import SmtpSink


def say(address: str = "me@hub.example") -> tuple[list[str], str]:
    """The lines that are written, and how the command failed."""
    out = StringIO()
    try:
        call_command("send_test_email", address, stdout=out)
    except CommandError as error:
        return out.getvalue().splitlines(), str(error)
    return out.getvalue().splitlines(), ""


def test_each_step_is_named_and_the_e_mail_arrives(smtp_sink: SmtpSink) -> None:
    lines, failed = say()
    assert failed == ""
    assert [line.split()[:2] for line in lines] == [
        ["ok", "Name"],
        ["ok", "Connection"],
        ["ok", "Encryption"],
        ["ok", "Login"],
        ["ok", "E-mail"],
    ]
    [delivery] = smtp_sink.to("me@hub.example")
    assert delivery.subject == "A test of the portal's mail"


@pytest.mark.parametrize(
    ("setting", "step"),
    [
        ({"EMAIL_HOST": "nowhere.invalid"}, "Name"),
        ({"EMAIL_PORT": 1}, "Connection"),
        ({"EMAIL_USE_TLS": True}, "Encryption"),
        ({"EMAIL_HOST_USER": "portal", "EMAIL_HOST_PASSWORD": "old"}, "Login"),
    ],
)
def test_it_ends_at_the_step_that_fails(
    smtp_sink: SmtpSink, settings: Settings, setting: dict[str, Any], step: str
) -> None:
    smtp_sink.password = "new"
    for name, value in setting.items():
        setattr(settings, name, value)
    lines, failed = say()
    assert failed == f"{step}: the test e-mail was not sent."
    assert lines[-1].startswith(f"FAIL  {step}")
    assert not smtp_sink.deliveries


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("rcpt-550@hub.example", "550 as asked for by the recipient's name (the recipient)"),
        ("data-554@hub.example", "554 as asked for by the recipient's name (the text)"),
    ],
)
def test_the_server_s_own_words_are_repeated(smtp_sink: SmtpSink, address: str, words: str) -> None:
    lines, failed = say(address)
    assert failed
    assert lines[-1].endswith(words)


def test_a_server_that_closes_at_once_is_said(smtp_sink: SmtpSink) -> None:
    smtp_sink.greeting = "421 4.3.2 Too busy"
    lines, failed = say()
    assert failed == "Connection: the test e-mail was not sent."
    assert "Too busy" in lines[-1]


def test_without_a_mail_server_it_says_so(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    assert say() == ([], "No mail server is set: EMAIL_URL is empty.")
