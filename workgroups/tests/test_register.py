"""What an import of the register does to schools and authorities."""

from datetime import date
from pathlib import Path
from types import ModuleType

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from workgroups.models import LocalAuthority, School, SearchWord
from workgroups.register import Outcome, TableRefused, import_register
from workgroups.register import rows as reading
from workgroups.register.load import BATCH
from workgroups.search import spelling, words
from workgroups.tests.registers import DATA, ROW, rows, write_register

pytestmark = pytest.mark.django_db
RAW, RESAVED = DATA / "register_raw.csv", DATA / "register_resaved.csv"


def counts(outcome: Outcome) -> tuple[int, int, int, int]:
    return outcome.created, outcome.updated, outcome.unchanged, outcome.skipped


@pytest.mark.database
def test_a_row_of_the_real_register_is_stored_as_it_stands_there():
    import_register(RAW)
    school = School.objects.select_related("local_authority").get(urn="147296")
    assert {
        "name": school.name,
        "authority": (school.local_authority.code, school.local_authority.name),
        "type": (school.type_code, school.type_name),
        "status": (school.status_code, school.status_name),
        "phase": (school.phase_code, school.phase_name),
        "opened_on": school.opened_on,
        "closed_on": school.closed_on,
        "address": (school.street, school.locality, school.town, school.postcode),
        "place": (school.easting, school.northing),
        "pupils": school.pupils,
    } == {
        "name": "Beis Rochel d’Satmar School",
        "authority": ("204", "Hackney"),
        "type": (11, "Other independent school"),
        "status": (1, "Open"),
        "phase": (0, "Not applicable"),
        "opened_on": date(2020, 1, 28),
        "closed_on": None,
        "address": ("180 Bethune Road, London", "", "", "N16 5DS"),
        "place": (532929, 187899),
        "pupils": 636,
    }


@pytest.mark.database
def test_importing_twice_changes_nothing_and_writes_nothing():
    assert counts(import_register(RAW)) == (12, 0, 0, 0)
    with CaptureQueriesContext(connection) as queries:
        assert counts(import_register(RAW)) == (0, 0, 12, 0)
    assert [
        query["sql"]
        for query in queries
        if not query["sql"].startswith(("SELECT", "SAVEPOINT", "RELEASE", "BEGIN"))
    ] == []


def test_where_lines_are_read_in_a_new_way_every_school_is_looked_at_again(
    monkeypatch: pytest.MonkeyPatch,
):
    import_register(RAW)
    School.objects.filter(urn="147296").update(search_text="as an earlier version wrote it")
    assert counts(import_register(RAW)) == (0, 0, 12, 0)
    monkeypatch.setattr(reading, "_reading", lambda: b"a later version")
    assert counts(import_register(RAW)) == (0, 1, 11, 0)
    with CaptureQueriesContext(connection) as queries:
        assert counts(import_register(RAW)) == (0, 0, 12, 0)
    assert not any('urn" IN' in query["sql"] for query in queries)  # no school by its URN


@pytest.mark.parametrize("module", [reading, words, spelling])
def test_after_an_update_of_what_schools_are_found_by_one_import_renews_it(
    module: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    import_register(RAW)
    SearchWord.objects.all().delete()
    import_register(RAW)
    assert not SearchWord.objects.exists()  # nothing changed, and nothing was written
    later = tmp_path / "later.py"
    later.write_text(Path(str(module.__file__)).read_text() + "# a later version\n")
    monkeypatch.setattr(module, "__file__", str(later))
    reading._reading.cache_clear()
    try:
        import_register(RAW)
    finally:
        reading._reading.cache_clear()
    assert SearchWord.objects.exists()


@pytest.mark.database
def test_a_file_that_breaks_off_after_many_good_lines_leaves_nothing(tmp_path: Path):
    path = write_register(tmp_path / "a.csv", rows(BATCH + 20))
    with path.open("a") as file:
        file.write('"' + 200_000 * "x")
    with pytest.raises(TableRefused, match="this is not the register"):
        import_register(path)
    assert not School.objects.exists()
    assert not LocalAuthority.objects.exists()


def test_the_register_and_its_copy_from_a_spreadsheet_say_the_same():
    import_register(RAW)
    assert counts(import_register(RESAVED)) == (0, 0, 12, 0)


@pytest.mark.database
def test_only_what_changed_is_updated(tmp_path: Path):
    before = rows(3)
    import_register(write_register(tmp_path / "a.csv", before))
    renamed = before[2] | {"EstablishmentName": "Marsh Lane Academy"}
    after = [*before[:2], renamed, ROW | {"URN": "100009"}]
    assert counts(import_register(write_register(tmp_path / "b.csv", after))) == (1, 1, 2, 0)
    assert School.objects.get(urn="100003").name == "Marsh Lane Academy"
    assert " academy " in School.objects.get(urn="100003").search_text


def test_schools_that_the_file_does_not_name_stay(tmp_path: Path):
    import_register(write_register(tmp_path / "a.csv", rows(3)))
    import_register(write_register(tmp_path / "b.csv", rows(1)))
    assert School.objects.count() == 3


def test_what_a_file_has_no_column_for_stays(tmp_path: Path):
    trusted = rows(1, **{"Trusts (code)": "5711", "Trusts (name)": "Marsh Trust"})
    import_register(write_register(tmp_path / "a.csv", trusted))
    fewer = [column for column in ROW if not column.startswith("Trusts")]
    outcome = import_register(write_register(tmp_path / "b.csv", rows(1), columns=fewer))
    assert counts(outcome) == (0, 0, 1, 0)
    assert School.objects.get().trust_name == "Marsh Trust"


def test_headteachers_names_are_never_read(tmp_path: Path):
    import_register(write_register(tmp_path / "a.csv", rows(1, HeadLastName="Sentinelsson")))
    stored = School.objects.values_list().get()
    assert not any("Sentinelsson" in str(value) for value in stored)


def test_authorities_are_made_once_and_renamed_as_the_register_renames_them(tmp_path: Path):
    import_register(write_register(tmp_path / "a.csv", rows(2)))
    renamed = rows(1, **{"LA (name)": "Hackney and the City"})
    outcome = import_register(write_register(tmp_path / "b.csv", renamed))
    assert list(LocalAuthority.objects.values_list("code", "name")) == [
        ("204", "Hackney and the City")
    ]
    assert outcome.updated == 1  # the school is found by its borough's name


def test_a_school_that_belongs_to_no_authority_has_none(tmp_path: Path):
    nowhere = rows(1, **{"LA (code)": "000", "LA (name)": "Does not apply"})
    import_register(write_register(tmp_path / "a.csv", nowhere))
    assert School.objects.get().local_authority is None
    assert not LocalAuthority.objects.exists()


def test_a_bad_row_is_skipped_and_reported_by_its_line(tmp_path: Path):
    register = rows(200)
    register[4] |= {"SchoolWebsite": "two\nlines"}  # stands on lines 6 and 7 of the file
    register[9] |= {"URN": "10012345"}
    outcome = import_register(write_register(tmp_path / "a.csv", register))
    assert counts(outcome) == (199, 0, 0, 1)
    assert [str(complaint) for complaint in outcome.complaints] == [
        "Line 12: the URN is 10012345: that looks like a UKPRN."
    ]


def test_the_first_of_two_rows_with_one_urn_counts(tmp_path: Path):
    register = [*rows(150), ROW | {"EstablishmentName": "Another Name"}]
    outcome = import_register(write_register(tmp_path / "a.csv", register))
    assert [str(complaint) for complaint in outcome.complaints] == [
        "Line 152: the URN 100001 was on line 2 already."
    ]
    assert School.objects.get(urn="100001").name == "Marsh Lane Primary School"


def test_a_ragged_row_is_skipped(tmp_path: Path):
    path = write_register(tmp_path / "a.csv", rows(150))
    with path.open("a") as file:
        file.write("100999,204,Hackney\n")
    outcome = import_register(path)
    assert [str(complaint) for complaint in outcome.complaints] == [
        f"Line 152: it has 3 cells, the header has {len(ROW)}."
    ]


def test_one_bad_row_in_a_hundred_is_borne_and_more_refuse_the_file(tmp_path: Path):
    register = rows(200)
    for row in register[:2]:
        row["EstablishmentStatus (code)"] = ""
    assert counts(import_register(write_register(tmp_path / "a.csv", register)))[3] == 2

    School.objects.all().delete()
    register[2]["PhaseOfEducation (code)"] = "primary"
    with pytest.raises(TableRefused, match=r"^3 of 200 lines of b\.csv can't be read.*Line 2: "):
        import_register(write_register(tmp_path / "b.csv", register))
    assert not School.objects.exists()
    assert LocalAuthority.objects.count() == 1  # from the first file only


@pytest.mark.database
def test_cells_that_cannot_be_read_cost_no_school(tmp_path: Path):
    register = rows(3, SchoolWebsite="w" * 201)
    register[1] |= {"Postcode": "E8 1AA or E8 2", "NumberOfPupils": "many"}
    path = write_register(tmp_path / "a.csv", register)
    outcome = import_register(path)
    assert counts(outcome) == (3, 0, 0, 0)
    assert outcome.blanked == 5
    assert [str(blank)[:60] for blank in outcome.blanks if blank.line == 3] == [
        "Line 3: NumberOfPupils is “many”, not a whole number.",
        "Line 3: Postcode has 14 characters, 8 at most: “E8 1AA OR E8 2”."[:60],
        "Line 3: SchoolWebsite has 201 characters, 200 at most: “wwwwwwww"[:60],
    ]
    school = School.objects.get(urn="100002")
    assert (school.website, school.postcode, school.pupils) == ("", "", None)
    assert counts(import_register(path)) == (0, 0, 3, 0)


@pytest.mark.parametrize("cell", ["100001\xa0", " 100001", "100001.0"])
def test_a_urn_with_something_about_it_is_passed_over_too(tmp_path: Path, cell: str):
    path = write_register(tmp_path / "a.csv", [ROW | {"URN": cell}, ROW | {"URN": "100002"}])
    import_register(path)
    with CaptureQueriesContext(connection) as queries:
        assert counts(import_register(path)) == (0, 0, 2, 0)
    assert not [each for each in queries if "INSERT" in each["sql"]]


@pytest.mark.database
def test_a_damaged_letter_costs_its_line_and_not_the_others(tmp_path: Path):
    path = write_register(tmp_path / "a.csv", rows(150, EstablishmentName="St Mary’s"))
    whole = write_register(path, rows(150, EstablishmentName="St Mary’s"), encoding="utf-8")
    path.write_bytes(whole.read_bytes().replace("’".encode(), b"\x92", 1))
    outcome = import_register(path)
    assert [str(each) for each in outcome.complaints] == [
        "Line 2: EstablishmentName is “St Mary\ufffds”: a letter of it is damaged."
    ]
    assert set(School.objects.values_list("name", flat=True)) == {"St Mary’s"}


def test_the_command_says_what_it_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    register = rows(150)
    register[0]["TypeOfEstablishment (code)"] = ""
    register[1]["OpenDate"] = "yesterday"
    call_command("import_schools", write_register(tmp_path / "a.csv", register))
    said = capsys.readouterr()
    assert said.out == "150 rows: 149 created, 0 updated, 0 unchanged, 0 closed, 1 skipped.\n"
    assert said.err == (
        "Skipped. Line 2: TypeOfEstablishment (code) is “”: a code is needed.\n"
        "Left blank. Line 3: OpenDate is “yesterday”, not a date like 31-08-2023.\n"
    )


def test_the_command_refuses_with_a_sentence(tmp_path: Path):
    with pytest.raises(CommandError, match=r"nowhere\.csv can't be opened: No such file"):
        call_command("import_schools", tmp_path / "nowhere.csv")
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(CommandError, match=r"^empty\.csv is empty\.$"):
        call_command("import_schools", tmp_path / "empty.csv")
