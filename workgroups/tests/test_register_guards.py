"""When an import is refused as a whole, and what is left on record of it."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Event, Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from mathshub.site.demo.load import DATA, REGISTER
from workgroups.models import RegisterImport, School
from workgroups.register import TableRefused, import_register
from workgroups.register import load as loading
from workgroups.register.alone import ImportRunning, alone
from workgroups.register.files import the_day_in
from workgroups.register.record import CUT_OFF, import_and_record
from workgroups.tests.registers import ROW, rows, write_links, write_register

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
CLOSED = {
    "EstablishmentStatus (code)": "2",
    "EstablishmentStatus (name)": "Closed",
    "CloseDate": "31-08-2026",
}


def recorded(path: Path, **options: object) -> RegisterImport:
    """The row that an import leaves, whatever became of it."""
    with suppress(TableRefused, ZeroDivisionError):
        import_and_record(path, clock=lambda: NOW, **options)  # type: ignore[arg-type]
    return RegisterImport.objects.latest("pk")


# --- schools that would go --------------------------------------------------------------------


@pytest.fixture
def hundred(tmp_path: Path, db: None) -> list[dict[str, str]]:
    """A hundred open schools of Hackney, imported, and ten of Newham."""
    hackney = rows(100)
    newham = [
        row | {"URN": f"2{row['URN'][1:]}", "LA (code)": "316", "LA (name)": "Newham"}
        for row in rows(10)
    ]
    import_register(write_register(tmp_path / "before.csv", hackney + newham))
    return hackney


def closing(register: list[dict[str, str]], count: int) -> list[dict[str, str]]:
    return [row | CLOSED for row in register[:count]] + register[count:]


@pytest.mark.database
def test_closings_of_one_school_in_twenty_are_believed(hundred, tmp_path: Path):
    outcome = import_register(write_register(tmp_path / "a.csv", closing(hundred, 5)))
    assert (outcome.updated, outcome.closed, outcome.unchanged) == (5, 5, 95)


@pytest.mark.database
def test_more_closings_refuse_the_file(hundred, tmp_path: Path):
    path = write_register(tmp_path / "a.csv", closing(hundred, 6))
    with pytest.raises(TableRefused, match=r"^Of the 100 schools in a\.csv .* 94 would be left"):
        import_register(path)
    assert School.objects.open_now().count() == 110


def test_a_column_that_cannot_be_read_refuses_the_file(hundred, tmp_path: Path):
    """What is known of the schools would be wiped out: here by a spreadsheet's own dates."""
    register = rows(500, OpenDate="01-09-75")
    path = write_register(tmp_path / "b.csv", register)
    with pytest.raises(TableRefused) as refused:
        import_register(path)
    assert str(refused.value).startswith(
        "500 of 500 lines of b.csv have something in OpenDate that can't be read, more than 5 %: "
        "nothing was imported. Line 2: OpenDate is “01-09-75”, not a date like 31-08-2023. A "
    )
    assert School.objects.filter(opened_on=date(1975, 9, 1)).count() == School.objects.count()
    assert import_register(path, is_forced=True).blanked == 500
    few = rows(475, UKPRN="") + [ROW | {"URN": str(200000 + n), "OpenDate": "x"} for n in range(25)]
    assert import_register(write_register(path, few)).blanked == 25


def test_closings_count_by_what_opens_in_their_place(hundred, tmp_path: Path):
    """Twenty schools become academies: nothing falls."""
    academies = [row | {"URN": f"15{row['URN'][2:]}"} for row in hundred[:20]]
    path = write_register(tmp_path / "a.csv", closing(hundred, 20) + academies)
    assert import_register(path).closed == 20


def test_two_closings_in_a_small_file_are_no_fall(tmp_path: Path, db: None):
    import_register(write_register(tmp_path / "a.csv", rows(3)))
    assert import_register(write_register(tmp_path / "b.csv", closing(rows(3), 2))).closed == 2


def test_a_fall_is_taken_when_a_person_says_why(hundred, tmp_path: Path):
    path = write_register(tmp_path / "a.csv", closing(hundred, 60))
    row = recorded(path, forced_because="The borough closed its nurseries")
    assert (row.state, row.closed, row.forced_because) == (
        "done",
        60,
        "The borough closed its nurseries",
    )


@pytest.mark.database
def test_a_file_that_has_broken_off_is_refused(hundred, tmp_path: Path):
    path = write_register(tmp_path / "a.csv", hundred[:94])
    with pytest.raises(TableRefused, match=r"^a\.csv lacks 6 of the 100 open schools of Hackney, "):
        import_register(path)
    assert import_register(write_register(tmp_path / "b.csv", hundred[:95])).unchanged == 95


def test_a_borough_after_the_country_is_no_fall(hundred, tmp_path: Path):
    outcome = import_register(write_register(tmp_path / "a.csv", hundred))
    assert (outcome.unchanged, School.objects.open_now().count()) == (100, 110)


@pytest.mark.parametrize("named", [1, 7, 40])
def test_a_file_that_has_broken_off_early_is_no_part(hundred, tmp_path: Path, named: int):
    path = write_register(tmp_path / "a.csv", hundred[:named])
    with pytest.raises(TableRefused, match=rf"^a\.csv lacks {100 - named} of the 100 open schools"):
        import_register(path)
    assert import_register(path, is_forced=True).unchanged == named


@pytest.mark.parametrize("lost", [1, 20, 1_500])
def test_a_file_that_ends_within_a_line_is_refused_though_nothing_is_known_yet(
    tmp_path: Path, db: None, lost: int
):
    path = write_register(tmp_path / "a.csv", rows(300, SchoolWebsite="www.marsh.example"))
    whole = path.read_bytes().rstrip()
    path.write_bytes(whole)
    assert import_register(path, is_rehearsal=True).created == 300  # a last line may end so
    path.write_bytes(whole[:-lost])
    with pytest.raises(
        TableRefused, match=r"^a\.csv ends in the middle of line \d+: it has broken"
    ):
        import_register(path)
    assert not School.objects.exists()


@pytest.mark.database
def test_the_whole_of_one_borough_does_not_make_up_for_another(hundred, tmp_path: Path):
    other = [ROW | {"URN": "200001", "LA (code)": "316", "LA (name)": "Newham"}]
    path = write_register(tmp_path / "a.csv", hundred + other)
    with pytest.raises(TableRefused, match=r"^a\.csv lacks 9 of the 10 open schools of Newham, "):
        import_register(path)


@pytest.mark.parametrize(("lost", "is_taken"), [(8, True), (13, False)])
def test_a_borough_may_lack_a_few_of_a_large_file_but_have_no_hole(
    hundred, tmp_path: Path, lost: int, is_taken: bool
):
    """As a register of some years ago does of a borough in which many schools are new."""
    newham = {"LA (code)": "316", "LA (name)": "Newham"}
    other = [ROW | newham | {"URN": f"3{number:05}"} for number in range(300)]
    few = [
        ROW | {"LA (code)": "317", "LA (name)": "Redbridge", "URN": f"4{n:05}"} for n in range(60)
    ]
    import_register(write_register(tmp_path / "a.csv", [*hundred, *other, *few]))
    path = write_register(tmp_path / "b.csv", [*hundred, *other, *few[lost:]])
    if is_taken:
        assert import_register(path).unchanged == 460 - lost
    else:
        with pytest.raises(TableRefused, match="lacks 13 of the 60 open schools of Redbridge, "):
            import_register(path)


@pytest.mark.parametrize("lines", [50, 399, 700, 1_000])
def test_the_real_register_is_never_taken_for_a_part_wherever_it_breaks_off(
    tmp_path: Path, db: None, lines: int
):
    import_register(DATA / REGISTER[0])
    whole = (DATA / REGISTER[0]).read_bytes().splitlines(keepends=True)
    path = tmp_path / "a.csv"
    path.write_bytes(b"".join(whole[: lines + 1]))
    with pytest.raises(TableRefused, match="more than 5 %: is it broken off, or an old one"):
        import_register(path)
    path.write_bytes(b"".join(line for line in whole if b"Hackney" in line or line is whole[0]))
    assert import_register(path).updated == 0


@pytest.mark.database
def test_links_that_would_go_refuse_the_file_of_links(tmp_path: Path, db: None):
    register = write_register(tmp_path / "a.csv", rows(1))
    lines = [(f"1{n:05}", f"2{n:05}", "Successor", "") for n in range(100)]
    import_register(register, links=write_links(tmp_path / "l.csv", lines))
    with pytest.raises(TableRefused, match=r"m\.csv lacks 10 of the 100 links"):
        import_register(register, links=write_links(tmp_path / "m.csv", lines[:90]))


# --- on record --------------------------------------------------------------------------------


@pytest.mark.database
def test_an_import_leaves_a_row_with_what_it_did(tmp_path: Path, db: None):
    register = rows(150)
    register[0]["EstablishmentName"] = ""
    register[1]["OpenDate"] = "yesterday"
    links = write_links(
        tmp_path / "links_a.csv",
        [
            ("100002", "100003", "Successor", ""),
            ("100004", "100005", "Other", ""),
            *((f"1{n:05}", f"2{n:05}", "Successor", "") for n in range(1, 200)),
            ("100006", "100006", "Successor", ""),
        ],
    )
    path = write_register(tmp_path / "edubasealldata20261116.csv", register)
    row = recorded(path, links=links)
    assert {
        field.name: getattr(row, field.name) for field in row._meta.fields if field.name != "id"
    } == {
        "state": "done",
        "source": "command",
        "file_name": "edubasealldata20261116.csv",
        "dated_on": date(2026, 11, 16),
        "links_file_name": "links_a.csv",
        "links_missing": "",
        "started_at": NOW,
        "ended_at": NOW,
        "created": 149,
        "updated": 0,
        "unchanged": 0,
        "closed": 0,
        "skipped": 1,
        "links": 200,
        "links_added": 200,
        "links_changed": 0,
        "links_removed": 0,
        "links_skipped": 1,
        "links_passed_over": 1,
        "complaints": [
            {"of": "schools", "line": 2, "reason": "the school has no name"},
            {"of": "links", "line": 203, "reason": "the school 100006 is linked with itself"},
        ],
        "blanked": 1,
        "blanks": [
            {"line": 3, "reason": "OpenDate is “yesterday”, not a date like 31-08-2023"},
        ],
        "refusal": "",
        "forced_because": "",
    }


@pytest.mark.database
def test_a_refused_import_leaves_a_row_and_nothing_else(tmp_path: Path, db: None):
    register = rows(20)
    register[7]["URN"] = "10012345"
    row = recorded(write_register(tmp_path / "a.csv", register))
    assert (row.state, row.skipped, row.ended_at) == ("refused", 1, NOW)
    assert row.refusal.startswith("1 of 20 lines of a.csv can't be read")
    assert row.complaints == [
        {"of": "schools", "line": 9, "reason": "the URN is 10012345: that looks like a UKPRN"}
    ]
    assert not School.objects.exists()


def test_an_import_that_meets_a_fault_of_ours_leaves_a_row(
    tmp_path: Path, db: None, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(loading, "work_out_successions", lambda: 1 / 0)
    row = recorded(write_register(tmp_path / "a.csv", rows(3)))
    assert (row.state, row.refusal) == (
        "failed",
        "It stopped at a fault (ZeroDivisionError). Nothing was changed.",
    )
    assert not School.objects.exists()


def test_one_that_somebody_stopped_says_so(
    tmp_path: Path, db: None, monkeypatch: pytest.MonkeyPatch
):
    def stop() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(loading, "work_out_successions", stop)
    with pytest.raises(CommandError, match=r"^Stopped: nothing was changed\.$"):
        call_command("import_schools", write_register(tmp_path / "a.csv", rows(3)))
    row = RegisterImport.objects.get()
    assert (row.state, row.refusal) == ("failed", "Somebody stopped it. Nothing was changed.")


@pytest.mark.database
def test_a_register_older_than_the_last_one_is_imported_with_a_word_of_it(
    tmp_path: Path, db: None, capsys: pytest.CaptureFixture[str]
):
    """The newest one after it puts all right; and a person may want to look back."""
    for day in ("20240129", "20231116", "20231201", "20231201"):
        call_command("import_schools", write_register(tmp_path / f"r{day}.csv", rows(3)))
    assert capsys.readouterr().err == (
        "This register is of 16-11-2023, older than that of 29-01-2024, which was imported before: "
        "its schools are as they were then. Import the newest one after it.\n"
    )


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("edubasealldata20240129.csv", date(2024, 1, 29)),
        ("edubasealldata20240129.csv in extract.zip", date(2024, 1, 29)),
        ("edubasealldata_20240129 (1).csv", date(2024, 1, 29)),
        ("edubasealldata20241329.csv", None),
        ("120240129.csv", None),
        ("register.csv", None),
    ],
)
def test_the_day_of_a_register_stands_in_its_name(name: str, day: date | None):
    assert the_day_in(name) == day


def test_one_that_was_cut_off_is_found_by_the_next(tmp_path: Path, db: None):
    killed = RegisterImport.objects.create(file_name="a.csv", started_at=NOW)
    recorded(write_register(tmp_path / "b.csv", rows(3)))
    killed.refresh_from_db()
    assert (killed.state, killed.refusal) == ("failed", CUT_OFF)


def test_a_file_that_is_not_there_leaves_no_row(tmp_path: Path, db: None):
    with pytest.raises(FileNotFoundError):
        import_and_record(tmp_path / "nowhere.csv", clock=lambda: NOW)
    assert not RegisterImport.objects.exists()


@pytest.mark.database
def test_a_rehearsal_says_what_an_import_would_do_and_leaves_nothing(
    tmp_path: Path, db: None, capsys: pytest.CaptureFixture[str]
):
    path = write_register(tmp_path / "a.csv", rows(3))
    links = write_links(tmp_path / "l.csv", [("100001", "100002", "Successor", "")])
    call_command("import_schools", path, links=links, dry_run=True)
    assert capsys.readouterr().out.splitlines() == [
        "3 rows: 3 created, 0 updated, 0 unchanged, 0 closed, 0 skipped.",
        "1 lines of links, 1 pairs of schools: 1 added, 0 changed, 0 removed; 0 lines of other "
        "kinds passed over, 0 skipped.",
        "0 schools now lead elsewhere than before.",
        "This was a rehearsal: nothing was changed.",
    ]
    assert not School.objects.exists()
    assert not RegisterImport.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Give the file of the register, or --download."),
        (["a.csv", "--force"], "--force needs a reason"),
        (["a.csv", "--force", "--because", " "], "--force needs a reason"),
        (["a.csv", "--because", "I know"], "--because goes with --force"),
        (["a.csv", "--force", "--because", "x" * 301], "The reason is too long"),
        (["a.csv", "--download"], "--download takes no other file"),
        (["--download"], "GIAS_URL is not set"),
    ],
)
def test_the_command_says_what_it_needs(arguments: list[str], sentence: str, db: None):
    with pytest.raises(CommandError, match=sentence):
        call_command("import_schools", *arguments)


# --- one at a time ----------------------------------------------------------------------------


@contextmanager
def another_import_at_work() -> Iterator[None]:
    """In a thread of its own, as it has a connection of its own, until the block ends."""
    began, may_end = Event(), Event()

    def work() -> None:
        with alone():
            began.set()
            may_end.wait(30)
        connection.close()

    thread = Thread(target=work)
    thread.start()
    assert began.wait(10)
    try:
        yield
    finally:
        may_end.set()
        thread.join()


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_two_imports_never_run_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = write_register(tmp_path / "a.csv", rows(3))
    if connection.vendor == "sqlite":
        connection.close()  # it would wait for 20 seconds; the next one for less
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.2)
    with another_import_at_work(), pytest.raises(ImportRunning, match="is running: wait until"):
        import_register(path)
    assert import_register(path).created == 3


@pytest.mark.django_db(transaction=True)
def test_one_that_found_another_at_work_leaves_no_row(tmp_path: Path):
    path = write_register(tmp_path / "a.csv", rows(3))
    with another_import_at_work(), pytest.raises(CommandError, match="Another import"):
        call_command("import_schools", path)
    assert not RegisterImport.objects.exists()


# --- zips -------------------------------------------------------------------------------------


def zipped(path: Path, **files: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


@pytest.fixture
def csv_bytes(tmp_path: Path) -> bytes:
    return write_register(tmp_path / "plain.csv", rows(3)).read_bytes()


@pytest.mark.database
def test_the_register_is_read_from_the_zip_that_holds_it(tmp_path: Path, db: None, csv_bytes):
    path = zipped(tmp_path / "a.zip", **{"extract/results.csv": csv_bytes, "readme.txt": b"!"})
    assert import_register(path).created == 3


def test_among_several_files_the_one_of_the_registers_name_is_meant(
    tmp_path: Path, db: None, csv_bytes
):
    links = write_links(tmp_path / "l.csv", [("100001", "100002", "Successor", "")])
    path = zipped(
        tmp_path / "a.zip",
        **{
            "allgroupsdata20240129.csv": b"Group UID\n",
            "edubasealldata20240129.csv": csv_bytes,
            "links_edubasealldata20240129.csv": links.read_bytes(),
            "__MACOSX/._edubasealldata20240129.csv": b"\0",
        },
    )
    outcome = import_register(path, links=path)
    assert (outcome.created, outcome.links.added) == (3, 1)


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, "without a CSV"),
        ({"[Content_Types].xml": b"<Types/>", "xl/sheet.xml": b""}, "zip file or a workbook"),
        ({"a.csv": b"x", "b.csv": b"y"}, "zip of 2 CSV files"),
        ({"a.csv": b""}, "a.csv in a.zip is empty"),
        ({"a.csv": b"<html></html>"}, "a.csv in a.zip is a web page"),
    ],
)
def test_a_zip_that_does_not_hold_it_is_refused_with_a_sentence(
    tmp_path: Path, db: None, files: dict[str, bytes], sentence: str
):
    with pytest.raises(TableRefused, match=sentence):
        import_register(zipped(tmp_path / "a.zip", **files))


def test_a_damaged_zip_is_refused(tmp_path: Path, db: None, csv_bytes):
    path = zipped(tmp_path / "a.zip", **{"a.csv": csv_bytes})
    whole = path.read_bytes()
    for name, content in {
        "half": whole[: len(whole) // 2],
        "bent": whole[:80] + bytes(byte ^ 0xFF for byte in whole[80:120]) + whole[120:],
        "locked": whole.replace(b"PK\x03\x04\x14\x00\x00", b"PK\x03\x04\x14\x00\x01").replace(
            b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"
        ),
    }.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(TableRefused):
            import_register(tmp_path / name)
    assert not School.objects.exists()


def test_a_zip_bomb_is_refused_before_it_goes_off(tmp_path: Path, db: None):
    path = tmp_path / "bomb.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("edubasealldata20240129.csv", "w", force_zip64=True) as member,
    ):
        for _ in range(501):
            member.write(b"\n" * 1_000_000)
    with pytest.raises(TableRefused, match="would unpack to 501 MB"):
        import_register(path)


def test_a_zip_of_a_great_many_files_is_refused_before_they_are_listed(tmp_path: Path, db: None):
    path = zipped(tmp_path / "a.zip", **{f"{number:0200}.csv": b"" for number in range(4_500)})
    with pytest.raises(TableRefused, match="zip of too many files"):
        import_register(path)
