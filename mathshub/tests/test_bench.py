"""What the bench says is what it measured: its sums, its page, and that it notices a slow portal."""

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from textwrap import dedent
from xml.etree import ElementTree

import pytest

from mathshub.processes import Part, answers
from mathshub.testing.bench import __main__ as bench
from mathshub.testing.bench import report
from mathshub.testing.bench.figures import Row, at_least, at_most
from mathshub.testing.bench.load import (
    Contender,
    Request,
    Sample,
    Server,
    UnexpectedAnswer,
    always,
    compare,
)
from mathshub.testing.machine import Machine
from mathshub.testing.ports import free_port

MACHINE = Machine("AMD EPYC", cores=2, memory=23.4, load=0.26, database="PostgreSQL 17.2")
FAST = Row("Fast page", ours=2.0, unit="ms CPU", target=at_most(2, times_floor=True), floor=1.4)
SLOW = Row("Slow <page>", ours=4.2, unit="ms CPU", target=at_most(2, times_floor=True), floor=1.4)
MAIL = Row("Bulk mail", ours=400, unit="messages/s", target=at_least(300))


@pytest.mark.parametrize(
    ("row", "is_met"),
    [
        (FAST, True),
        (SLOW, False),
        (MAIL, True),
        (Row("Mail", ours=299, unit="messages/s", target=at_least(300)), False),
        (Row("Start", ours=0.8, unit="s", target=at_most(0.8)), True),
        (Row("Start", ours=0.81, unit="s", target=at_most(0.8)), False),
        (Row("No target", ours=10, unit="s"), True),
        (Row("Queries", ours=1, unit="ms", queries=4, most_queries=3), False),
        (Row("Queries", ours=1, unit="ms", queries=3, most_queries=3), True),
        (Row("Queries", ours=1, unit="ms", queries=1, most_queries=0), False),
        (Row("Queries", ours=9, unit="ms", target=at_most(8), queries=3, most_queries=3), False),
    ],
)
def test_a_target_is_met_or_not(row: Row, is_met: bool) -> None:
    assert row.is_met is is_met


def test_a_multiple_of_no_floor_is_an_error() -> None:
    with pytest.raises(ValueError, match="there is none"):
        _ = Row("Page", ours=1, unit="ms", target=at_most(2, times_floor=True)).is_met


def test_the_table_says_floor_ratio_target_and_verdict() -> None:
    lines = [line.split("  ") for line in report.table([FAST, SLOW]).splitlines()]
    cells = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    assert cells == [
        list(report.HEADINGS),
        ["Fast page", "1.4 ms CPU", "2 ms CPU", "1.43", "≤ 2 × floor", "yes", "–"],
        ["Slow <page>", "1.4 ms CPU", "4.2 ms CPU", "3.00", "≤ 2 × floor", "NO", "–"],
    ]


def test_too_many_queries_are_a_verdict_without_another_target() -> None:
    row = Row("Mail", ours=90, unit="messages/s", queries=12, most_queries=11)
    assert report.table([row]).splitlines()[1].split()[-4:] == ["11", "queries", "NO", "12"]


def test_the_page_names_day_machine_and_what_was_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "DOCS", tmp_path)
    path = report.write([FAST, SLOW, MAIL], machine=MACHINE, seconds=620, on=date(2026, 11, 22))
    page = path.read_text()
    assert "22 November 2026 in 10 minutes: 2 cores of AMD EPYC, 23 GiB, Python" in page
    assert "PostgreSQL 17.2; load 0.3 before it began" in page
    assert page.endswith("- **Slow <page>**: not explained yet.\n")
    assert "| Bulk mail | – | 400 messages/s | – | ≥ 300 messages/s | yes | – |" in page


def test_the_picture_is_well_formed_and_says_in_words_what_it_shows() -> None:
    picture = ElementTree.fromstring(report.picture([FAST, SLOW, MAIL]))
    name = "{http://www.w3.org/2000/svg}"
    assert picture.find(f"{name}desc").text.startswith(
        "Fast page: 71%; Slow <page>: 150%; Bulk mail: 75%"
    )
    assert len(picture.findall(f"{name}rect")) == 1 + 3


def test_every_operation_has_a_title_and_can_be_measured() -> None:
    folder = Path(bench.__file__).parent / "operations"
    assert {path.stem for path in folder.glob("*.py")} - {"__init__"} == set(bench.OPERATIONS)


SERVER = """
    import time
    def application(environ, start_response):
        wasted = 0.02 if environ["PATH_INFO"] == "/slow" else 0
        until = time.process_time() + wasted
        while time.process_time() < until:
            pass
        found = environ["PATH_INFO"] != "/missing"
        start_response("200 OK" if found else "404 Not Found", [("Content-Length", "2")])
        return [b"ok"]
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """gunicorn with an application that wastes 20 ms of CPU time on one of its addresses."""
    folder, port = tmp_path_factory.mktemp("bench"), free_port()
    (folder / "wasteful.py").write_text(dedent(SERVER))
    command = [
        *(sys.executable, "-m", "gunicorn", "wasteful", "--chdir", str(folder)),
        *("--bind", f"127.0.0.1:{port}", "--workers", "2", "--worker-class", "gthread"),
        "--no-control-socket",
    ]
    part = Part("wasteful", command, log=folder / "log")
    part.start()
    part.wait_until(lambda: answers(port), seconds=30)
    yield Server(part, port)
    part.stop()


def test_wasted_time_is_seen_in_cpu_and_in_waits(server: Server) -> None:
    samples = compare(
        {name: Contender(server, always(Request(f"/{name}"))) for name in ("quick", "slow")},
        rounds=3,
        count=20,
    )
    assert 18 <= samples["slow"].cpu_ms - samples["quick"].cpu_ms <= 60
    assert samples["slow"].wait_ms(50) >= 20 > samples["quick"].wait_ms(50)
    assert len(samples["slow"].waits) == 60
    assert samples["slow"].size == 2


def test_an_answer_that_means_nothing_is_an_error(server: Server) -> None:
    with pytest.raises(UnexpectedAnswer, match="answered 404, not 200"):
        compare({"missing": Contender(server, always(Request("/missing")))}, rounds=1, count=4)


def test_percentiles_are_those_of_the_waits() -> None:
    sample = Sample(waits=[float(number) for number in range(100, 0, -1)])
    assert (sample.wait_ms(50), sample.wait_ms(95), sample.wait_ms(99)) == (51, 96, 100)
