"""Exported tables open in a spreadsheet as they were written, and nothing in them is computed."""

import csv
from datetime import date
from io import BytesIO, StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from mathshub.exports import csv_file, xlsx_file

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", "＝1+1", '=HYPERLINK("http://x")']


def read_csv(file: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(file.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_in_a_csv_is_text(formula: str) -> None:
    [_, [cell]] = read_csv(csv_file(["Note"], [[formula]]))
    assert cell == f"'{formula}"


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_in_a_workbook_is_text(formula: str) -> None:
    sheet = load_workbook(BytesIO(xlsx_file("Notes", ["Note"], [[formula]]))).active
    assert sheet["A2"].data_type == "s"
    assert sheet["A2"].value.strip() == formula.strip()


def test_numbers_dates_and_nothing_stay_what_they_are() -> None:
    row = [3, -3, date(2026, 9, 1), None]
    assert read_csv(csv_file(["a", "b", "c", "d"], [row]))[1] == ["3", "-3", "2026-09-01", ""]
    sheet = load_workbook(BytesIO(xlsx_file("Rows", ["a", "b", "c", "d"], [row]))).active
    assert [cell.value for cell in sheet[2]][:2] == [3, -3]


def test_a_csv_begins_with_the_mark_by_which_excel_knows_utf_8() -> None:
    assert csv_file(["Größe"], []).startswith(b"\xef\xbb\xbfGr\xc3\xb6\xc3\x9fe")


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_any_text_comes_back_but_for_the_apostrophe(cells: list[str]) -> None:
    cells = [cell.replace("\x00", "") for cell in cells]
    header = [str(number) for number in range(len(cells))]
    [_, row] = read_csv(csv_file(header, [cells]))
    assert [cell.removeprefix("'") for cell in row] == [cell.removeprefix("'") for cell in cells]


@given(st.text())
def test_any_text_can_stand_in_a_workbook(text: str) -> None:
    assert xlsx_file("Rows", ["Note"], [[text]])
