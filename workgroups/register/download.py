"""Fetching the register of the day: dated files, over HTTPS alone, streamed to disk and imported."""

import logging
import ssl
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime, timedelta
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from string import Formatter
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from django.conf import settings
from django.utils import timezone

from workgroups.models import RegisterImport
from workgroups.register.load import Outcome
from workgroups.register.read import TableRefused, is_web_page
from workgroups.register.record import import_and_record, record_failure

log = logging.getLogger(__name__)

DAYS_BACK = 7  # before today; no file is made at weekends now and then
ANSWER_WITHIN = 20  # seconds, of silence
ALL_WITHIN = 150  # seconds, for all files together: see workgroups/tasks.py
LARGEST = 300_000_000  # bytes; the file of 2024 has 60 million
CHUNK = 1 << 18
NOT_THERE = (400, 403, 404, 410)  # how file stores say that there is no such file
SOURCE = RegisterImport.Source.DOWNLOAD


class DownloadFailed(Exception):
    """No file could be had; the words say why."""


class NothingNew(Exception):
    """The newest file has been imported already."""

    def __str__(self) -> str:
        return "The newest register has been imported already."


class _NotThere(Exception):
    """There is no file of that day."""


class _SecureRedirects(HTTPRedirectHandler):
    """Follows to where a download may come from, and nowhere else."""

    def redirect_request(
        self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> Request | None:
        _refuse_insecure(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetch_register(*, clock: Callable[[], datetime]) -> None:
    """The daily round: what goes wrong stands on the import's row, and yesterday's data stay."""
    try:
        outcome = download_and_import(clock=clock)
    except NothingNew:
        return
    except (DownloadFailed, TableRefused) as error:
        log.warning("The register was not brought up to date: %s", error)
    else:
        log.info("The register was brought up to date: %d rows.", outcome.rows)


def download_and_import(*, clock: Callable[[], datetime]) -> Outcome:
    """Fetch the newest register, and its links where GIAS_LINKS_URL is set, and import them.

    Links that can't be had keep no school out: why they were not there is on record. Raises
    ``NothingNew``, ``TableRefused``, and ``DownloadFailed``, which is on record then.
    """
    today, until = timezone.localdate(clock()), monotonic() + ALL_WITHIN
    if not settings.GIAS_URL:
        raise DownloadFailed("GIAS_URL is not set: say where the register is to be fetched.")
    with TemporaryDirectory(prefix="register-", dir=settings.VAR_DIR) as folder:
        try:
            path = fetch_newest(settings.GIAS_URL, today=today, until=until, folder=Path(folder))
        except DownloadFailed as error:
            name = _name_of(_dated(settings.GIAS_URL, today))
            record_failure(file_name=name, why=str(error), source=SOURCE, clock=clock)
            raise
        links, links_missing = _fetch_links(today=today, until=until, folder=Path(folder))
        return import_and_record(
            path, links=links, links_missing=links_missing, source=SOURCE, clock=clock
        )


def _fetch_links(*, today: date, until: float, folder: Path) -> tuple[Path | None, str]:
    """The file of links, or None, and why it is wanted and not there."""
    if not settings.GIAS_LINKS_URL:
        return None, ""
    try:
        path = fetch_newest(
            settings.GIAS_LINKS_URL, today=today, until=until, folder=folder, again=True
        )
    except DownloadFailed as error:
        log.warning("The links between schools were not brought up to date: %s", error)
        return None, str(error)
    return path, ""


def fetch_newest(url: str, *, today: date, until: float, folder: Path, again: bool = False) -> Path:
    """The file of today, or of the last day that has one, as a file in ``folder``.

    Raises ``NothingNew`` at a file that was imported before (unless ``again``), ``DownloadFailed``
    when there is none within a week or it can't be had ``until`` then, by the monotonic clock.
    """
    opener = build_opener(_SecureRedirects)
    for days in range(DAYS_BACK + 1):
        address = _dated(url, today - timedelta(days=days))
        name = _name_of(address)
        if not again and _was_imported(name):
            raise NothingNew
        try:
            return _fetch(opener, address, folder / name, until)
        except _NotThere:
            continue
        except (OSError, HTTPException, ssl.SSLError) as error:
            raise DownloadFailed(f"{name} could not be fetched ({_reason(error)}).") from error
    raise DownloadFailed(f"There is no {_name_of(_dated(url, today))}, nor one of the week before.")


def _fetch(opener: OpenerDirector, address: str, path: Path, until: float) -> Path:
    _refuse_insecure(address)
    _refuse_late(path.name, until)
    request = Request(address, headers={"User-Agent": "maths-hub-portal"})  # noqa: S310  (checked)
    try:
        with closing(opener.open(request, timeout=ANSWER_WITHIN)) as answer:
            _save(answer, path, until)
    except HTTPError as error:
        if error.code in NOT_THERE:
            raise _NotThere from error
        raise
    with path.open("rb") as file:
        if is_web_page(file.read(4096)):
            raise _NotThere  # a page that says so, as some stores answer
    return path


def _save(answer: Any, path: Path, until: float) -> None:
    """Stream what comes to ``path``; not more than a register has, nor for longer than one takes."""
    announced = answer.headers.get("Content-Length")
    size = 0
    with path.open("wb") as file:
        while chunk := answer.read1(CHUNK):
            size += len(chunk)
            if size > LARGEST:
                raise DownloadFailed(f"{path.name} is larger than {LARGEST / 1e6:.0f} MB.")
            _refuse_late(path.name, until)
            file.write(chunk)
    if announced and announced.isdecimal() and size < int(announced):
        raise DownloadFailed(f"{path.name} broke off after {size:,} of {int(announced):,} bytes.")


def _refuse_late(name: str, until: float) -> None:
    if monotonic() > until:
        raise DownloadFailed(f"{name} had not come after {ALL_WITHIN} seconds.")


def is_dated_url(url: str) -> bool:
    """Whether files of different days can be fetched from it, safely."""
    try:
        one, other = _dated(url, date(2024, 1, 29)), _dated(url, date(2024, 1, 30))
    except (KeyError, ValueError, IndexError, AttributeError):
        return False
    return one != other and _is_secure(one)


def _dated(url: str, day: date) -> str:
    """Only the date is filled in: an address with another placeholder is refused."""
    names = {name for _, name, _, _ in Formatter().parse(url) if name is not None}
    if names - {"date"}:
        raise KeyError(*names)
    return url.format(date=day)


def _name_of(address: str) -> str:
    return PurePosixPath(urlsplit(address).path).name or "register.csv"


def _was_imported(name: str) -> bool:
    done = RegisterImport.objects.filter(state=RegisterImport.State.DONE, source=SOURCE)
    return done.filter(file_name=name).exists()


def _is_secure(address: str) -> bool:
    parts = urlsplit(address)
    local = settings.TESTING and parts.scheme == "http" and parts.hostname == "127.0.0.1"
    return bool(parts.hostname) and (parts.scheme == "https" or local)


def _refuse_insecure(address: str) -> None:
    if not _is_secure(address):
        raise DownloadFailed("The register is fetched over HTTPS alone, and this address is none.")


def _reason(error: Exception) -> str:
    """In few words, and without the address: it may hold a key."""
    if isinstance(error, HTTPError):
        return f"the server answered {error.code}"
    if isinstance(error, TimeoutError) or isinstance(getattr(error, "reason", None), TimeoutError):
        return "the server did not answer in time"
    return f"no connection: {type(getattr(error, 'reason', error)).__name__}"
