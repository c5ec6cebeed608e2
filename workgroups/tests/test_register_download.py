"""Fetching the register of the day from a server that answers in all sorts of ways."""

import logging
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any

import pytest
from django.core.management import call_command

from mathshub.broker import transport_options
from workgroups.checks import check_settings
from workgroups.models import RegisterImport, School, SchoolLink
from workgroups.register import TableRefused, download
from workgroups.register.download import (
    DownloadFailed,
    NothingNew,
    download_and_import,
    fetch_register,
    is_dated_url,
)
from workgroups.tasks import fetch_register_task
from workgroups.tests.registers import rows, write_links, write_register

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 27, 6, 10, tzinfo=UTC)
Answer = tuple[int, dict[str, str], bytes]


class Store:
    """A file store on loopback: what each path answers, and what was asked."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.slowly = 0.0

    def has(self, path: str, content: bytes, *, status: int = 200, **headers: str) -> None:
        self.answers[path] = status, headers, content


@pytest.fixture
def store(settings: Any, tmp_path: Path) -> Iterator[Store]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            store.asked.append(self.path)
            status, headers, content = store.answers.get(self.path, (404, {}, b"no such file"))
            self.send_response(status)
            for name, value in {"Content_Length": str(len(content)), **headers}.items():
                self.send_header(name.replace("_", "-"), value)
            sleep(store.slowly)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        store = Store(f"http://127.0.0.1:{server.server_port}")
        Thread(target=server.serve_forever, daemon=True).start()
        settings.GIAS_URL = store.url + "/all{date:%Y%m%d}.csv"
        settings.VAR_DIR = tmp_path / "var"
        settings.VAR_DIR.mkdir()
        yield store
        server.shutdown()


@pytest.fixture
def csv_bytes(tmp_path: Path) -> bytes:
    return write_register(tmp_path / "a.csv", rows(3)).read_bytes()


def fetch(at: datetime = NOW) -> Any:
    return download_and_import(clock=lambda: at)


def on_record() -> list[tuple[str, str, str, str]]:
    fields = ("state", "source", "file_name", "refusal")
    return list(RegisterImport.objects.values_list(*fields).order_by("pk"))


def test_the_file_of_the_day_is_imported_and_not_kept(store: Store, settings, csv_bytes: bytes):
    store.has("/all20261127.csv", csv_bytes)
    assert fetch().created == 3
    assert on_record() == [("done", "download", "all20261127.csv", "")]
    assert list(settings.VAR_DIR.iterdir()) == []


def test_the_newest_of_the_week_is_taken_where_the_day_has_none(store: Store, csv_bytes: bytes):
    store.has("/all20261125.csv", csv_bytes)
    assert fetch().created == 3
    assert store.asked == ["/all20261127.csv", "/all20261126.csv", "/all20261125.csv"]


def test_what_was_imported_already_is_not_fetched_again(store: Store, csv_bytes: bytes):
    store.has("/all20261127.csv", csv_bytes)
    fetch()
    with pytest.raises(NothingNew):
        fetch()
    fetch_register(clock=lambda: NOW)
    assert store.asked == ["/all20261127.csv"]
    assert len(on_record()) == 1


def test_links_are_fetched_with_it(store: Store, settings, tmp_path: Path, csv_bytes: bytes):
    settings.GIAS_LINKS_URL = store.url + "/links{date:%Y%m%d}.csv"
    links = write_links(tmp_path / "l.csv", [("100001", "100002", "Successor", "")])
    store.has("/all20261127.csv", csv_bytes)
    store.has("/links20261126.csv", links.read_bytes())
    fetch()
    assert SchoolLink.objects.count() == 1
    assert RegisterImport.objects.get().links_file_name == "links20261126.csv"


def test_links_that_cannot_be_had_keep_no_school_out(
    store: Store, settings, csv_bytes: bytes, caplog: pytest.LogCaptureFixture
):
    settings.GIAS_LINKS_URL = store.url + "/links{date:%Y%m%d}.csv"
    store.has("/all20261127.csv", csv_bytes)
    store.has("/links20261127.csv", b"", status=503)
    assert fetch().created == 3
    row = RegisterImport.objects.get()
    why = "links20261127.csv could not be fetched (the server answered 503)."
    assert (row.state, row.links_file_name, row.links_missing) == ("done", "", why)
    assert f"The links between schools were not brought up to date: {why}" in caplog.text


def test_a_zip_may_come_instead(store: Store, csv_bytes: bytes):
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("all.csv", csv_bytes)
    store.has("/all20261127.csv", packed.getvalue())
    assert fetch().created == 3


def test_a_page_for_people_is_no_file_of_that_day(store: Store, csv_bytes: bytes):
    store.has("/all20261127.csv", b"<!doctype html><p>Not found", Content_Type="text/html")
    store.has("/all20261126.csv", csv_bytes)
    assert fetch().created == 3


def with_server_fault(store: Store, content: bytes) -> None:
    store.has("/all20261127.csv", b"", status=503)


def with_short_file(store: Store, content: bytes) -> None:
    store.has("/all20261127.csv", content, Content_Length=str(len(content) + 1000))


def with_redirect_away(store: Store, content: bytes) -> None:
    store.has("/all20261127.csv", b"", status=302, Location="http://gias.example.org/all.csv")


def with_redirect_to_file(store: Store, content: bytes) -> None:
    store.has("/all20261127.csv", b"", status=302, Location="file:///etc/passwd")


def with_slow_answers(store: Store, content: bytes) -> None:
    store.has("/all20261127.csv", content)
    store.slowly = 0.3  # seconds


def with_nothing(store: Store, content: bytes) -> None:
    pass


def with_large_file(store: Store, content: bytes) -> None:
    store.has("/all20261127.csv", b"x" * 20_000)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (with_server_fault, "all20261127.csv could not be fetched (the server answered 503)."),
        (with_short_file, "all20261127.csv broke off after "),
        (with_redirect_away, "The register is fetched over HTTPS alone"),
        (with_redirect_to_file, "all20261127.csv could not be fetched (the server answered 302)."),
        (with_nothing, "There is no all20261127.csv, nor one of the week before."),
        (with_large_file, "all20261127.csv is larger than 0 MB."),
        (with_slow_answers, "all20261127.csv had not come after 0.2 seconds."),
    ],
)
def test_a_download_that_fails_leaves_yesterdays_data_and_a_row(
    store: Store,
    settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    csv_bytes: bytes,
    caplog: pytest.LogCaptureFixture,
    make: Callable[[Store, bytes], None],
    reason: str,
):
    monkeypatch.setattr(download, "LARGEST", 10_000)
    if make is with_slow_answers:
        monkeypatch.setattr(download, "ALL_WITHIN", 0.2)
    call_command("import_schools", tmp_path / "a.csv")
    make(store, csv_bytes)
    with caplog.at_level(logging.WARNING, "workgroups"):
        fetch_register(clock=lambda: NOW)
    (_, failed) = on_record()
    assert failed[:3] == ("failed", "download", "all20261127.csv")
    assert failed[3].startswith(reason)
    assert School.objects.count() == 3
    assert reason in caplog.text
    assert list(settings.VAR_DIR.iterdir()) == []


def test_a_server_that_is_away_is_a_failure(settings, tmp_path: Path):
    settings.GIAS_URL = "http://127.0.0.1:9/all{date:%Y%m%d}.csv"
    settings.VAR_DIR = tmp_path
    with pytest.raises(DownloadFailed, match="no connection: ConnectionRefusedError"):
        fetch()


def test_a_file_that_is_refused_is_on_record_as_such(store: Store):
    store.has("/all20261127.csv", b"name,town\nMarsh Lane,London\n")
    with pytest.raises(TableRefused):
        fetch()
    fetch_register_task()  # asks again, of the days around the real today
    assert [row[:2] for row in on_record()][:1] == [("refused", "download")]


def test_all_files_together_have_one_stretch_of_time(
    store: Store, settings, monkeypatch: pytest.MonkeyPatch, csv_bytes: bytes
):
    monkeypatch.setattr(download, "ALL_WITHIN", 0.5)
    store.slowly = 0.2
    store.has("/all20261121.csv", csv_bytes)
    with pytest.raises(DownloadFailed, match=r"had not come after 0\.5 seconds"):
        fetch()
    assert len(store.asked) < 5


def test_the_daily_round_ends_before_the_broker_hands_it_to_a_second_worker(settings):
    task = fetch_register_task
    patience = transport_options("redis://", settings.VAR_DIR)["visibility_timeout"]
    longest_download = download.ALL_WITHIN + download.ANSWER_WITHIN
    assert longest_download < task.soft_time_limit < task.time_limit < patience - 30
    assert not task.acks_late


def test_outside_tests_nothing_is_fetched_without_https(store: Store, settings, csv_bytes: bytes):
    store.has("/all20261127.csv", csv_bytes)
    settings.TESTING = False
    with pytest.raises(DownloadFailed, match="HTTPS alone"):
        fetch()
    assert store.asked == []


@pytest.mark.parametrize(
    ("url", "is_one"),
    [
        ("https://gias.example.org/all{date:%Y%m%d}.csv", True),
        ("https://gias.example.org/{date:%Y}/{date:%m-%d}/all.csv", True),
        ("http://gias.example.org/all{date:%Y%m%d}.csv", False),
        ("https://gias.example.org/all.csv", False),
        ("https://gias.example.org/all{day}.csv", False),
        ("https://gias.example.org/all{date.__class__}.csv", False),
        ("https://gias.example.org/all{.csv", False),
        ("https://gias.example.org/all{}.csv", False),
        ("file:///srv/all{date:%Y%m%d}.csv", False),
        ("all{date:%Y%m%d}.csv", False),
    ],
)
def test_an_address_has_a_date_in_it_and_is_secure(settings, url: str, is_one: bool):
    assert is_dated_url(url) == is_one
    settings.GIAS_URL = url
    found = [message.id for message in check_settings()]
    assert ("workgroups.E008" in found) == (not is_one)


def test_links_alone_are_a_mistake(settings):
    settings.GIAS_LINKS_URL = "https://gias.example.org/links{date:%Y%m%d}.csv"
    assert [message.id for message in check_settings()] == ["workgroups.E009"]
