"""A spreadsheet is looked at before anything happens, loaded once however often, and undone."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enrolment.errors import SpreadsheetChangedMeanwhile, SpreadsheetNotWaiting
from enrolment.models import HistoryImport, PastParticipation, UnmatchedLine
from enrolment.services.participation import change_participation, record_participation
from enrolment.services.spreadsheets import (
    Fate,
    explain_spreadsheet,
    explained_before,
    load_spreadsheet,
    plan_spreadsheet,
    undo_spreadsheet,
)
from enrolment.services.tray import leave_out_lines, match_lines, put_back_lines
from enrolment.spreadsheet.columns import Role
from enrolment.spreadsheet.meaning import Meaning
from enrolment.tests.factories import NOW, make_past_participation, make_waiting_spreadsheet
from mathshub.scope import hub_scope
from workgroups.models import AcademicYear, Hub, Programme, School
from workgroups.tests.factories import (
    make_account,
    make_hub,
    make_local_authority,
    make_programme,
    make_school,
    make_year,
)

Outcome = PastParticipation.Outcome
State = HistoryImport.State
HEADER = "URN,School,Programme,Year,Completed?,Lead teacher"
LATER = NOW + timedelta(days=1)


@pytest.fixture
def ferry(hub: Hub) -> School:
    hub.local_authorities.add(make_local_authority())
    return make_school(urn="999001", name="Ferry Road Primary School")


@pytest.fixture
def marsh(ferry: School) -> School:
    return make_school(urn="999002", name="Marsh Gate Primary School")


@pytest.fixture
def dev(hub: Hub) -> Programme:
    return make_programme(name="Development")


def wait_with(*lines: str, programme: Programme, **meaning: Any) -> HistoryImport:
    return make_waiting_spreadsheet(
        content="\n".join([HEADER, *lines]), programme=programme, **meaning
    )


def load(*lines: str, programme: Programme, **meaning: Any) -> HistoryImport:
    return load_spreadsheet(wait_with(*lines, programme=programme, **meaning), by=None, now=NOW)


def counts(loaded: HistoryImport) -> dict[str, int]:
    return {
        "created": loaded.created,
        "known": loaded.known,
        "differing": loaded.differing,
        "left out": loaded.left_out,
        "faults": len(loaded.faults),
        "tray": loaded.unmatched.count(),
    }


def on_record() -> set[tuple[str, str, str, str]]:
    rows = PastParticipation.objects.select_related("school", "programme", "academic_year")
    return {
        (row.school.urn, str(row.programme), str(row.academic_year), row.outcome) for row in rows
    }


def in_tray() -> list[tuple[int, str, str]]:
    return list(UnmatchedLine.objects.values_list("line", "school_as_typed", "state"))


LINES = (
    "999001,Ferry Road,Dev,2021/22,Y,Sam Okafor",
    "999002.0,,Dev,2021-22,N,",
    ",Marsh Gate Primary School,Dev,22/23,,Ana Lima",
    ",Nowhere School,Dev,2022/23,Y,",
    "999001,,Dev,some time,Y,",
    "1234567,,Dev,2022/23,Y,",
    "999001,,Dev,2021/22,Y,another teacher",
)


@pytest.mark.database
def test_several_things_of_one_row_wait_are_matched_and_put_back_together(
    ferry: School, dev: Programme
) -> None:
    waiting = make_waiting_spreadsheet(
        content="School,2019/20,2020/21\nFerry Rd,Dev,Dev\n", programme=dev
    )
    loaded = load_spreadsheet(waiting, by=None, now=NOW)
    assert in_tray() == [(2, "Ferry Rd", "waiting")] * 2
    assert match_lines(loaded.unmatched.all()[0], school=ferry, by=None, now=NOW) == 2
    assert on_record() == {
        ("999001", "Development", "2019/20", "not_known"),
        ("999001", "Development", "2020/21", "not_known"),
    }
    assert put_back_lines(loaded.unmatched.all()[0], by=None, now=NOW) == 2
    assert on_record() == set()
    removed = PastParticipation.history.filter(history_type="-")
    assert removed.count() == 2


def test_words_are_understood_in_the_hubs_next_spreadsheet_as_last_explained(
    ferry: School, dev: Programme
) -> None:
    early = load("999001,,SP,2019/20,ongoing,", programme=dev, programmes={"sp": None})
    words = {"programmes": {"sp": dev.pk, "mn": None}, "outcomes": {"part": "not_completed"}}
    HistoryImport.objects.filter(pk=early.pk).update(uploaded_at=NOW - timedelta(days=1))
    load("999001,,SP,2020/21,part,", programme=dev, **words)
    wait_with("999001,,SP,2021/22,,", programme=dev, programmes={"never loaded": dev.pk})
    waiting = wait_with("999001,,SP,2021/22,,", programme=dev, programmes={}, outcomes={})
    with hub_scope(make_hub(name="Thames Maths Hub")):
        load("999001,,SP,2020/21,,", programme=make_programme(), programmes={"trg": 1})

    known = Meaning().remembering(explained_before(waiting))
    assert known.programmes == {"sp": dev.pk, "mn": None}
    assert known.outcomes == {
        "part": "not_completed",
        "y": "completed",
        "n": "not_completed",
        "": "not_known",
    }
    own = Meaning(programmes={"sp": None}).remembering([known])
    assert own.programmes["sp"] is None


@pytest.mark.database
def test_a_spreadsheet_is_recorded_line_by_line(
    ferry: School, marsh: School, dev: Programme
) -> None:
    account = make_account()
    waiting = wait_with(*LINES, programme=dev)
    loaded = load_spreadsheet(waiting, by=account, now=NOW)
    assert on_record() == {
        ("999001", "Development", "2021/22", "completed"),
        ("999002", "Development", "2021/22", "not_completed"),
        ("999002", "Development", "2022/23", "not_known"),
    }
    assert counts(loaded) == {
        "created": 3, "known": 1, "differing": 0, "left out": 0, "faults": 2, "tray": 1,
    }  # fmt: skip
    assert loaded.faults == [
        [6, "“some time” can’t be read as a year such as 2023/24."],
        [7, "“1234567” looks like a DfE number or a TRN: a URN has six digits."],
    ]
    assert in_tray() == [(5, "Nowhere School", "waiting")]
    row = PastParticipation.objects.get(school=ferry)
    assert (row.source, row.history_import) == ("spreadsheet", loaded)
    [change] = row.history.all()
    assert (change.history_user, change.history_date) == (account, NOW)
    assert change.history_change_reason == "Loaded from past.csv"


@pytest.mark.database
def test_the_preview_says_what_loading_does_and_writes_nothing(
    ferry: School, marsh: School, dev: Programme
) -> None:
    waiting = wait_with(*LINES, programme=dev)
    with CaptureQueriesContext(connection) as queries:
        plan = plan_spreadsheet(waiting, now=NOW)
    assert all(query["sql"].startswith(("SELECT", "PREPARE", "EXECUTE")) for query in queries)
    planned = {fate: [line.number for line in lines] for fate, lines in plan.by_fate.items()}
    assert planned == {
        Fate.RECORD: [2, 3, 4],
        Fate.KNOWN: [8],
        Fate.DIFFERS: [],
        Fate.TRAY: [5],
        Fate.LEFT_OUT: [],
        Fate.FAULT: [6, 7],
    }
    assert (on_record(), in_tray()) == (set(), [])


@pytest.mark.database
def test_nothing_of_columns_that_were_not_asked_for_stays(
    ferry: School, marsh: School, dev: Programme
) -> None:
    loaded = load(*LINES, programme=dev)
    assert bytes(HistoryImport.objects.get(pk=loaded.pk).content) == b""
    models = (HistoryImport, PastParticipation, UnmatchedLine)
    histories = (PastParticipation.history.model, UnmatchedLine.history.model)
    kept = repr([list(model.objects.values()) for model in models + histories])
    assert "Nowhere School" in kept
    for name in ("Sam Okafor", "Ana Lima", "teacher"):
        assert name not in kept


@pytest.mark.database
def test_the_same_file_again_changes_nothing(ferry: School, marsh: School, dev: Programme) -> None:
    load(*LINES, programme=dev)
    before = (on_record(), in_tray(), PastParticipation.history.count())
    again = load(*LINES, programme=dev)
    assert (on_record(), in_tray(), PastParticipation.history.count()) == before
    assert counts(again) == {
        "created": 0, "known": 5, "differing": 0, "left out": 0, "faults": 2, "tray": 0,
    }  # fmt: skip


@pytest.mark.database
def test_the_record_is_kept_where_the_spreadsheet_says_otherwise(
    ferry: School, dev: Programme
) -> None:
    make_past_participation(
        school=ferry, programme=dev, academic_year=make_year(start_year=2021), outcome="completed"
    )
    waiting = wait_with("999001,,Dev,2021/22,N,", programme=dev)
    [line] = plan_spreadsheet(waiting, now=NOW).by_fate[Fate.DIFFERS]
    assert line.reason == "On record is “completed”."
    loaded = load_spreadsheet(waiting, by=None, now=NOW)
    assert (loaded.created, loaded.differing) == (0, 1)
    assert on_record() == {("999001", "Development", "2021/22", "completed")}


def test_a_line_without_an_outcome_contradicts_nothing(ferry: School, dev: Programme) -> None:
    loaded = load(
        "999001,,Dev,2021/22,,first teacher", "999001,,Dev,2021/22,Y,", "999001,,Dev,2021/22,N,",
        programme=dev,
    )  # fmt: skip
    assert on_record() == {("999001", "Development", "2021/22", "completed")}
    assert (loaded.created, loaded.known, loaded.differing) == (1, 1, 1)


def test_one_row_of_each_teacher_stands_in_the_tray_once(ferry: School, dev: Programme) -> None:
    load(",Nowhere,Dev,2021/22,Y,one", ",Nowhere,Dev,2021/22,Y,two", programme=dev)
    assert in_tray() == [(2, "Nowhere", "waiting")]


def test_words_that_mean_no_programme_leave_their_lines_out(ferry: School, dev: Programme) -> None:
    loaded = load(
        "999001,,Dev,2021/22,Y,", "999001,,Mastering Number,2021/22,Y,",
        programme=dev, programmes={"dev": dev.pk, "mastering number": None},
    )  # fmt: skip
    assert (loaded.created, loaded.left_out) == (1, 1)


def test_what_no_column_says_is_said_for_all_lines(ferry: School, dev: Programme) -> None:
    spreadsheet = make_waiting_spreadsheet(
        content="URN,Town\n999001,London\n",
        columns={Role.URN: 0},
        programme=dev,
    )
    spreadsheet.mapping |= {"programme": dev.pk, "year": 2020, "outcome": "completed"}
    spreadsheet.save()
    load_spreadsheet(spreadsheet, by=None, now=NOW)
    assert on_record() == {("999001", "Development", "2020/21", "completed")}


def test_a_programme_that_has_gone_meanwhile_is_a_fault_not_a_crash(
    ferry: School, dev: Programme
) -> None:
    waiting = wait_with("999001,,Dev,2021/22,Y,", programme=dev)
    dev.delete()
    [line] = plan_spreadsheet(waiting, now=NOW).by_fate[Fate.FAULT]
    assert line.reason.startswith("Its programme is no longer here")


@pytest.mark.database
def test_a_urn_that_the_name_contradicts_is_recorded_for_nobody_until_a_person_says(
    ferry: School, marsh: School, dev: Programme
) -> None:
    waiting = wait_with(
        "999002,Ferry Road Primary School,Dev,2021/22,Y,",
        "999002,Marsh Gate Infants,Dev,2022/23,Y,",
        programme=dev,
    )
    plan = plan_spreadsheet(waiting, now=NOW)
    [asked], [recorded] = plan.by_fate[Fate.TRAY], plan.by_fate[Fate.RECORD]
    assert asked.reason.startswith("URN 999002 is Marsh Gate Primary School (")
    assert "but the name is Ferry Road Primary School’s" in asked.reason
    assert (recorded.school, recorded.unlike) == (marsh, "Marsh Gate Infants")
    loaded = load_spreadsheet(waiting, by=None, now=NOW)
    assert on_record() == {("999002", "Development", "2022/23", "completed")}
    match_lines(loaded.unmatched.get(), school=ferry, by=None, now=NOW)
    assert ("999001", "Development", "2021/22", "completed") in on_record()


@pytest.mark.database
def test_a_mistyped_urn_goes_on_by_name_and_postcode_with_a_word_and_not_by_the_name_alone(
    ferry: School, dev: Programme
) -> None:
    School.objects.filter(pk=ferry.pk).update(postcode="E8 1AA")
    waiting = wait_with(
        "103105x,Ferry Road Primary School E8 1AA,Dev,2021/22,Y,",
        "abc,Ferry Road Primary School,Dev,2022/23,Y,",
        "n/a,Ferry Road Primary School,Dev,2023/24,Y,",
        programme=dev,
    )
    plan = plan_spreadsheet(waiting, now=NOW)
    assert [(line.number, line.reason) for line in plan.by_fate[Fate.RECORD]] == [
        (2, "URN “103105x” can’t be right; matched by name and postcode."),
        (4, ""),
    ]
    [asked] = plan.by_fate[Fate.TRAY]
    assert (asked.number, asked.typed) == (3, "Ferry Road Primary School, URN abc")
    assert asked.reason.startswith("URN “abc” can’t be right, and only the name fits")


# --- what a person has said counts next time ---


@pytest.mark.database
def test_a_line_that_a_person_matched_is_matched_by_itself_next_time(
    ferry: School, dev: Programme
) -> None:
    load(",Ferry,Dev,2021/22,Y,", programme=dev)
    match_lines(UnmatchedLine.objects.get(), school=ferry, by=None, now=NOW)
    load(",Ferry,Dev,2021/22,Y,", ",Ferry,Dev,2022/23,N,", programme=dev)
    assert on_record() == {
        ("999001", "Development", "2021/22", "completed"),
        ("999001", "Development", "2022/23", "not_completed"),
    }
    assert in_tray() == [(2, "Ferry", "matched")]


@pytest.mark.database
def test_a_line_that_a_person_left_out_is_left_out_next_time(ferry: School, dev: Programme) -> None:
    load(",Nowhere,Dev,2021/22,Y,", programme=dev)
    leave_out_lines(UnmatchedLine.objects.get(), by=None, now=NOW)
    again = load(",Nowhere,Dev,2021/22,Y,", ",Nowhere,Dev,2022/23,Y,", programme=dev)
    assert again.left_out == 1
    assert in_tray() == [(2, "Nowhere", "left_out"), (3, "Nowhere", "waiting")]


# --- undo ---


@pytest.mark.database
def test_undoing_takes_away_what_was_recorded_with_its_tray(
    ferry: School, marsh: School, dev: Programme
) -> None:
    make_past_participation(school=marsh, programme=dev, academic_year=make_year(start_year=2019))
    before = on_record()
    loaded = load(*LINES, programme=dev)
    match_lines(UnmatchedLine.objects.get(), school=ferry, by=None, now=NOW)
    account = make_account()
    undone = undo_spreadsheet(loaded, by=account, now=LATER)
    assert (on_record(), in_tray()) == (before, [])
    assert UnmatchedLine.history.count() == 0
    assert (undone.state, undone.undone_at) == (State.UNDONE, LATER)
    change = PastParticipation.history.filter(history_type="-").first()
    assert (change.history_user, change.history_change_reason) == (account, "Undone: past.csv")


@pytest.mark.database
def test_undoing_leaves_what_a_person_has_changed_since(
    ferry: School, marsh: School, dev: Programme
) -> None:
    loaded = load(*LINES, programme=dev)
    row = PastParticipation.objects.get(school=ferry)
    change_participation(
        row,
        programme=dev,
        academic_year=row.academic_year,
        outcome=Outcome.NOT_COMPLETED,
        note="",
        by=None,
        now=NOW,
    )
    undo_spreadsheet(loaded, by=None, now=LATER)
    assert on_record() == {("999001", "Development", "2021/22", "not_completed")}


@pytest.mark.database
def test_what_was_undone_can_be_loaded_again(ferry: School, marsh: School, dev: Programme) -> None:
    first = load(*LINES, programme=dev)
    record = on_record()
    undo_spreadsheet(first, by=None, now=NOW)
    again = load(*LINES, programme=dev)
    assert (on_record(), counts(again)["tray"]) == (record, 1)


@pytest.mark.database
def test_loading_and_undoing_happen_once(ferry: School, dev: Programme) -> None:
    loaded = load("999001,,Dev,2021/22,Y,", programme=dev)
    with pytest.raises(SpreadsheetNotWaiting):
        load_spreadsheet(loaded, by=None, now=NOW)
    undo_spreadsheet(loaded, by=None, now=NOW)
    with pytest.raises(SpreadsheetNotWaiting):
        undo_spreadsheet(loaded, by=None, now=NOW)
    assert HistoryImport.objects.get().undone_at == NOW


def test_what_is_loaded_is_what_was_shown(ferry: School, dev: Programme) -> None:
    waiting = wait_with("999001,,Dev,2021/22,Y,", programme=dev)
    shown = plan_spreadsheet(waiting, now=NOW).print
    record_participation(
        ferry,
        programme=dev,
        academic_year=make_year(start_year=2021),
        outcome=Outcome.COMPLETED,
        by=None,
        now=NOW,
    )
    with pytest.raises(SpreadsheetChangedMeanwhile):
        load_spreadsheet(waiting, by=None, now=NOW, as_shown=shown)
    assert HistoryImport.objects.get().state == State.UPLOADED


def test_another_meaning_of_the_same_words_is_not_what_was_shown(
    ferry: School, dev: Programme
) -> None:
    waiting = wait_with("999001,,TfM,2021/22,Y,", programme=dev, programmes={"tfm": dev.pk})
    shown = plan_spreadsheet(waiting, now=NOW).print
    assert plan_spreadsheet(waiting, now=NOW).print == shown
    meaning = Meaning.from_json(waiting.mapping)
    embedding = make_programme(name="Embedding")
    explain_spreadsheet(waiting, meaning=replace(meaning, programmes={"tfm": embedding.pk}))
    with pytest.raises(SpreadsheetChangedMeanwhile):
        load_spreadsheet(waiting, by=None, now=NOW, as_shown=shown)
    assert on_record() == set()
    shown = plan_spreadsheet(waiting, now=NOW).print
    load_spreadsheet(waiting, by=None, now=NOW, as_shown=shown)
    assert on_record() == {("999001", "Embedding", "2021/22", "completed")}


def test_another_hub_neither_sees_nor_is_changed(ferry: School, dev: Programme) -> None:
    other = make_hub(slug="wandle", local_authorities=[make_local_authority()])
    with hub_scope(other):
        theirs = make_programme(name="Development")
        make_past_participation(
            school=ferry, programme=theirs, academic_year=make_year(start_year=2021)
        )
        load(",Ferry,Dev,2021/22,Y,", programme=theirs)
        match_lines(UnmatchedLine.objects.get(), school=ferry, by=None, now=NOW)
    loaded = load("999001,,Dev,2021/22,N,", ",Ferry,Dev,2021/22,Y,", programme=dev)
    assert counts(loaded) == {
        "created": 1, "known": 0, "differing": 0, "left out": 0, "faults": 0, "tray": 1,
    }  # fmt: skip
    undo_spreadsheet(loaded, by=None, now=NOW)
    with hub_scope(other):
        assert PastParticipation.objects.count() == 1
        assert UnmatchedLine.objects.count() == 1


# --- races ---


def at_once(action: Callable[[], object], hub: Hub, times: int = 4) -> list[str]:
    """The names of the errors of as many threads, "" for those that went well."""
    barrier, errors = threading.Barrier(times), []

    def run() -> None:
        try:
            with hub_scope(hub):
                barrier.wait(timeout=10)
                action()
            errors.append("")
        except Exception as error:
            errors.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return sorted(errors)


def copies(spreadsheet: HistoryImport) -> list[HistoryImport]:
    """As each of four pages has seen it."""
    return [HistoryImport.objects.get(pk=spreadsheet.pk) for _ in range(4)]


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_the_second_click_on_load_and_on_undo_is_harmless(transactional_db: None) -> None:
    hub = make_hub(local_authorities=[make_local_authority()])
    with hub_scope(hub):
        make_school(urn="999001")
        waiting = wait_with(
            "999001,,Dev,2021/22,Y,", ",Nowhere,Dev,2021/22,Y,", programme=make_programme()
        )
        refused = ["", *["SpreadsheetNotWaiting"] * 3]
        seen = copies(waiting)
        assert at_once(lambda: load_spreadsheet(seen.pop(), by=None, now=NOW), hub) == refused
        assert (PastParticipation.objects.count(), UnmatchedLine.objects.count()) == (1, 1)
        seen = copies(waiting)
        assert at_once(lambda: undo_spreadsheet(seen.pop(), by=None, now=NOW), hub) == refused
        assert (PastParticipation.objects.count(), UnmatchedLine.objects.count()) == (0, 0)
        assert PastParticipation.history.count() == 2


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_two_spreadsheets_that_say_the_same_at_once_record_it_once(transactional_db: None) -> None:
    hub = make_hub(local_authorities=[make_local_authority()])
    with hub_scope(hub):
        make_school(urn="999001")
        programme = make_programme()
        waiting = [wait_with("999001,,Dev,2021/22,Y,", programme=programme) for _ in range(3)]
        assert (
            at_once(lambda: load_spreadsheet(waiting.pop(), by=None, now=NOW), hub, 3) == [""] * 3
        )
        assert PastParticipation.objects.count() == 1
        assert sorted(HistoryImport.objects.values_list("created", flat=True)) == [0, 0, 1]


# --- sizes ---


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite takes rows in portions")
def test_five_thousand_lines_take_as_many_statements_as_five(ferry: School, dev: Programme) -> None:
    def statements(number: int, year: int) -> int:
        lines = [f"999001,,Dev,{year},Y,", f"{number},Marsh,Dev,{year},Y,"]
        lines += [f",Nowhere {each},Dev,{year},Y," for each in range(number // 2)]
        lines += [f"{100_000 + each},,Dev,{year},Y," for each in range(number // 2)]
        waiting = wait_with(*lines[:5_000], programme=dev)
        with CaptureQueriesContext(connection) as queries:
            plan_spreadsheet(waiting, now=NOW)
            load_spreadsheet(waiting, by=None, now=NOW)
        return len(queries)

    School.objects.bulk_create(
        School(
            urn=f"{100_000 + each}",
            name=f"School {each}",
            type_code=1,
            status_code=1,
            phase_code=2,
            local_authority=ferry.local_authority,
        )
        for each in range(2_500)
    )
    few = statements(6, 2021)
    assert statements(5_000, 2022) == few
    assert PastParticipation.objects.count() > 2_500


# --- any spreadsheet ---

URNS = ("999001", "999002", "999003")
ROWS = st.tuples(
    st.sampled_from([*URNS, "100001", "", "bad"]),
    st.sampled_from(["", "Ferry Road Primary School", "Nowhere", "=1+1"]),
    st.sampled_from(["Dev", "Emb"]),
    st.sampled_from(["2021/22", "2022", "", "never"]),
    st.sampled_from(["Y", "N", ""]),
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(ROWS, max_size=8), before=st.lists(ROWS, max_size=3))
def test_loading_twice_is_loading_once_and_undoing_restores(
    ferry: School,
    marsh: School,
    dev: Programme,
    rows: list[tuple[str, ...]],
    before: list[tuple[str, ...]],
) -> None:
    lines, earlier = (
        [",".join((*row, "")) for row in rows],
        [",".join((*row, "")) for row in before],
    )
    words = {"programmes": {"dev": dev.pk, "emb": None}}
    with transaction.atomic():
        load("999001,,Dev,2019/20,Y,", *earlier, programme=dev, **words)
        at_first = (on_record(), set(in_tray()))
        loaded = load("999002,,Dev,2020/21,Y,", *lines, programme=dev, **words)
        once = (on_record(), sorted(in_tray()))
        assert len(lines) + 1 == sum(counts(loaded).values())
        load("999002,,Dev,2020/21,Y,", *lines, programme=dev, **words)
        assert (on_record(), sorted(in_tray())) == once
        undo_spreadsheet(loaded, by=None, now=NOW)
        assert (on_record(), set(in_tray())) == at_first
        transaction.set_rollback(True)


def test_years_that_nobody_needed_before_are_made(ferry: School, dev: Programme) -> None:
    load("999001,,Dev,2015/16,Y,", programme=dev)
    assert AcademicYear.objects.get().start_year == 2015
