"""What an e-mail is made of."""

import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
from django.core.mail import EmailMultiAlternatives

from mathshub.outbox.kinds import Letter
from mathshub.outbox.letters import SUBJECT_LENGTH, why_not_addressable, write_email
from mathshub.outbox.models import Message
from mathshub.outbox.sweep import sweep
from mathshub.outbox.tests.factories import NOW, Clock, make_message, write_letter
from mathshub.outbox.wording import HubWords
from mathshub.outbox.wording_text import Placeholder
from mathshub.testing.smtp import SmtpSink
from workgroups.models import Hub


def deliver(message: Message, smtp_sink: SmtpSink) -> EmailMessage:
    sweep(clock=Clock())
    [delivery] = smtp_sink.to(message.recipient)
    return delivery.message


def test_machines_are_told_that_a_machine_writes(hub: Hub, smtp_sink: SmtpSink) -> None:
    received = deliver(make_message(), smtp_sink)
    assert received["Auto-Submitted"] == "auto-generated"
    assert received["X-Auto-Response-Suppress"] == "All"
    assert received["Message-ID"].endswith("@mathshub.example.org>")


def test_names_and_subjects_never_begin_a_header(hub: Hub, smtp_sink: SmtpSink) -> None:
    Hub.objects.update(name="Lea\r\nBcc: hub@evil.example")
    hub.refresh_from_db()
    message = make_message(
        recipient_name='Asha "Ash"\r\nBcc: all@evil.example',
        context={"heading": "Hello\r\nBcc: you@evil.example\nX-Evil: yes\x07\u2028end"},
    )
    received = deliver(message, smtp_sink)
    assert received["Bcc"] is None
    assert received["X-Evil"] is None
    assert received["Subject"] == "Hello Bcc: you@evil.example X-Evil: yes end"
    assert parseaddr(received["To"]) == (
        'Asha "Ash" Bcc: all@evil.example',
        message.recipient,
    )
    assert [each.recipients for each in smtp_sink.deliveries] == [(message.recipient,)]


@pytest.mark.parametrize(
    "name",
    [
        "Zoë Åström-O’Brien",
        "Patel, Asha (maths lead) <asha@elsewhere.example>; office",
        "Ærøskøbing Ælfgifu Þórbjörg Ødegård " * 3,
        "",
    ],
)
def test_any_name_arrives_as_it_is_written(hub: Hub, smtp_sink: SmtpSink, name: str) -> None:
    name = name.strip()
    hub_name = name[:80] or "Hub"
    Hub.objects.update(name=hub_name)
    message = make_message(recipient_name=name)
    received = deliver(message, smtp_sink)
    assert read_mailbox(received, "To") == (name, message.recipient)
    assert read_mailbox(received, "From") == (hub_name, "portal@mathshub.example.org")


def read_mailbox(received: EmailMessage, header: str) -> tuple[str, str]:
    """Name and address, decoded as RFC 2047 says: no space between neighbouring pieces."""
    raw = message_from_bytes(received.as_bytes(), policy=policy.compat32)[header]
    name, address = parseaddr(" ".join(raw.split()))
    return str(make_header(decode_header(name))), address


def test_plain_text_is_not_escaped_and_html_is(hub: Hub) -> None:
    text = "O'Brien & Daughters <maths> {{ 7|add:7 }}"
    message = make_message(recipient_name="D'Arcy", context={"text": text, "heading": text})
    email = write_email(message, write_letter(message, NOW))
    html = str(email.alternatives[0][0])
    assert email.body == f"Dear D'Arcy,\n\n{text}\n"
    assert email.subject == text
    assert "O'Brien &amp; Daughters &lt;maths&gt; {{ 7|add:7 }}" in html


def test_a_long_subject_is_cut_when_its_readers_words_stand_in_it(hub: Hub) -> None:
    message = make_message(recipient_name="Asha")
    letter = write_letter(message, NOW)
    name = Placeholder("name", "their name", "recipient_name", "colleague")
    long = "[name], " + "x" * (SUBJECT_LENGTH - 20) + " for [name] and [name]"
    words = HubWords(subject=long, placeholders=(name,))
    for each in (letter, replace(letter, alike=("a",))):
        subject = str(write_email(message, each, words).subject)
        assert subject == long.replace("[name]", "Asha")[:SUBJECT_LENGTH]
        assert len(subject) == SUBJECT_LENGTH


def test_styles_stand_on_the_elements_and_media_rules_stay(hub: Hub) -> None:
    message = make_message()
    html = str(write_email(message, write_letter(message, NOW)).alternatives[0][0])
    assert '<p style="color: #123456;">' in html
    assert "@media print" in html


def test_a_calendar_file_keeps_its_method_and_its_bytes(hub: Hub, smtp_sink: SmtpSink) -> None:
    message = make_message()
    calendar = "BEGIN:VCALENDAR\r\nSUMMARY:Zoë\r\nEND:VCALENDAR\r\n".encode()
    letter = write_letter(message, NOW)
    letter.attachments.append(
        ("session\r\n1.ics", calendar, "text/calendar; method=REQUEST; charset=utf-8")
    )
    raw = write_email(message, letter).message().as_bytes()
    assert b'Content-Type: text/calendar; method="REQUEST"; charset="utf-8"' in raw
    [part] = write_email(message, letter).message().get_payload()[1:]
    assert part.get_payload(decode=True) == calendar
    assert part.get_filename() == "session 1.ics"


def test_the_message_id_is_that_of_the_first_attempt(hub: Hub) -> None:
    first = make_message(key="eoi-received:1")
    letter = Letter(template="outbox_test/letter", context={})
    made = write_email(first, letter).extra_headers["Message-ID"]
    assert write_email(first, letter).extra_headers["Message-ID"] == made
    first.message_id = "<as-it-was@old.example>"
    assert write_email(first, letter).extra_headers["Message-ID"] == "<as-it-was@old.example>"


@pytest.mark.parametrize(
    "address", ["a@b.example", "o'brien+maths@school.sch.uk", "asha@škola.example"]
)
def test_ordinary_addresses_are_addressable(address: str) -> None:
    assert why_not_addressable(address) == ""


@pytest.mark.parametrize(
    "address", ["", "office", "@school.example", "zoë@school.example", "a@b..example"]
)
def test_other_addresses_are_explained(address: str) -> None:
    assert why_not_addressable(address).endswith(".")


def bytes_of(message: EmailMessage) -> list[bytes]:
    """Its lines, whatever separates its parts."""
    content = message.as_bytes(linesep="\r\n")  # type: ignore[call-arg]
    for separator in re.findall(rb'boundary="([^"]+)"', content):
        content = content.replace(separator, b"separator")
    return content.splitlines()


@pytest.mark.parametrize("name", ["Asha Patel", "Zoë Åström-O’Brien", "Ælfgifu Þórbjörg " * 6])
@pytest.mark.parametrize("heading", ["About  your session", "Hello: all", "Session at 15:45 " * 9])
def test_the_bytes_are_those_that_django_makes(hub: Hub, name: str, heading: str) -> None:
    message = make_message(recipient_name=name, context={"heading": heading})
    letter = write_letter(message, NOW)
    letter.attachments.append(("dates.ics", b"BEGIN:VCALENDAR", "text/calendar; method=PUBLISH"))
    email = write_email(message, letter)
    email.extra_headers["Date"] = "Mon, 23 Nov 2026 09:00:00 -0000"
    assert bytes_of(email.message()) == bytes_of(EmailMultiAlternatives.message(email))
    assert len(set(re.findall(r'boundary="([^"]+)"', email.message().as_string()))) == 2
