"""Reading a spreadsheet, be it CSV or xlsx, into rows of plain text; its kind is told by its bytes."""

import codecs
import csv
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from io import BytesIO, StringIO
from itertools import islice
from typing import IO, Any, NamedTuple

from enrolment.spreadsheet.columns import looks_like_header, names_programmes, years_side_by_side
from workgroups.register.read import TableRefused, encoding_of

MOST_BYTES = 2_000_000  # of the file
MOST_UNPACKED = 50_000_000  # bytes; an xlsx file is a zip, and a small one may hold a big one
MOST_OF_PART = {  # bytes of parts that are read as a whole, into many times as much memory
    "styles.xml": 2_000_000,
    "sharedstrings.xml": 20_000_000,
}
MOST_ROWS = 5_000  # with something in them, after the header
MOST_SHEETS = 30  # of a workbook; further ones are not looked at
MOST_LOOKED_AT = 50_000  # rows, blank ones too: a sheet may be formatted to its very end
MOST_MERGED = 20_000  # cells that are merged; further ones are read as they are
MOST_COLUMNS = 100  # further ones are not looked at
LONGEST_CELL = 300  # characters; what follows is cut off
HEADER_WITHIN = 10  # rows: titles and notes may stand above the header
DELIMITERS = ",;\t|"
TOO_BIG = (
    "The file is bigger than 2 MB. Keep only the columns that are needed (school, programme, "
    "year), or split it by years."
)

_HTML = (b"<!doctype", b"<html", b"<?xml", b"<head", b"<table", b"<meta")
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"  # the container of .xls, and of workbooks with a password
_PASSWORD = "EncryptedPackage".encode("utf-16-le")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell [^<>]*?ref="([A-Z]+)(\d+):[A-Z]+(\d+)"')
_READ_AT_ONCE, _LONGEST_TAG = 1 << 16, 200  # bytes


class SpreadsheetRefused(Exception):
    """The file can't be read as a whole; the words say why, and what to do."""


class Row(NamedTuple):
    """A row by the number that a spreadsheet shows beside it, and its cells as text."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """What stands in one sheet: the header and the rows after it that are not blank."""

    header: Row
    rows: tuple[Row, ...]
    sheets: tuple[str, ...] = ()
    """The names of the workbook's sheets; empty for CSV."""
    sheet: int = 0
    """Which of them it is."""
    years: tuple[str, ...] = ()
    """The headings of years that stood side by side, each of whose cells is a row here."""

    def column(self, index: int) -> list[str]:
        """The cells of a column, from top to bottom."""
        return [row.cells[index] for row in self.rows]

    @property
    def columns(self) -> range:
        return range(len(self.header.cells))


def read_table(content: bytes, *, sheet: int | None = None) -> Table:
    """The table in the file: in that sheet of a workbook, or in the first that holds one.

    Raises ``SpreadsheetRefused`` for what is none.
    """
    if len(content) > MOST_BYTES:
        raise SpreadsheetRefused(TOO_BIG)
    if not content.strip():
        raise SpreadsheetRefused("The file is empty. Look into it, and choose it again.")
    if content.startswith(_OLD_EXCEL):
        raise SpreadsheetRefused(_about_old_excel(content))
    if content.startswith(b"PK\x03\x04"):
        return _workbook(content, sheet)
    return _table(_separated(content))


def _about_old_excel(content: bytes) -> str:
    if _PASSWORD in content:
        return "The workbook has a password. Save a copy without it, and choose that."
    return (
        "The workbook is in Excel’s old format (.xls). Open it and save it as “Excel workbook "
        "(.xlsx)” or “CSV UTF-8”."
    )


# --- CSV ---


def _separated(content: bytes) -> Iterator[list[str]]:
    beginning = content[:4096].removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if beginning.startswith(_HTML):
        raise SpreadsheetRefused(
            "The file is a web page, not a spreadsheet. Open it in your spreadsheet and save it as "
            "“CSV UTF-8”."
        )
    if beginning.startswith((b"%pdf", b"{\\rtf")):
        raise SpreadsheetRefused(
            "The file is a document, not a spreadsheet. Choose a CSV file or an Excel workbook."
        )
    text = _decoded(content)
    # Excel's own hint at the delimiter stands on a line that it does not show.
    if text[:4].lower() == "sep=":
        hint, _, rest = text.partition("\n")
        return _records(rest, hint.strip()[4:5] or ",")
    return _records(text, _delimiter_of(text))


def _decoded(content: bytes) -> str:
    try:
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return content.decode("utf-16")  # Excel's “Unicode text”
        return content.decode(encoding_of(BytesIO(content), name="The file"))
    except TableRefused as refused:
        raise SpreadsheetRefused(str(refused)) from refused
    except UnicodeDecodeError as error:
        raise SpreadsheetRefused(
            "The file’s letters can’t be read. Open it in your spreadsheet and save it as “CSV "
            "UTF-8”."
        ) from error


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    number = 1
    try:
        for cells in reader:
            yield cells
            number += 1
    except csv.Error as error:
        raise SpreadsheetRefused(
            f"The file can’t be read from row {number} on. Is a quotation mark opened there and "
            "not closed?"
        ) from error


def _delimiter_of(text: str) -> str:
    """The one that cuts most of the first rows into the same number of cells.

    Python's own csv.Sniffer takes the apostrophes of St Mary's for quotation marks.
    """

    def regularity(delimiter: str) -> tuple[int, int]:
        first = islice(csv.reader(StringIO(text, newline=""), delimiter=delimiter), 30)
        try:
            lengths = Counter(len(cells) for cells in first if len(cells) > 1)
        except csv.Error:
            return (0, 0)
        return max(((rows, cells) for cells, rows in lengths.items()), default=(0, 0))

    return max(DELIMITERS, key=regularity)


# --- xlsx ---


def _workbook(content: bytes, sheet: int | None) -> Table:
    # Not at the top: it would add a fifth of a second to the start of every web server.
    from openpyxl import load_workbook

    _check_size_unpacked(content)
    try:
        book = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
        shown = [each for each in book.worksheets if each.sheet_state == "visible"][:MOST_SHEETS]
        titles = tuple(each.title for each in shown)
        if sheet is not None:
            return replace(_table(_cells_of(shown[sheet])), sheets=titles, sheet=sheet)
        return replace(_first_table(shown), sheets=titles)
    except SpreadsheetRefused:
        raise
    except Exception as error:  # whatever openpyxl stumbles over in a file that is broken
        raise SpreadsheetRefused(
            "The file can’t be opened as an Excel workbook. Open it in your spreadsheet and save "
            "it as “Excel workbook (.xlsx)” or “CSV UTF-8”."
        ) from error


def _first_table(shown: list[Any]) -> Table:
    """Cover sheets and empty ones are passed over; without any table it is the first one's fault."""
    faults = []
    for number, each in enumerate(shown):
        try:
            return replace(_table(_cells_of(each)), sheet=number)
        except SpreadsheetRefused as refused:
            faults.append(refused)
    raise faults[0]


def _cells_of(sheet: Any) -> Iterator[list[str]]:
    """The rows in words. Cells that are merged downwards say the same in each of their rows."""
    sheet.reset_dimensions()  # what it says of its own size may be wrong
    merged = _merged_downwards(sheet)
    said: dict[int, tuple[str, int]] = {}  # by column: the word, and its last row
    rows = sheet.iter_rows(max_col=MOST_COLUMNS, max_row=MOST_LOOKED_AT, values_only=True)
    for number, row in enumerate(rows, start=1):
        cells = [_in_words(cell) for cell in row]
        for column, (word, last) in said.items():
            if number <= last:
                cells[column] = word
        said |= {column: (cells[column], last) for column, last in merged.get(number, ())}
        yield cells


def _merged_downwards(sheet: Any) -> dict[int, list[tuple[int, int]]]:
    """By first row: the columns of merged cells, each with its last row.

    openpyxl keeps them only for workbooks that it reads as a whole, into far more memory.
    """
    from openpyxl.utils import column_index_from_string

    found: dict[int, list[tuple[int, int]]] = {}
    with sheet.parent._archive.open(sheet._worksheet_path) as part:
        for letters, first, last in islice(_merged(part), MOST_MERGED):
            column = column_index_from_string(letters) - 1
            if last > first and column < MOST_COLUMNS:
                found.setdefault(first, []).append((column, last))
    return found


def _merged(part: IO[bytes]) -> Iterator[tuple[str, int, int]]:
    """The first column, first row and last row of each of the sheet's merged cells."""
    rest = b""
    while piece := part.read(_READ_AT_ONCE):
        text, end = rest + piece, 0
        for match in _MERGED.finditer(text):
            yield match[1].decode(), int(match[2]), int(match[3])
            end = match.end()
        rest = text[max(end, len(text) - _LONGEST_TAG) :]


def _check_size_unpacked(content: bytes) -> None:
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            # Python reads no more of a part than stands here, so this can't be a lie.
            parts = packed.infolist()
    except zipfile.BadZipFile as error:
        raise SpreadsheetRefused(
            "The file is damaged. Save it again in your spreadsheet, and choose it again."
        ) from error
    if sum(part.file_size for part in parts) > MOST_UNPACKED or any(map(_is_too_big, parts)):
        raise SpreadsheetRefused(
            "The workbook is far bigger inside than it looks. Copy the columns that are needed "
            "into a new workbook."
        )


def _is_too_big(part: zipfile.ZipInfo) -> bool:
    name = part.filename.rpartition("/")[2].lower()
    return part.file_size > MOST_OF_PART.get(name, MOST_UNPACKED)


def _in_words(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)


# --- what both have in common ---


def _table(rows: Iterable[list[str]]) -> Table:
    filled = []
    for number, cells in enumerate(rows, start=1):
        row = Row(number, tuple(map(clean, cells[:MOST_COLUMNS])))
        if any(row.cells):
            filled.append(row)
        if len(filled) > MOST_ROWS + HEADER_WITHIN:
            break
    place = _place_of_header(filled)
    header, after = filled[place], filled[place + 1 :]
    _refuse_none_or_too_many(after)
    width = max(map(_filled_width, [header, *after]))
    return _turned(Table(_widened(header, width), tuple(_widened(row, width) for row in after)))


def _turned(table: Table) -> Table:
    """Where years stand side by side as columns: each filled cell under them as a row of its own.

    It says which programme, or, where another column says that, what became of it.
    """
    headings = table.header.cells
    years = years_side_by_side(headings)
    if not years:
        return table
    others = [place for place in table.columns if place not in years]
    kept = tuple(headings[place] for place in others)
    said = "Completed" if any(map(names_programmes, kept)) else "Programme"
    rows = tuple(
        Row(
            row.number,
            (*(row.cells[each] for each in others), row.cells[year], headings[year]),
        )
        for row in table.rows
        for year in years
        if row.cells[year]
    )
    _refuse_none_or_too_many(rows)
    header = Row(table.header.number, (*kept, said, "Academic year"))
    return Table(header, rows, years=tuple(headings[year] for year in years))


def _refuse_none_or_too_many(rows: Sequence[Row]) -> None:
    if len(rows) > MOST_ROWS:
        raise SpreadsheetRefused(
            f"There are more than {MOST_ROWS:,} rows. Split the spreadsheet, for example by years, "
            "and load the parts one after the other."
        )
    if not rows:
        raise SpreadsheetRefused(
            "There is nothing under the header. Look whether it is the right sheet, and choose it "
            "again."
        )


def _widened(row: Row, width: int) -> Row:
    return Row(row.number, (row.cells + ("",) * (width - len(row.cells)))[:width])


def _filled_width(row: Row) -> int:
    return max((place for place, cell in enumerate(row.cells, start=1) if cell), default=0)


def _place_of_header(rows: list[Row]) -> int:
    """The first row that names columns; else the first with several words and no figure alone."""
    first = rows[:HEADER_WITHIN]
    for is_header in (looks_like_header, _is_all_words):
        for place, row in enumerate(first):
            if is_header([cell for cell in row.cells if cell]):
                return place
    raise SpreadsheetRefused(
        "There is no header. Let the first row say what each column is, for example “URN, "
        "programme, year, completed”."
    )


def _is_all_words(cells: list[str]) -> bool:
    return len(cells) > 1 and all(any(map(str.isalpha, cell)) for cell in cells)


def clean(cell: str) -> str:
    """One line of text that can be shown and stored: no control characters, not too long."""
    text = "".join(c for c in cell[:5_000] if c.isprintable() or c.isspace())
    return " ".join(text.split())[:LONGEST_CELL]
