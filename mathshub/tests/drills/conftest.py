"""Drills: a fault is played, and what was told, stored and sent is compared. Short in `make test`,
in full by `make drill`, which also prints the table and writes docs/drills.md.

    @pytest.mark.drill("double click", group="Capacity and forms", promises=(1, 7))
    def test_a_form_sent_twice_counts_once(drill, hub, smtp_sink, live_portal):
        for number in range(drill.size(short=5, full=60)):
            ...post twice at the same moment...
            drill.tell(f"head{number}@school.example")
        drill.count("expressions too many", ExpressionOfInterest.objects.count() - number - 1)

The mark names the fault as it stands in mathshub/testing/drill/faults.py (each is drilled or
listed there under NOT_YET; test_every_fault_is_drilled.py compares), its group, and the promises
that it puts to the test. Several drills may share a fault: parametrise, and the id stands beside
the name in the table.

    drill   mathshub.testing.drill.drill.Drill:
              .is_full, .size(short=, full=)         how large this run is
              .rng                                   random.Random, seeded by DRILL_SEED
              .tell(address, end="sent"), .tell_all  somebody was told that a message comes (or
                                                     ends "dead", "suppressed", "cancelled")
              .leave_open(address)                   an error page: one message or none
              .forbid(address)                       nothing may ever arrive
              .allow_doubles(n)                      so many repeats are within the promise
              .count("overbooked", n, allowed=0)     anything else that is counted
              .note("p95 of posts: 80 ms")           words for the table
              .late_after(timedelta), .fault_is_over()
              .let_time_pass(hours=1), .now()        for the outbox: its times in the rows move
              .wait_until_ended(), .wait_until_taken(n), .wait_until(condition)
            Give every message a recipient of its own: lost, late and doubled are worked out by
            address, from what was told, the rows of the database and what `smtp_sink` took (if
            the test asks for it). When the test's body is through, the ledgers are compared; a
            broken promise fails the test and stands in the table. A drill that told, forbade and
            counted nothing fails too.
    hub     a committed hub, in scope (with `transactional_db`).
    expression
            a committed expression of interest, whose acknowledgement anybody may be sent
            (senders.acknowledge)
    celery  a broker, a Celery worker and a beat that sweeps and plans every second; start_celery
            starts them with one thing broken
    offering, school
            what the form of interest is of, and a school that sends it
    schools posting.Schools: posts the form of interest to `live_portal`, tells the ledger
    senders senders.Senders: starts `send_outbox --loop` and other processes of the portal, as they
            are or with one thing broken, on the test database and `smtp_sink`

A drill that is too long for `make test` whatever its size carries the mark `full_size`: only
`make drill` runs it.

A drill that has no messages needs neither `hub` nor `smtp_sink`: `drill.count` is enough.
"""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection

from enrolment.models import ExpressionOfInterest
from enrolment.tests.factories import make_expression
from mathshub.scope import hub_scope
from mathshub.testing.drill.drill import Drill
from mathshub.testing.drill.results import RESULTS, Result, result_of, write_result
from mathshub.testing.portal import Clockwork, LivePortal
from mathshub.testing.smtp import SmtpSink
from mathshub.tests.drills.posting import Schools
from mathshub.tests.drills.senders import Senders, kill
from workgroups.models import Hub, Offering, School
from workgroups.tests.factories import make_hub, make_offering, make_school

IS_FULL = os.environ.get("DRILL_SIZE") == "full"
SEED = os.environ.get("DRILL_SEED") or "1"
RESULT = pytest.StashKey[Result]()


@pytest.fixture
def hub(transactional_db: None) -> Iterator[Hub]:
    hub = make_hub(slug="lea-valley", name="Lea Valley Maths Hub")
    with hub_scope(hub):
        yield hub


@pytest.fixture
def expression(hub: Hub) -> ExpressionOfInterest:
    return make_expression()


@pytest.fixture
def offering(hub: Hub) -> Offering:
    cache.clear()  # how many forms a network has sent in earlier drills
    return make_offering()


@pytest.fixture
def school(hub: Hub) -> School:
    return make_school()


@pytest.fixture
def senders(transactional_db: None, smtp_sink: SmtpSink, tmp_path: Path) -> Iterator[Senders]:
    started = Senders(smtp_sink.url, tmp_path)
    yield started
    started.kill()


@pytest.fixture
def on_postgresql(transactional_db: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite a process that is stopped while it writes holds up all others")


@pytest.fixture
def start_celery(senders: Senders) -> Iterator[Callable[..., Clockwork]]:
    """Start a broker, a worker with two processes and a beat, all as they are or with one broken."""
    started: list[Clockwork] = []

    def start(*, broken: str = "") -> Clockwork:
        env = senders.env(broken=broken, SWEEP_SECONDS="1", PLAN_SECONDS="1")
        started.append(clockwork := Clockwork.prepare(senders.folder, env))
        clockwork.start()
        return clockwork

    yield start
    senders.kill()
    for clockwork in started:
        for part in (clockwork.beat, clockwork.worker, clockwork.broker):
            kill(part)


@pytest.fixture
def celery(start_celery: Callable[..., Clockwork]) -> Clockwork:
    return start_celery()


@pytest.fixture
def drill(request: pytest.FixtureRequest) -> Drill:
    sink: SmtpSink | None = None
    if "smtp_sink" in request.fixturenames:
        sink = request.getfixturevalue("smtp_sink")
    return Drill(seed=SEED, is_full=IS_FULL, name=request.node.name, sink=sink)


@pytest.fixture
def make_schools(drill: Drill, offering: Offering) -> Callable[[LivePortal], Schools]:
    """Schools that send the form of a new offering to a portal."""
    return lambda portal: Schools(drill, portal.port, offering)


@pytest.fixture
def schools(live_portal: LivePortal, make_schools: Callable[[LivePortal], Schools]) -> Schools:
    return make_schools(live_portal)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """`make drill ONLY=words`: the faults whose name has these words. In short: the short ones."""
    words = os.environ.get("DRILL_ONLY", "").casefold()
    dropped = [
        item
        for item in items
        if words not in _fault_of(item).casefold()
        or (item.get_closest_marker("full_size") and not IS_FULL)
    ]
    if not dropped:
        return
    config.hook.pytest_deselected(items=dropped)
    items[:] = [item for item in items if item not in dropped]


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """The runner has a line for each drill: no dots beside it."""
    if not os.environ.get(RESULTS) or report.skipped:
        return None
    if report.passed:
        return ("passed" if report.when == "call" else "", "", "")
    return ("failed" if report.when == "call" else "error", "", "")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """After the test's body: compare the ledgers, keep the line for the table."""
    mark = item.get_closest_marker("drill")
    if mark is None:
        return (yield)
    start = time.monotonic()
    try:
        answer = yield
    except BaseException as error:
        item.stash[RESULT] = _result(item, mark, start, problem=_in_one_line(error))
        raise
    item.stash[RESULT] = result = _result(item, mark, start)
    broken = result.said if not result.is_kept else []
    assert result.is_kept, f"{result.line()}\n" + "\n".join(broken)
    return answer


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[Any]:
    """Hand the line to the runner; a drill that never came to its body has one too."""
    report = yield
    mark = item.get_closest_marker("drill")
    if mark is None or not os.environ.get(RESULTS):
        return report
    if call.when == "setup" and call.excinfo is not None:
        problem = _in_one_line(call.excinfo.value)
        _finish(item, result_of(mark, _variant(item), outcome=None, problem=problem, seconds=0))
    elif call.when == "call":
        _finish(item, item.stash[RESULT])
    return report


def _result(item: Any, mark: pytest.Mark, start: float, problem: str = "") -> Result:
    drill = item.funcargs.get("drill")
    try:
        outcome = drill.outcome() if drill else None
    except Exception as error:
        outcome, problem = None, problem or _in_one_line(error)
    seconds = time.monotonic() - start
    if outcome and not problem and outcome.broken:
        outcome.notes.extend(outcome.broken)
    return result_of(mark, _variant(item), outcome=outcome, problem=problem, seconds=seconds)


def _finish(item: pytest.Item, result: Result) -> None:
    write_result(result)
    reporter = item.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        reporter.ensure_newline()
        reporter.write_line(result.line())


def _variant(item: Any) -> str:
    callspec = getattr(item, "callspec", None)
    return callspec.id if callspec else ""


def _fault_of(item: pytest.Item) -> str:
    mark = item.get_closest_marker("drill")
    return mark.args[0] if mark else ""


def _in_one_line(error: BaseException) -> str:
    words = " ".join(f"{type(error).__name__}: {error}".split())
    return words[:300]
