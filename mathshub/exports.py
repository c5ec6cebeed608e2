"""Tables as files for a spreadsheet, in which no cell is ever taken for a formula."""

import csv
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO
from typing import Any

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a spreadsheet takes for the beginning of a formula (OWASP, “CSV injection”).
_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_WIDEST = 60  # characters of a column


def csv_file(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Comma-separated UTF-8 with the mark by which Excel knows it.

    Text that a spreadsheet would compute gets an apostrophe before it, which shows that it is text.
    """
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([_as_text(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def xlsx_file(title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A workbook of one sheet, its header bold and kept in sight. Text stays text, whatever it says."""
    # Loaded by who asks for a workbook: every web server would carry it otherwise.
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])

    def cell(value: Any, font: Font | None = None) -> WriteOnlyCell:
        made = WriteOnlyCell(sheet)
        made.value = ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value
        if isinstance(value, str):
            made.data_type = "s"  # never "f", which openpyxl would make of a leading “=”
        if font:
            made.font = font
        return made

    table = [list(row) for row in rows]
    for number, name in enumerate(header):
        longest = max([len(name), *(len(str(row[number])) for row in table)])
        sheet.column_dimensions[get_column_letter(number + 1)].width = min(longest, _WIDEST) + 2
    sheet.freeze_panes = "A2"
    sheet.append([cell(name, Font(bold=True)) for name in header])
    for row in table:
        sheet.append([cell(value) for value in row])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _as_text(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_BEGINS_FORMULA):
        return f"'{value}"
    return "" if value is None else value
