"""What staff see of imports of the register, and when they are warned."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from mathshub.scope import hub_scope
from workgroups.models import HubMember, RegisterImport
from workgroups.tests.factories import make_hub, make_register_import
from workgroups.tests.staff import staff_client

LIST = "/admin/workgroups/registerimport/"
NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
URL = "https://gias.example.org/all{date:%Y%m%d}.csv"


@pytest.fixture
def client(db: None) -> Any:
    with time_machine.travel(NOW, tick=False), hub_scope(make_hub()):
        yield staff_client()


def text(client: Client, path: str) -> str:
    """The words of the page, without its tags."""
    page = re.sub(r"<[^>]+>", " ", client.get(path).content.decode())
    return " ".join(page.split())


def test_the_list_is_kind_while_there_is_none(client: Client):
    assert "Each import of the register of schools will stand here" in text(client, LIST)


def test_each_import_is_listed_with_what_it_did(client: Client):
    make_register_import(updated=31, closed=4)
    page = text(client, LIST)
    assert "edubasealldata20261116.csv by hand 16 November 2026, 06:10 done 12 31 4 1" in page


def test_what_came_to_nothing_changed_nothing(client: Client):
    make_register_import(state=RegisterImport.State.REFUSED, created=48_526, skipped=1_943)
    assert "16 November 2026, 06:10 refused – – – 1,943" in text(client, LIST)


def test_a_reason_stands_once_with_all_its_lines(client: Client):
    lines = [{"of": "schools", "line": line, "reason": "no name"} for line in (2, 1_040)]
    links = [{"of": "links", "line": 2, "reason": "no name"}]
    row = make_register_import(skipped=3, complaints=lines + links)
    page = text(client, f"{LIST}{row.pk}/change/")
    assert "Why Lines no name 2, 1040 in the file of links: no name 2" in page


def test_the_page_names_the_lines_that_were_skipped(client: Client):
    row = make_register_import(skipped=140, forced_because="Nurseries closed", links_file_name="l")
    page = text(client, f"{LIST}{row.pk}/change/")
    assert "Why Lines the school has no name 7 And 139 more." in page
    assert "Forced because Nurseries closed" in page
    assert "What it did" in page


def test_the_page_names_the_cells_that_were_left_blank(client: Client):
    blank = {"line": 9, "reason": "OpenDate is “May”, not a date like 31-08-2023"}
    row = make_register_import(blanked=3, blanks=[blank])
    page = text(client, f"{LIST}{row.pk}/change/")
    assert "Why Lines OpenDate is “May”, not a date like 31-08-2023 9 And 2 more." in page
    assert "left blank" not in text(client, f"{LIST}{make_register_import().pk}/change/")


def test_the_page_says_of_which_day_the_register_is_and_that_a_newer_one_was_in(client: Client):
    words = "This register is older than that of 16 November 2026, which was imported before"
    newer = make_register_import(dated_on=date(2026, 11, 16))
    older = make_register_import(
        dated_on=date(2026, 9, 1), started_at=newer.started_at + timedelta(hours=1)
    )
    page = text(client, f"{LIST}{older.pk}/change/")
    assert words in page
    assert "The register of 1 September 2026" in page
    assert words not in text(client, f"{LIST}{newer.pk}/change/")


def test_the_page_of_one_that_was_cut_off_has_no_end(client: Client):
    row = make_register_import(state=RegisterImport.State.FAILED, ended_at=None)
    assert "Ended cut off" in text(client, f"{LIST}{row.pk}/change/")


def test_the_page_says_that_the_links_were_not_there(client: Client):
    words = "The links between schools were not there, and stay as they were."
    row = make_register_import(links_missing="l.csv is larger than 300 MB.")
    page = text(client, f"{LIST}{row.pk}/change/")
    assert f"{words} l.csv is larger than 300 MB." in page
    assert words not in text(client, f"{LIST}{make_register_import().pk}/change/")


def test_the_page_of_a_refused_import_says_why(client: Client):
    row = make_register_import(
        state=RegisterImport.State.REFUSED, refusal="a.csv is empty.", complaints=[], skipped=0
    )
    page = text(client, f"{LIST}{row.pk}/change/")
    assert "a.csv is empty." in page
    assert "How far it had come All of it was taken back: the schools are as they were" in page
    assert "None: every line could be read." in page


def alarms(client: Client) -> list[str]:
    page = client.get("/admin/").content.decode()
    return re.findall(r'role="alert">(The (?:last|register)[^<]+)<', page)


FAILED = (
    "The last import of the register of schools, on 26 November, came to nothing. The schools are "
    "as they were before; the imports of the register say why."
)
OLD = (
    "The register of schools has not been brought up to date since 10 November, though it is to be "
    "fetched each day. Tell whoever runs the portal."
)
EMPTY = (
    "The register of schools is empty, though it is to be fetched each day. Tell whoever runs the "
    "portal."
)
OLD_BY_HAND = (
    "The register of schools was last brought up to date on 27 July: schools have opened, closed "
    "and merged since. Tell whoever runs the portal."
)
YESTERDAY, LONG_AGO = NOW - timedelta(days=1), NOW - timedelta(days=17)
TWO_DAYS_AGO, A_TERM_AGO = NOW - timedelta(days=2), NOW - timedelta(days=123)


@pytest.mark.parametrize(
    ("url", "imports", "expected"),
    [
        pytest.param("", [], [], id="by hand, and none yet"),
        pytest.param("", [(LONG_AGO, "done", "command")], [], id="by hand, long ago"),
        pytest.param(
            "", [(A_TERM_AGO, "done", "command")], [OLD_BY_HAND], id="by hand, a term ago"
        ),
        pytest.param(URL, [(YESTERDAY, "done", "download")], [], id="fetched yesterday"),
        pytest.param(URL, [(LONG_AGO, "done", "download")], [OLD], id="fetched long ago"),
        pytest.param(URL, [], [EMPTY], id="never fetched"),
        pytest.param(
            URL,
            [(LONG_AGO, "done", "download"), (YESTERDAY, "refused", "command")],
            [OLD],
            id="a wrong file by hand makes an old register no younger",
        ),
        pytest.param(
            URL,
            [(TWO_DAYS_AGO, "done", "download"), (YESTERDAY, "refused", "command")],
            [],
            id="a wrong file by hand is told to who loaded it",
        ),
        pytest.param(
            URL,
            [(LONG_AGO, "done", "download"), (YESTERDAY, "failed", "download")],
            [FAILED],
            id="fetching failed",
        ),
        pytest.param(
            URL,
            [(TWO_DAYS_AGO, "failed", "download"), (YESTERDAY, "done", "command")],
            [],
            id="put right by hand",
        ),
        pytest.param(
            URL,
            [(LONG_AGO, "done", "command"), (YESTERDAY, "running", "download")],
            [FAILED],
            id="cut off",
        ),
        pytest.param("", [(YESTERDAY, "running", "command")], [], id="cut off by hand"),
        pytest.param(
            URL,
            [(YESTERDAY, "done", "download"), (NOW - timedelta(minutes=1), "running", "download")],
            [],
            id="at work",
        ),
    ],
)
def test_staff_are_warned_when_the_register_is_not_brought_up_to_date(
    client: Client, settings, url: str, imports: list[tuple[datetime, str, str]], expected: list
):
    settings.GIAS_URL = url
    for started_at, state, source in imports:
        make_register_import(started_at=started_at, state=state, source=source)
    assert alarms(client) == expected


def test_a_lead_of_a_work_group_is_not_troubled_with_it(client: Client):
    make_register_import(state=RegisterImport.State.FAILED, source="download")
    assert alarms(staff_client(HubMember.Role.WORK_GROUP_LEAD)) == []
