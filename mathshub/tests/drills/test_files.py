"""Files as spreadsheets, other systems and accidents leave them: the register's all or nothing, a
hub's past line by line.
"""

import codecs
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enrolment.models import PastParticipation
from enrolment.services.spreadsheets import load_spreadsheet
from enrolment.services.tray import match_lines
from enrolment.tests.factories import NOW, make_past_participation, make_waiting_spreadsheet
from mathshub.scope import hub_scope
from mathshub.testing.drill.drill import Drill
from mathshub.testing.portal import portal_env
from workgroups.models import School
from workgroups.register import TableRefused, import_register
from workgroups.tests.factories import make_hub, make_local_authority, make_school
from workgroups.tests.registers import ROW, rows, write_register

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "St Mary’s – Zoë’s École"
MOST_MEMORY = 150  # MB, for a register of the country's size (50,000 schools)


def refusal(path: Path) -> str:
    """Why the file is refused as a whole; empty when it is taken."""
    try:
        import_register(path)
    except TableRefused as refused:
        return str(refused)
    return ""


def count_refusal(drill: Drill, path: Path, words: str) -> None:
    """Refused in a sentence that says what to do, and nothing of the file is there."""
    said = refusal(path)
    drill.count("taken", int(not said))
    drill.count("refused without these words", int(words not in said))
    drill.count("schools of a refused file", School.objects.count())
    drill.note(said[:90])


def named(path: Path, *, encoding: str) -> Path:
    return write_register(path, rows(3, EstablishmentName=NAME), encoding=encoding)


def count_names(drill: Drill, path: Path) -> None:
    import_register(path)
    names = School.objects.values_list("name", flat=True)
    drill.count("names not as they stand in the file", sum(name != NAME for name in names))
    drill.count("schools missing", 3 - len(names))


@pytest.mark.drill("file with a byte order mark", group="Files", promises=(1,))
def test_a_byte_order_mark_is_no_part_of_the_first_column(drill: Drill, tmp_path: Path) -> None:
    path = named(tmp_path / "marked.csv", encoding="utf-8-sig")
    assert path.read_bytes().startswith(codecs.BOM_UTF8)
    count_names(drill, path)


@pytest.mark.drill("cp1252 file", group="Files", promises=(1,))
def test_a_file_in_windows_letters_is_read_as_such(drill: Drill, tmp_path: Path) -> None:
    count_names(drill, named(tmp_path / "windows.csv", encoding="cp1252"))


@pytest.mark.drill("UTF-16 file", group="Files", promises=(1,))
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_refused_with_what_to_do(drill: Drill, tmp_path: Path, encoding: str) -> None:
    count_refusal(drill, named(tmp_path / "wide.csv", encoding=encoding), "“CSV UTF-8”")


@pytest.mark.drill("semicolons", group="Files", promises=(1,))
def test_semicolons_stand_for_commas(drill: Drill, tmp_path: Path) -> None:
    path = named(tmp_path / "semicolons.csv", encoding="cp1252")
    path.write_bytes(path.read_bytes().replace(b",", b";"))
    count_names(drill, path)


@pytest.mark.drill("duplicate headers", group="Files", promises=(1,))
def test_a_column_that_stands_twice_refuses_the_file(drill: Drill, tmp_path: Path) -> None:
    path = write_register(tmp_path / "twice.csv", rows(3), columns=[*ROW, "URN"])
    count_refusal(drill, path, "this column more than once: URN")


@pytest.mark.drill("ragged rows", group="Files", promises=(1,))
def test_ragged_rows_are_named_by_their_lines(drill: Drill, tmp_path: Path) -> None:
    """Two in 400 are skipped and reported; more than one in a hundred refuse the whole file."""
    path = write_register(tmp_path / "few.csv", rows(400))
    lines = path.read_text().splitlines()
    lines[9], lines[99] = lines[9].rpartition(",")[0], lines[99] + ",x"
    path.write_text("\n".join(lines) + "\n")
    outcome = import_register(path)
    reported = [complaint.line for complaint in outcome.complaints]
    drill.count("lines not named", int(reported != [10, 100]))
    drill.count("schools missing", 398 - School.objects.count())
    School.objects.all().delete()
    path.write_text("\n".join([lines[0], *(line + ",x" for line in lines[1:21]), *lines[21:]]))
    count_refusal(drill, path, "Line 2: it has 21 cells, the header has 20")


@pytest.mark.drill("the same import twice", group="Files", promises=(1,))
def test_the_same_file_twice_writes_nothing(drill: Drill, tmp_path: Path) -> None:
    schools = drill.size(short=500, full=20_000)
    path = write_register(tmp_path / "again.csv", rows(schools))
    first = import_register(path)
    with CaptureQueriesContext(connection) as queries:
        again = import_register(path)
    reading = ("SELECT", "SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    drill.count("statements that write", sum(not q["sql"].startswith(reading) for q in queries))
    drill.count("schools missing", schools - first.created)
    drill.count("schools not unchanged", schools - again.unchanged)


@pytest.mark.drill("another hub's school in a file", group="Files", promises=(9,))
@pytest.mark.parametrize("named_by", ["URN", "name and postcode"])
def test_another_hubs_school_waits_for_a_persons_word(drill: Drill, named_by: str) -> None:
    """Of each two lines of a hub's past one names a school in another hub's area."""
    own, theirs = (
        make_hub(local_authorities=[make_local_authority(name=name)])
        for name in ("Hackney", "Croydon")
    )
    number = drill.size(short=20, full=1_000)
    schools = [
        make_school(
            urn=f"{990_000 + each}",
            name=f"Field {each} Primary School",
            postcode=f"E{each % 90 + 1} 1AA",
            local_authority=make_local_authority(name=("Hackney", "Croydon")[each % 2]),
        )
        for each in range(number)
    ]
    with hub_scope(theirs):
        make_past_participation(school=schools[1])
        before = known_of(schools)
    lines = ["URN,School,Programme,Year,Completed", *(line_of(each, named_by) for each in schools)]
    with hub_scope(own):
        spreadsheet = make_waiting_spreadsheet(content="\n".join(lines))
        loaded = load_spreadsheet(spreadsheet, by=None, now=NOW)
        outside = [each for each in schools if each.local_authority.name == "Croydon"]
        drill.count("taken without a person's word", len(known_of(outside)))
        drill.count("own schools missing", number // 2 - loaded.created)
        drill.count("lines not asked about", len(outside) - loaded.unmatched.waiting().count())
        line = loaded.unmatched.first()
        match_lines(line, school=outside[0], by=None, now=NOW)
        drill.count("not taken at a person's word", 1 - len(known_of(outside)))
    with hub_scope(theirs):
        drill.count("changes of what the other hub knows", int(known_of(schools) != before))


def line_of(school: School, named_by: str) -> str:
    if named_by == "URN":
        return f"{school.urn},,Dev,2022/23,Y"
    return f',"{school.name}, {school.postcode}",Dev,2022/23,Y'


def known_of(schools: list[School]) -> list[tuple[object, ...]]:
    """What the hub in scope has on record of these schools."""
    rows = PastParticipation.objects.filter(school__in=schools).order_by("pk")
    return list(rows.values_list("pk", "school", "programme", "academic_year", "outcome"))


# --- sizes ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """How `manage.py import_schools` went in a process of its own."""

    said: str
    megabytes: float
    seconds: float


def run_import(path: Path) -> Run:
    start = time.monotonic()
    command = [sys.executable, "manage.py", "import_schools", str(path)]
    with (path.parent / "said.txt").open("w+") as said:
        process = subprocess.Popen(command, env=portal_env(), stdout=said, stderr=said)
        megabytes = most_megabytes(process)
        said.seek(0)
        return Run(said.read(), megabytes, time.monotonic() - start)


def most_megabytes(process: subprocess.Popen) -> float:
    """Wait until it has ended; what it was seen to hold at most."""
    most = 0
    while process.poll() is None:
        with suppress(psutil.NoSuchProcess):
            most = max(most, psutil.Process(process.pid).memory_info().rss)
        time.sleep(0.01)
    return most / 1e6


@pytest.mark.drill("a million rows", group="Files", promises=(1,))
@pytest.mark.parametrize(
    "times", [pytest.param(1, id="the country once"), pytest.param(20, id="twenty times")]
)
def test_a_million_rows_are_read_in_little_memory(drill: Drill, tmp_path: Path, times: int) -> None:
    """The country's 50,000 schools are taken; the same twenty times over are a million rows, and
    refused as a whole with the first lines that repeat others. Memory stays the same.
    """
    schools = drill.size(short=2_000, full=50_000)
    run = run_import(write_many(tmp_path / "many.csv", schools, times))
    expected = schools if times == 1 else 0
    drill.count("schools too many or too few", abs(School.objects.count() - expected))
    first_repeated = f"Line {schools + 2}: the URN 100000 was on line 2 already."
    drill.count("not named", int(times > 1 and first_repeated not in run.said))
    drill.count(f"memory over {MOST_MEMORY} MB", int(run.megabytes > MOST_MEMORY))
    drill.note(f"{schools * times:,} rows in {run.seconds:.0f} s, {run.megabytes:.0f} MB")


def write_many(path: Path, schools: int, times: int) -> Path:
    write_register(path, [])
    before, after = ",".join(ROW.values()).split("100001")
    with path.open("a", encoding="cp1252") as file:
        for _ in range(times):
            file.writelines(f"{before}{100_000 + each}{after}\n" for each in range(schools))
    return path


@pytest.mark.drill("one cell of 50 MB", group="Files", promises=(1,))
@pytest.mark.parametrize("shape", ["one line", "many lines in quotation marks"])
def test_a_cell_of_fifty_megabytes_is_refused_in_little_memory(
    drill: Drill, tmp_path: Path, shape: str
) -> None:
    megabytes = drill.size(short=5, full=50)
    path = write_register(tmp_path / "big.csv", rows(3))
    line = "x" * 1000 if shape == "one line" else "x" * 999 + "\n"
    with path.open("a") as file:
        file.write('100009,204,"')
        file.writelines(line for _ in range(megabytes * 1000))
        file.write('"\n')
    run = run_import(path)
    drill.count("schools of a refused file", School.objects.count())
    drill.count("refused without its line", int("line 5" not in run.said))
    drill.count(f"memory over {MOST_MEMORY} MB", int(run.megabytes > MOST_MEMORY))
    drill.note(f"{run.megabytes:.0f} MB: {run.said.strip()[-110:]}")


def test_a_reader_that_takes_the_file_whole_would_be_noticed(tmp_path: Path) -> None:
    """The negative control of the measure: a process that reads 200 MB is seen to hold them."""
    path = tmp_path / "whole.py"
    path.write_text("import time\nheld = bytearray(200_000_000)\ntime.sleep(0.3)\n")
    assert most_megabytes(subprocess.Popen([sys.executable, str(path)])) > MOST_MEMORY
