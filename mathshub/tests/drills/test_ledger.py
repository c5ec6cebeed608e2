"""The comparison itself: each way in which a promise can be broken stands in the outcome."""

from datetime import UTC, datetime, timedelta

import pytest

from mathshub.testing.drill.ledger import Fact, Ledger, Outcome, Taken, Told
from mathshub.testing.drill.report import Report
from mathshub.testing.drill.results import BROKEN, KEPT, Result
from mathshub.testing.machine import Machine

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HEAD = "head@school.example"
MINUTE = timedelta(minutes=1)


def told(end: str = "sent", *, count: int = 1) -> Ledger:
    return Ledger(told=[Told(HEAD, end, count, NOW)])


def taken(message_id: str = "<1@hub>", *, at: datetime = NOW) -> Taken:
    return Taken(HEAD, message_id, at)


def test_what_was_told_and_came_is_kept() -> None:
    outcome = told().compare([(HEAD, "sent")], [taken()])
    assert (outcome.told, outcome.rows, outcome.taken) == (1, {"sent": 1}, 1)
    assert outcome.broken == []


@pytest.mark.parametrize(
    ("end", "rows"), [("sent", [(HEAD, "queued")]), ("sent", []), ("dead", [(HEAD, "queued")])]
)
def test_what_was_told_and_never_came_is_lost(end: str, rows: list[tuple[str, str]]) -> None:
    outcome = told(end).compare(rows, [])
    assert outcome.lost == 1
    assert outcome.broken


def test_two_that_were_told_are_not_one_that_came() -> None:
    assert told(count=2).compare([(HEAD, "sent")] * 2, [taken()]).lost == 1


def test_a_repeat_is_doubled_unless_it_was_allowed() -> None:
    ledger, rows, arrived = told(), [(HEAD, "sent")], [taken(), taken()]
    assert ledger.compare(rows, arrived).broken == ["doubled: 1, no more than 0 allowed"]
    ledger.allowed_doubles = 1
    assert ledger.compare(rows, arrived).broken == []


def test_a_repeat_under_another_id_is_never_allowed() -> None:
    ledger = told()
    ledger.allowed_doubles = 1
    assert ledger.compare([(HEAD, "sent")], [taken("<1@hub>"), taken("<2@hub>")]).broken


def test_late_counts_from_the_end_of_the_fault() -> None:
    ledger, rows = told(), [(HEAD, "sent")]
    ledger.late_after = 15 * MINUTE
    assert ledger.compare(rows, [taken(at=NOW + 16 * MINUTE)]).late == 1
    assert ledger.compare(rows, [taken(at=NOW + 15 * MINUTE)]).late == 0
    ledger.fault_over_at = NOW + 10 * MINUTE
    assert ledger.compare(rows, [taken(at=NOW + 16 * MINUTE)]).broken == []


def test_of_two_that_were_told_each_may_be_late() -> None:
    ledger, rows = told(count=2), [(HEAD, "sent")] * 2
    first, late = taken(), taken("<2@hub>", at=NOW + 16 * MINUTE)
    assert ledger.compare(rows, [first, late]).late == 1
    assert ledger.compare(rows, [late, first]).broken == ["late by more than 0:15:00: 1"]
    assert ledger.compare(rows, [first, taken("<2@hub>")]).broken == []
    ledger.fault_over_at = NOW + 10 * MINUTE
    assert ledger.compare(rows, [first, late]).broken == []


def test_what_was_told_later_counts_from_then() -> None:
    ledger = told()
    ledger.told.append(Told(HEAD, "sent", 1, NOW + 60 * MINUTE))
    arrived = [taken(), taken("<2@hub>", at=NOW + 70 * MINUTE)]
    assert ledger.compare([(HEAD, "sent")] * 2, arrived).broken == []


def test_a_repeat_of_the_first_is_not_the_second_and_does_not_hide_that_it_is_late() -> None:
    ledger, rows = told(count=2), [(HEAD, "sent")] * 2
    ledger.allowed_doubles = 1
    repeated = [taken(), taken()]
    assert ledger.compare(rows, repeated).lost == 1
    assert ledger.compare(rows, [*repeated, taken("<2@hub>", at=NOW + 16 * MINUTE)]).late == 1


def test_who_was_told_twice_is_owed_two() -> None:
    ledger = told()
    ledger.told.append(Told(HEAD, "sent", 1, NOW))
    assert ledger.compare([(HEAD, "sent")] * 2, [taken()]).lost == 1


def test_mail_to_somebody_nobody_spoke_of_is_found() -> None:
    ledger, stranger = told(), Taken("sam@school.example", "<2@hub>", NOW)
    outcome = ledger.compare([(HEAD, "sent")], [taken(), stranger])
    assert outcome.broken == ["arrived though nobody was to be written to: 1 – not kept"]
    ledger.open.add("sam@school.example")
    assert ledger.compare([(HEAD, "sent")], [taken(), stranger]).broken == []


def test_a_row_that_does_not_know_of_its_sending_is_found() -> None:
    assert told().compare([(HEAD, "dead")], [taken()]).broken


def test_what_must_not_go_is_found() -> None:
    assert Ledger(forbidden={HEAD}).compare([], [taken()]).broken
    assert told("cancelled").compare([(HEAD, "cancelled")], [taken()]).broken


def test_who_saw_an_error_gets_one_message_or_none_and_no_row_that_waits() -> None:
    ledger = Ledger(open={HEAD})
    assert ledger.compare([], []).broken == []
    assert ledger.compare([(HEAD, "sent")], [taken()]).broken == []
    assert ledger.compare([(HEAD, "sent")], [taken(), taken()]).broken
    assert ledger.compare([(HEAD, "queued")], []).broken


@pytest.mark.parametrize(
    ("count", "allowed", "is_kept"), [(0, 0, True), (2, 2, True), (3, 2, False)]
)
def test_a_fact_is_kept_up_to_what_is_allowed(count: int, allowed: int, is_kept: bool) -> None:
    outcome = Ledger(facts=[Fact("repeats", count, allowed)]).compare([], [])
    assert (outcome.broken == []) is is_kept


def test_less_than_none_is_broken_too() -> None:
    """“Schools missing: -1” is a school too many, “rows too many: -1” one that is lost."""
    assert Ledger(facts=[Fact("schools missing", -1, 0)]).compare([], []).broken


def test_a_drill_that_compared_nothing_is_no_drill() -> None:
    assert Ledger().compare([], []).broken == ["nothing was compared"]


MACHINE = Machine("a processor", cores=2, memory=8, load=0.3)


def report_of(results: list[Result]) -> Report:
    return Report(results, "7", NOW, 60.0, "18.6", MACHINE)


def result(verdict: str, *promises: int) -> Result:
    return Result("two beats", "", "Message path", list(promises), verdict, seconds=1.0)


def test_the_report_names_the_promises_that_are_not_kept() -> None:
    results = [result(KEPT, 2, 3), result(BROKEN, 3, 5), result("FAILED", 7)]
    report = report_of(results)
    assert report.broken == [3, 5, 7]
    assert "Promise 3 broken" in report.screen()
    assert "| 2 | " in report.markdown()
    assert "load 0.3 before they began" in report.markdown()
    assert report_of(results[:1]).broken == []


def test_figures_of_the_ledger_stand_in_the_table() -> None:
    outcome: Outcome = told().compare([(HEAD, "queued")], [])
    assert (outcome.told, outcome.taken, outcome.lost, outcome.allowed) == (1, 0, 1, 0)
