"""Any spreadsheet that a hub may have is read into rows of text; what is none is refused in words."""

import csv
import zipfile
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from enrolment.spreadsheet import read
from enrolment.spreadsheet.columns import Role, guess_roles
from enrolment.spreadsheet.read import LONGEST_CELL, Row, SpreadsheetRefused, read_table

HEADER = ["URN", "School", "Programme", "Year", "Completed?"]
LINE = ["100001", "St Mary’s, Hackney", "Dev", "2023/24", "Y"]


def csv_of(*rows: list[str], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    text = StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_of(*rows: list[Any], **sheets: list[list[Any]]) -> bytes:
    """A workbook with these rows, or with these sheets."""
    book = Workbook()
    book.remove(book.active)
    for title, lines in (sheets or {"Sheet1": rows}).items():
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(line)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def cells(content: bytes) -> list[tuple[str, ...]]:
    table = read_table(content)
    return [table.header.cells, *(row.cells for row in table.rows)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_every_usual_csv_is_read(delimiter: str, encoding: str) -> None:
    content = csv_of(HEADER, LINE, delimiter=delimiter, encoding=encoding)
    assert cells(content) == [tuple(HEADER), tuple(LINE)]


def test_excels_own_hint_at_the_delimiter_is_no_row() -> None:
    table = read_table(b"sep=;\r\n" + csv_of(HEADER, LINE, delimiter=";"))
    assert (table.header, table.rows) == (Row(1, tuple(HEADER)), (Row(2, tuple(LINE)),))


def test_commas_and_apostrophes_in_cells_do_not_cut_them() -> None:
    names = [["School", "Programme"], *([f"St {n}'s, Hackney, E8", "'Dev'"] for n in "ABC")]
    content = "\n".join(";".join(row) for row in names).encode()
    assert cells(content) == [tuple(row) for row in names]


def test_rows_are_numbered_as_in_the_spreadsheet() -> None:
    content = csv_of(
        ["Past Work Groups"], [], HEADER, LINE, [], ["", " "], [*LINE[:-1], "two\nlines"], LINE
    )
    table = read_table(content)
    assert (table.header.number, [row.number for row in table.rows]) == (3, [4, 7, 8])
    assert table.rows[1].cells[-1] == "two lines"


def test_short_and_long_rows_are_read_as_far_as_they_go() -> None:
    content = csv_of(HEADER, LINE[:2], [*LINE, "more"])
    assert cells(content) == [(*HEADER, ""), (*LINE[:2], "", "", "", ""), (*LINE, "more")]


def test_cells_that_are_merged_downwards_say_the_same_in_each_row() -> None:
    book = Workbook()
    for row in (
        ["Work Groups"],
        ["School", "Year"],
        ["Berger", "2019"],
        [None, "2020"],
        ["Gayhurst", "2020"],
    ):
        book.active.append(row)
    book.active.merge_cells("A1:B1")
    book.active.merge_cells("A3:A4")
    content = BytesIO()
    book.save(content)
    assert cells(content.getvalue()) == [
        ("School", "Year"),
        ("Berger", "2019"),
        ("Berger", "2020"),
        ("Gayhurst", "2020"),
    ]


def test_merged_cells_are_found_wherever_the_reading_pauses_and_no_more_than_a_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    book = Workbook()
    for row in (
        ["School", "Year"],
        *([f"School {n // 2}" if n % 2 == 0 else None, "2020"] for n in range(400)),
    ):
        book.active.append(row)
    for first in range(2, 402, 2):
        book.active.merge_cells(f"A{first}:A{first + 1}")
    content = BytesIO()
    book.save(content)
    for at_once in (97, 1000):
        monkeypatch.setattr(read, "_READ_AT_ONCE", at_once)
        names = read_table(content.getvalue()).column(0)
        assert names == [f"School {n // 2}" for n in range(400)]
    monkeypatch.setattr(read, "MOST_MERGED", 3)
    assert read_table(content.getvalue()).column(0).count("") == 197


MATRIX = [
    ["School", "2019/20", "AY 2020-21", "2021"],
    ["Berger", "Readiness", "", "Dev"],
    ["Gayhurst", "", "", ""],
    ["Jubilee", "", "Dev", ""],
]


@pytest.mark.parametrize("make", [csv_of, xlsx_of])
def test_years_side_by_side_become_a_row_for_each_filled_cell(make: Any) -> None:
    table = read_table(make(*MATRIX))
    assert table.years == ("2019/20", "AY 2020-21", "2021")
    assert table.header.cells == ("School", "Programme", "Academic year")
    assert table.rows == (
        Row(2, ("Berger", "Readiness", "2019/20")),
        Row(2, ("Berger", "Dev", "2021")),
        Row(4, ("Jubilee", "Dev", "AY 2020-21")),
    )


def test_under_years_stands_what_became_of_it_where_a_column_names_the_programme() -> None:
    content = csv_of(["School", "Programme", "2019/20", "2020/21"], ["Berger", "Dev", "", "Y"])
    assert cells(content) == [
        ("School", "Programme", "Completed", "Academic year"),
        ("Berger", "Dev", "Y", "2020/21"),
    ]


@pytest.mark.parametrize(
    "headings", [["2019/20"], ["2019/20", "19-20"], ["2019/20 lead", "2020/21 lead"], ["19", "20"]]
)
def test_columns_that_are_not_surely_a_year_each_stay_columns(headings: list[str]) -> None:
    header = ["URN", "School", *headings]
    assert read_table(csv_of(header, ["100001", "Berger", *headings])).header.cells == tuple(header)


def test_a_matrix_with_nothing_in_it_is_refused() -> None:
    with pytest.raises(SpreadsheetRefused, match="nothing under the header"):
        read_table(csv_of(MATRIX[0], ["Berger", "", "", ""]))


def test_cells_of_a_workbook_become_what_a_person_sees() -> None:
    content = xlsx_of(
        ["URN", "School", "Year", "Day", "Done", "Note"],
        [100001, "Ferry", 2023, datetime.fromisoformat("2023-09-01"), True, None],
        [100002.0, "Marsh", "2023/24", date(2024, 1, 2), False, 1.5],
    )
    assert cells(content)[1:] == [
        ("100001", "Ferry", "2023", "2023-09-01", "yes", ""),
        ("100002", "Marsh", "2023/24", "2024-01-02", "no", "1.5"),
    ]


def test_formulas_are_text_and_never_worked_out() -> None:
    content = csv_of(["School", "Programme"], ["=HYPERLINK(1)", "@SUM(A1)"])
    assert cells(content)[1] == ("=HYPERLINK(1)", "@SUM(A1)")


def test_the_first_sheet_with_a_table_is_read_unless_another_is_chosen() -> None:
    content = xlsx_of(
        Cover=[["Our past"]], Old=[HEADER, LINE], New=[HEADER, [*LINE[:3], "2024", "N"]]
    )
    found = read_table(content)
    assert (found.sheets, found.sheet) == (("Cover", "Old", "New"), 1)
    assert read_table(content, sheet=2).rows[0].cells[3] == "2024"
    with pytest.raises(SpreadsheetRefused, match="no header"):
        read_table(content, sheet=0)


def test_a_header_may_have_figures_in_it() -> None:
    header = ["School", "Programme", "1", "2", "Year"]
    assert cells(csv_of(header, ["Ferry", "Dev", "x", "", "2023"]))[0] == tuple(header)


def password_protected() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")


def bomb() -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"\0" * (read.MOST_UNPACKED + 1))
    return content.getvalue()


def with_part(name: str, size: int) -> bytes:
    """A workbook of which a part is as big as that, with blanks that mean nothing."""
    with zipfile.ZipFile(BytesIO(WORKBOOK)) as packed:
        parts = {name: b"", **{each: packed.read(each) for each in packed.namelist()}}
    parts[name] = parts[name].ljust(size)
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as bigger:
        for each, text in parts.items():
            bigger.writestr(each, text)
    return content.getvalue()


def zipped(name: str) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr(name, "text")
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b" \r\n \n", "is empty"),
        (b"<!DOCTYPE html><html>", "is a web page"),
        (b"\xef\xbb\xbf <table><tr>", "is a web page"),
        (b"%PDF-1.7 ...", "is a document"),
        (password_protected(), "has a password"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "old format"),
        (b"PK\x03\x04 cut off", "is damaged"),
        (zipped("content.xml"), "can’t be opened as an Excel workbook"),
        (bomb(), "far bigger inside"),
        (bytes(range(128, 256)) * 20, "letters can’t be read"),
        (b"U\0R\0N\0,\0Y\0e\0a\0r\0\n\0", "UTF-16"),
        (csv_of(["100001", "2023"], ["100002", "2023"]), "There is no header"),
        (csv_of(["only one column"], ["Ferry"]), "There is no header"),
        (csv_of(HEADER), "nothing under the header"),
        (csv_of(HEADER, *[LINE] * 5_001), "more than 5,000 rows"),
        (xlsx_of(HEADER, *[LINE] * 5_001), "more than 5,000 rows"),
        (csv_of(HEADER, LINE) + b"x" * 2_000_000, "bigger than 2 MB"),
        (b"URN,School\n1,\"" + b"x" * 200_000, "from row 2 on"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_with_what_to_do(content: bytes, words: str) -> None:
    with pytest.raises(SpreadsheetRefused, match=words):
        read_table(content)


@pytest.mark.parametrize(
    ("name", "most"), [("xl/styles.xml", 2_000_000), ("xl/sharedStrings.xml", 20_000_000)]
)
def test_no_part_of_a_workbook_fills_the_memory(name: str, most: int) -> None:
    assert cells(with_part(name, most)) == [tuple(HEADER), tuple(LINE)]
    with pytest.raises(SpreadsheetRefused, match="far bigger inside"):
        read_table(with_part(name, most + 1))


def test_five_thousand_rows_are_taken() -> None:
    assert len(read_table(csv_of(HEADER, *[LINE] * 5_000)).rows) == 5_000


def test_a_sheet_formatted_to_its_end_is_read_as_far_as_it_is_filled() -> None:
    book = Workbook()
    book.active.append(HEADER)
    book.active.append(LINE)
    book.active.cell(row=1_000_000, column=16_000, value="far away")
    content = BytesIO()
    book.save(content)
    assert cells(content.getvalue()) == [tuple(HEADER), tuple(LINE)]


# --- any table at all ---

TEXTS = st.text(max_size=12) | st.sampled_from(["URN", "School", "=1+1", "\0", "\u202e", "x" * 400])
VALUES = TEXTS | st.integers() | st.floats() | st.booleans() | st.datetimes() | st.none()


def check_shape(content: bytes) -> None:
    """Whatever was read has one width and can be shown and stored."""
    try:
        table = read_table(content)
    except SpreadsheetRefused:
        return
    for row in (table.header, *table.rows):
        assert len(row.cells) == len(table.header.cells)
        assert all(cell.isprintable() and len(cell) <= LONGEST_CELL for cell in row.cells)
    columns = [table.column(index) for index in table.columns]
    guessed = guess_roles(table.header.cells, columns)
    assert len(set(guessed.values())) == len(guessed)
    assert set(guessed) <= set(Role)


@given(rows=st.lists(st.lists(TEXTS, max_size=6), max_size=8), delimiter=st.sampled_from(",;\t|"))
def test_no_table_of_cells_breaks_the_reader(rows: list[list[str]], delimiter: str) -> None:
    check_shape(csv_of(*rows, delimiter=delimiter, encoding="utf-8"))


@given(rows=st.lists(st.lists(VALUES, max_size=5), max_size=6))
def test_no_workbook_breaks_the_reader(rows: list[list[Any]]) -> None:
    def storable(value: Any) -> Any:
        """Excel holds no control characters, and no day before 1900."""
        if isinstance(value, str):
            return "".join(c for c in value if c.isprintable())
        if isinstance(value, datetime):
            return value if value.year >= 1900 else None
        return value

    check_shape(xlsx_of(*[[storable(value) for value in row] for row in rows]))


@given(content=st.binary(max_size=300), start=st.sampled_from([b"", b"PK\x03\x04", b"\xff\xfe"]))
def test_no_bytes_break_the_reader(content: bytes, start: bytes) -> None:
    check_shape(start + content)


@settings(deadline=None)  # a busy machine is no damage
@given(data=st.data())
def test_no_damage_to_a_workbook_breaks_the_reader(data: st.DataObject) -> None:
    content = bytearray(WORKBOOK)
    for _ in range(5):
        content[data.draw(st.integers(4, len(content) - 1))] = data.draw(st.integers(0, 255))
    check_shape(bytes(content))


WORKBOOK = xlsx_of(HEADER, LINE)


@pytest.mark.parametrize(
    "heading",
    [
        "Prog",
        "Prog.",
        "TfM prog",
        "Prog name",
        "Programme name",
        "Program",
        "Stage",
        "Mastery stage",
    ],
)
@pytest.mark.parametrize("cells", [("Dev", "Emb"), ("1", "2"), ("", "")])
def test_the_column_of_programmes_is_guessed_by_each_usual_heading(
    heading: str, cells: tuple[str, str]
) -> None:
    names = ("Berger Primary School", "Gayhurst Community School")
    years = ("2021/22", "2022/23")
    assert guess_roles(["School", heading, "AY"], [names, cells, years]) == {
        Role.NAME: 0,
        Role.PROGRAMME: 1,
        Role.YEAR: 2,
    }
    table = read_table(csv_of(["Our past"], ["School", heading], [names[0], "Dev"]))
    assert table.header.cells == ("School", heading)
