"""What a line of the register says about a school: columns by name, codes as numbers."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from hashlib import blake2b
from operator import itemgetter
from pathlib import Path
from struct import Struct
from typing import Any

from workgroups.models import School
from workgroups.register.read import LOST, RegisterFile, TableRefused
from workgroups.search import spelling, words

COMPLAINTS_KEPT = 100
LONGEST_REASON = 200  # characters: a cell may be very long

Convert = Callable[[str, str], Any]
"""From a cell (trimmed, perhaps empty) and the name of its column to a value; raises ``BadRow``."""


_DATES = [
    re.compile(day + r"( 00:00(:00)?)?")
    for day in (
        r"(?P<day>\d\d?)[-/](?P<month>\d\d?)[-/](?P<year>\d{4})",
        r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)",
    )
]


class BadRow(Exception):
    """A line that says nothing usable about a school; the words say why."""


@dataclass(frozen=True)
class Complaint:
    """A line, and why it was skipped or which of its cells was left blank."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.reason}."


def complain(complaints: list[Complaint], complaint: Complaint) -> None:
    """The first of them are kept: more would say nothing new, and might fill the memory."""
    if len(complaints) < COMPLAINTS_KEPT:
        complaints.append(Complaint(complaint.line, complaint.reason[:LONGEST_REASON]))


@dataclass(frozen=True, slots=True)
class Authority:
    """A local authority as a line of the register names it."""

    code: str
    name: str
    gss_code: str = ""


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """A line of the register: the authority, and a value for each of ``RowReader.fields``."""

    authority: Authority | None
    values: dict[str, Any]
    blanked: dict[str, str]
    """Cells that were left blank because they can't be read: the reason, by column."""

    @property
    def urn(self) -> str:
        return self.values["urn"]


def clean(cell: str) -> str:
    """The cell without characters that can't be seen, no-break spaces as spaces, one between words."""
    if not cell.isprintable():
        cell = "".join(letter for letter in cell if letter.isprintable() or letter.isspace())
    elif "  " not in cell and cell == cell.strip():
        return cell  # nearly all are clean, and there are a million of them
    return " ".join(cell.split())


def _whole(cell: str) -> str:
    """A whole number without what spreadsheets and programs make of it: 1,050 or 1050.0."""
    if cell.isdecimal():
        return cell
    cell = cell.removesuffix(".0")
    return cell.replace(",", "") if re.fullmatch(r"\d{1,3}(,\d{3})+", cell) else cell


def read_urn(cell: str, column: str) -> str:
    cell = _whole(cell)
    if not (cell.isascii() and cell.isdigit()):
        raise BadRow(f"the URN is “{cell}”: a URN has six digits")
    if len(cell) == 8:
        raise BadRow(f"the URN is {cell}: that looks like a UKPRN")
    if len(cell) == 7:
        raise BadRow(
            f"the URN is {cell}: that looks like an establishment number with its authority"
        )
    if len(cell) not in (5, 6):
        raise BadRow(f"the URN is {cell}: a URN has six digits")
    return cell


def _number(cell: str, column: str) -> int | None:
    if not cell:
        return None
    number = _whole(cell)
    if not (number.isascii() and number.isdigit() and len(number) <= 9):
        raise BadRow(f"{column} is “{cell}”, not a whole number")
    return int(number)


def _position(cell: str, column: str) -> int | None:
    return _number(cell, column) or None  # 0 is the register's way to say nowhere


def _code(cell: str, column: str) -> int:
    number = _number(cell, column)
    if number is None or number > 999:
        raise BadRow(f"{column} is “{cell}”: a code is needed")
    return number


def _optional_code(cell: str, column: str) -> int | None:
    return _code(cell, column) if cell else None


def _phase(cell: str, column: str) -> int:
    return _code(cell or "0", column)  # 0 is “not applicable”, which some years leave blank


def _ukprn(cell: str, column: str) -> str:
    number = _number(cell, column)
    if number and len(str(number)) != 8:
        raise BadRow(f"{column} is “{cell}”: a UKPRN has eight digits")
    return str(number or "")


def _establishment_number(cell: str, column: str) -> str:
    number = _number(cell, column)
    return "" if number is None else f"{number:04d}"


def read_date(cell: str, column: str) -> date | None:
    """dd-mm-yyyy; dd/mm/yyyy after a spreadsheet, yyyy-mm-dd after a program; perhaps at midnight.

    Two digits are no year: schools opened in 1904 and in 2004.
    """
    if not cell:
        return None
    parts = next(filter(None, (each.fullmatch(cell) for each in _DATES)), None)
    if not parts:
        raise BadRow(f"{column} is “{cell}”, not a date like 31-08-2023")
    try:
        return date(**{name: int(digits) for name, digits in parts.groupdict().items()})
    except ValueError:
        raise BadRow(f"{column} is “{cell}”: there is no such day") from None


def _words(cell: str, column: str) -> str:
    return "" if cell == "-" else cell


def _group(cell: str, column: str) -> str:
    return _words(_whole(cell), column)


def _name(cell: str, column: str) -> str:
    if not cell:
        raise BadRow("the school has no name")
    return cell


def _postcode(cell: str, column: str) -> str:
    cell = cell.upper()
    if " " in cell or len(cell) < 5:
        return cell
    return f"{cell[:-3]} {cell[-3:]}"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the register and the field of School that it fills.

    ``is_required`` where a file without the column is no register. ``repeats`` where many schools
    have the same in it: such a cell is read once, then remembered.
    """

    name: str
    field: str
    convert: Convert
    is_required: bool = False
    repeats: bool = True

    @property
    def is_telling(self) -> bool:
        """Without it there is no school to speak of; other cells are left blank where they are bad."""
        return self.convert in (read_urn, _name, _code, _phase)


COLUMNS = (
    Column("URN", "urn", read_urn, True, repeats=False),
    Column("EstablishmentName", "name", _name, True, repeats=False),
    Column("EstablishmentNumber", "establishment_number", _establishment_number, repeats=False),
    Column("UKPRN", "ukprn", _ukprn, repeats=False),
    Column("TypeOfEstablishment (code)", "type_code", _code, True),
    Column("TypeOfEstablishment (name)", "type_name", _words, True),
    Column("EstablishmentTypeGroup (code)", "type_group_code", _optional_code),
    Column("EstablishmentTypeGroup (name)", "type_group_name", _words),
    Column("EstablishmentStatus (code)", "status_code", _code, True),
    Column("EstablishmentStatus (name)", "status_name", _words, True),
    Column("PhaseOfEducation (code)", "phase_code", _phase, True),
    Column("PhaseOfEducation (name)", "phase_name", _words, True),
    Column("StatutoryLowAge", "low_age", _optional_code),
    Column("StatutoryHighAge", "high_age", _optional_code),
    Column("NumberOfPupils", "pupils", _number, repeats=False),
    Column("Trusts (code)", "trust_code", _group),
    Column("Trusts (name)", "trust_name", _words),
    Column("OpenDate", "opened_on", read_date),
    Column("CloseDate", "closed_on", read_date),
    Column("Street", "street", _words, repeats=False),
    Column("Locality", "locality", _words),
    Column("Town", "town", _words, True),
    Column("Postcode", "postcode", _postcode, True, repeats=False),
    Column("Easting", "easting", _position, repeats=False),
    Column("Northing", "northing", _position, repeats=False),
    Column("SchoolWebsite", "website", _words, repeats=False),
)
AUTHORITY_CODE, AUTHORITY_NAME, AUTHORITY_GSS = "LA (code)", "LA (name)", "GSSLACode (name)"
_AS_NUMBER = Struct(">q").unpack  # eight bytes as PostgreSQL's bigint
SEARCHED = ("locality", "establishment_number")  # of the columns that a file may lack
REQUIRED = [AUTHORITY_CODE, AUTHORITY_NAME, *(c.name for c in COLUMNS if c.is_required)]


class RowReader:
    """Makes school rows of the lines of one file, by its header."""

    def __init__(self, register: RegisterFile) -> None:
        """Raises ``TableRefused`` when the header lacks a column or names a needed one twice."""
        columns = register.columns
        known = {column.casefold(): index for index, column in enumerate(columns)}
        _check_header(register.name, [column.casefold() for column in columns])
        self.width = len(columns)
        used = [column for column in COLUMNS if column.name.casefold() in known]
        self._columns = [
            (known[column.name.casefold()], column.field, _cell_reader(column)) for column in used
        ]
        self._blanks = {
            column.field: (column.convert("", column.name), column.name)
            for column in used
            if not column.is_telling
        }
        self._authority = [
            known.get(name.casefold()) for name in (AUTHORITY_CODE, AUTHORITY_NAME, AUTHORITY_GSS)
        ]
        self.fields = [*(column.field for column in used), "search_text"]
        places = [*(index for index, _, _ in self._columns), *self._authority]
        self.unread = [field for field in SEARCHED if field not in self.fields]
        """Fields by which schools are searched and of which this file has no column."""
        self._used_cells = itemgetter(*(index for index in places if index is not None))
        self._print_of_reading = _print_of_reading([column.name for column in used])

    def urn_and_print(self, cells: Sequence[str]) -> tuple[str, int]:
        """The URN, and a print of all that is read of the line, in 64 bits.

        Lines with one print make the same row: the print takes in how they are read as well.
        Raises ``BadRow`` for a line of another width than the header.
        """
        if len(cells) != self.width:
            raise BadRow(f"it has {len(cells)} cells, the header has {self.width}")
        used = self._used_cells(cells)
        text = "\x1f".join(used).encode()
        digest = self._print_of_reading.copy()
        digest.update(text)
        urn = used[0] if used[0].isdecimal() else read_urn(clean(used[0]), "URN")
        return urn, _AS_NUMBER(digest.digest())[0]

    def read(self, cells: Sequence[str]) -> SchoolRow:
        """The school that a line's cells tell of; raises ``BadRow``.

        Raises for a cell without which there is no school; another bad one is left blank.
        """
        blanked: dict[str, str] = {}
        try:
            values = {field: read(cells[index]) for index, field, read in self._columns}
        except BadRow:
            values, blanked = self._read_leniently(cells)
        code, name, gss_code = ("" if i is None else cells[i] for i in self._authority)
        authority = _authority(code, name, gss_code)
        values["search_text"] = _search_text(values, authority)
        return SchoolRow(authority, values, blanked)

    def _read_leniently(self, cells: Sequence[str]) -> tuple[dict[str, Any], dict[str, str]]:
        """Cell by cell, which few lines need: the values, and what is wrong with those left blank."""
        values, blanked = {}, {}
        for index, field, read in self._columns:
            try:
                values[field] = read(cells[index])
            except BadRow as error:
                if field not in self._blanks:
                    raise
                values[field], column = self._blanks[field]
                blanked[column] = str(error)
        return values, blanked

    def keep_found_by(self, row: SchoolRow, unread: dict[str, Any]) -> None:
        """The school stays found by what an earlier file said of it and this one does not."""
        row.values["search_text"] = _search_text(unread | row.values, row.authority)


def _cell_reader(column: Column) -> Callable[[str], Any]:
    read = partial(_read_cell, column, _longest(column.field))
    return lru_cache(maxsize=20_000)(read) if column.repeats else read


def _read_cell(column: Column, longest: int | None, cell: str) -> Any:
    if LOST in cell:
        raise BadRow(f"{column.name} is “{clean(cell)}”: a letter of it is damaged")
    value = column.convert(clean(cell) if cell else "", column.name)
    if longest and len(value) > longest:
        raise BadRow(f"{column.name} has {len(value)} characters, {longest} at most: “{value}”")
    return value


@lru_cache(maxsize=1)
def _reading() -> bytes:
    """The code that makes rows of lines, and lists of their words: where it changes, every line
    must be read anew.
    """
    modules = (__file__, words.__file__, spelling.__file__)
    return b"".join(Path(module).read_bytes() for module in modules)


def _print_of_reading(columns: list[str]) -> blake2b:
    return blake2b("\x1f".join(columns).encode() + _reading(), digest_size=8)


@lru_cache(maxsize=1_000)
def _authority(code: str, name: str, gss_code: str) -> Authority | None:
    """Of the cells as they stand; None where the register says that a school belongs to none."""
    code, name, gss_code = clean(code), clean(name), clean(gss_code)
    number = _optional_code(code, AUTHORITY_CODE)
    if not number:
        return None
    if not name or len(name) > 80 or LOST in name:
        raise BadRow(f"the local authority {number:03d} needs a name of 80 characters at most")
    return Authority(f"{number:03d}", name, gss_code if len(gss_code) == 9 else "")


def _search_text(values: dict[str, Any], authority: Authority | None) -> str:
    return words.search_text(
        urn=values["urn"],
        name=values["name"],
        town=values["town"],
        postcode=values["postcode"],
        locality=values.get("locality", ""),
        establishment_number=values.get("establishment_number", ""),
        authority_code=authority.code if authority else "",
        authority_name=authority.name if authority else "",
    )


def _longest(field: str) -> int | None:
    return getattr(School._meta.get_field(field), "max_length", None)


def _check_header(name: str, columns: list[str]) -> None:
    missing = [column for column in REQUIRED if column.casefold() not in columns]
    if missing:
        raise TableRefused(
            f"{name} lacks {'the column' if len(missing) == 1 else 'these columns'}: "
            f"{', '.join(missing)}. Is it the register's “all data” file? "
            "Download “edubasealldata” again, and import it with all its columns."
        )
    needed = [AUTHORITY_CODE, AUTHORITY_NAME, *(column.name for column in COLUMNS)]
    twice = [column for column in needed if columns.count(column.casefold()) > 1]
    if twice:
        raise TableRefused(f"{name} has this column more than once: {', '.join(twice)}.")
