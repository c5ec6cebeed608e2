"""The demonstration's page of sent mail."""

from email.encoders import encode_base64
from email.mime.base import MIMEBase
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from django.test import Client
from django.urls import NoReverseMatch, reverse
from pytest_django import Settings

from mathshub.site.demo.mail import newest_first
from mathshub.tests import demo_urls  # read now, while DEMO is off
from workgroups.tests.factories import make_hub

HTML = "<p>Your next session is on <b>Thursday</b>.</p><script>alert(1)</script>"
ICS = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"


@pytest.fixture
def demo(db: None, settings: Settings, tmp_path: Path) -> Path:
    """The portal under DEMO=1, with its mail in an empty folder."""
    settings.DEMO = True
    settings.ROOT_URLCONF = demo_urls.__name__
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    make_hub()
    return tmp_path / "mail"


def write(subject: str, *, to: str = "head@example.org") -> EmailMultiAlternatives:
    mail = EmailMultiAlternatives(subject, "Dear Amara,\n\nhttps://example.org/place/", to=[to])
    mail.attach_alternative(HTML, "text/html")
    mail.attach(calendar())
    return mail


def calendar() -> MIMEBase:
    """In base64, as the outbox attaches it: its line ends must come through."""
    part = MIMEBase("text", "calendar", method="REQUEST")
    part.set_payload(ICS)
    encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename="six sessions.ics")
    return part


def send(*mails: EmailMultiAlternatives) -> None:
    """Over one connection, hence into one file."""
    get_connection().send_messages(mails)


def test_mails_of_one_file_and_of_several_are_listed_newest_first(demo: Path, client: Client):
    send(write("First"), write("Second"))
    send(write("Third"))

    page = client.get("/demo/mail/").content.decode()

    assert page.index("Third") < page.index("Second") < page.index("First")


def test_the_list_can_be_narrowed_to_one_address(demo: Path, client: Client):
    send(write("For the head"), write("For the office", to="office@example.org"))

    page = client.get("/demo/mail/", {"to": "OFFICE@"}).content.decode()

    assert "For the office" in page
    assert "For the head" not in page


def test_without_any_mail_the_page_says_how_there_will_be_some(demo: Path, client: Client):
    assert "No mail yet" in client.get("/demo/mail/").content.decode()


def test_a_mail_that_is_still_being_written_is_left_for_the_next_time(demo: Path):
    send(write("Whole"))
    [file] = demo.glob("*.log")
    file.write_bytes(file.read_bytes() + b"Subject: Half\n\nof a ma")

    assert [mail.subject for mail in newest_first(demo)] == ["Whole"]


def test_a_mail_shows_its_text_its_frame_and_its_attachments(demo: Path, client: Client):
    send(write("Session 3"))
    [mail] = newest_first(demo)

    response = client.get(f"/demo/mail/{mail.key}/")
    page = response.content.decode()

    assert '<a href="https://example.org/place/"' in page
    assert f'src="/demo/mail/{mail.key}/html/"' in page
    assert "six sessions.ics" in page
    assert "alert(1)" not in page
    assert "frame-src 'self'" in response["Content-Security-Policy"]


def test_the_html_version_stands_in_a_sandbox_of_its_own(demo: Path, client: Client):
    send(write("Session 3"))
    [mail] = newest_first(demo)

    response = client.get(f"/demo/mail/{mail.key}/html/")

    assert HTML in response.content.decode()
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    policy = response["Content-Security-Policy"].split("; ")
    assert policy[0].startswith("sandbox")
    assert "allow-scripts" not in policy[0]
    assert policy[1:] == [
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "frame-ancestors 'self'",
    ]


def test_no_other_page_may_frame_or_be_framed(demo: Path, client: Client):
    response = client.get("/demo/mail/")

    assert response["X-Frame-Options"] == "DENY"
    assert "frame-src" not in response["Content-Security-Policy"]


def test_an_attachment_comes_back_byte_for_byte_as_a_download(demo: Path, client: Client):
    send(write("Session 3"))
    [mail] = newest_first(demo)
    [part] = mail.attachments

    response = client.get(f"/demo/mail/{mail.key}/{part.number}/")

    assert response.content == ICS
    assert response["Content-Disposition"] == 'attachment; filename="six sessions.ics"'
    assert response["Content-Type"] == "text/calendar"


@pytest.mark.parametrize("key", ["20260101-120000-1-1", "nothing", "20260101-120000-1"])
@pytest.mark.parametrize("rest", ["", "html/", "1/"])
def test_what_was_never_sent_is_not_found(demo: Path, client: Client, key: str, rest: str):
    assert client.get(f"/demo/mail/{key}/{rest}").status_code == 404


def test_outside_the_demonstration_the_pages_have_no_address(db: None, client: Client):
    make_hub()

    assert client.get("/demo/mail/").status_code == 404
    with pytest.raises(NoReverseMatch):
        reverse("site:sent_mail")


def test_outside_the_demonstration_the_views_find_nothing(
    demo: Path, client: Client, settings: Settings
):
    send(write("Session 3"))
    [mail] = newest_first(demo)
    settings.DEMO = False

    for rest in ("", f"{mail.key}/", f"{mail.key}/html/", f"{mail.key}/1/"):
        assert client.get(f"/demo/mail/{rest}").status_code == 404


def test_three_mails_take_as_many_queries_as_one(
    demo: Path, client: Client, django_assert_num_queries: Any
):
    for subjects in (["First"], ["Second", "Third"]):
        send(*map(write, subjects))
        for url in ("/demo/mail/", f"/demo/mail/{next(newest_first(demo)).key}/"):
            with django_assert_num_queries(1):  # for the hub of the host
                assert client.get(url).status_code == 200
