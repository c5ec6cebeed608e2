"""Static files are named by their contents, in a portal that serves them for a year."""

from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from mathshub.static_files import StaticFiles


@pytest.fixture
def storage(settings: Settings, tmp_path: Path) -> StaticFiles:
    source = tmp_path / "source"
    source.mkdir()
    (source / "page.css").write_text("a { color: red }")
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "served"
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "mathshub.static_files.StaticFiles"}
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    return StaticFiles()


def test_an_address_carries_the_hash_of_the_file_and_stays_the_same(storage: StaticFiles) -> None:
    address = storage.url("page.css")
    assert address.startswith("/static/page.")
    assert address.endswith(".css")
    assert address != "/static/page.css"
    assert Path(storage.path(address.removeprefix("/static/"))).read_text() == "a { color: red }"
    assert storage.url("page.css") == address


def test_a_file_that_is_not_there_is_an_error_each_time(storage: StaticFiles) -> None:
    for _ in range(2):
        with pytest.raises(ValueError, match="Missing staticfiles manifest entry"):
            storage.url("missing.css")
