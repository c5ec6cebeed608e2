"""Which files are taken for a register, and what their lines are taken to say. No database."""

import csv
import io
import tracemalloc
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workgroups.register.read import (
    CHUNK,
    LONGEST_LINE,
    LOST,
    TableRefused,
    encoding_of,
    open_register,
)
from workgroups.register.rows import BadRow, RowReader, SchoolRow, clean
from workgroups.tests.registers import ROW, rows, write_register

HEADER = ",".join(ROW)


def read(content: bytes) -> list[dict[str, Any]]:
    """The values of all rows of a file with this content."""
    register = open_register(io.BytesIO(content), name="it")
    reader = RowReader(register)
    return [reader.read(line.cells).values for line in register.lines()]


def read_row(**changes: str) -> dict[str, Any]:
    """The values of one row that differs from ROW."""
    return row_of(**changes).values


def row_of(**changes: str) -> SchoolRow:
    row = ROW | changes
    out = io.StringIO()
    csv.writer(out).writerows([row.keys(), row.values()])
    register = open_register(io.BytesIO(out.getvalue().encode()), name="it")
    (line,) = register.lines()
    return RowReader(register).read(line.cells)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "it is empty."),
        (b" \r\n\r\n", "it is empty."),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "it is a web page"),
        (b"\xef\xbb\xbf  <html>", "it is a web page"),
        (HEADER.encode("utf-16"), "it is not saved as UTF-8 or Windows-1252"),
        (HEADER.encode("utf-16-le"), "it is not saved as UTF-8 or Windows-1252"),
        (b"PK\x03\x04workbook", "it is a zip file or a workbook"),
        (b"%PDF-1.7\n\x81\x8d\n", "it lacks these columns: LA (code), "),
        (HEADER.encode() + b"\n" + b"x" * (LONGEST_LINE + 1), "it has a line of more than 100,000"),
        (HEADER.encode() + b'\n"' + b"a\n" * 140_000, "it can't be read from line 2 on"),
        (
            HEADER.replace("Town,", "").encode() + b"\n",
            "it lacks the column: Town. Is it the register's “all data” file? Download “edubasealldata”",
        ),
        (b"name,town\n", "it lacks these columns: LA (code), LA (name), URN, "),
        (f"{HEADER},URN\n".encode(), "it has this column more than once: URN."),
    ],
)
def test_what_is_no_register_is_refused_with_a_sentence(content: bytes, sentence: str):
    with pytest.raises(TableRefused) as refused:
        read(content)
    assert str(refused.value).startswith(sentence)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig", "mac_roman"])
def test_curly_apostrophes_survive_every_encoding(tmp_path: Path, encoding: str):
    register = [ROW | {"EstablishmentName": "Beis Rochel d’Satmar School – Zoë"}]
    path = write_register(tmp_path / "a.csv", register, encoding=encoding)
    assert read(path.read_bytes())[0]["name"] == "Beis Rochel d’Satmar School – Zoë"


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_signs_than_commas_may_stand_between_the_columns(delimiter: str):
    row = ROW | {"EstablishmentName": "Marsh Lane, Lower School"}
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([row.keys(), row.values()])
    assert read(out.getvalue().encode())[0]["name"] == "Marsh Lane, Lower School"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("’".encode() * 3 + b" \x92 ", "utf-8-sig"),
        (b"\x92 \x96 \xe9 \xa0 " + "’".encode(), "cp1252"),
        (b"St Mary\xd5s", "mac_roman"),
        (b"\xd5 Mary\x92s", "cp1252"),
        (b"Caf\xe9\x96", "cp1252"),  # “é–”, which begins a letter of UTF-8 and does not end it
        (LOST.encode() + b" lost before, then " + LOST.encode(), "utf-8-sig"),
        (b"plain", "utf-8-sig"),
    ],
)
def test_a_file_is_read_as_most_of_its_letters_are_written(content: bytes, encoding: str):
    assert encoding_of(io.BytesIO(content), name="it") == encoding


def test_letters_on_the_seam_of_two_pieces_are_not_astray():
    content = b"x" * (CHUNK - 1) + "’".encode()
    assert encoding_of(io.BytesIO(content), name="it") == "utf-8-sig"


@pytest.mark.parametrize(
    ("column", "cell", "field", "value"),
    [
        ("TypeOfEstablishment (code)", "01", "type_code", 1),
        ("TypeOfEstablishment (code)", "1", "type_code", 1),
        ("OpenDate", "01-09-1975", "opened_on", date(1975, 9, 1)),
        ("OpenDate", "1/9/1975", "opened_on", date(1975, 9, 1)),
        ("OpenDate", "1975-09-01 00:00:00", "opened_on", date(1975, 9, 1)),
        ("OpenDate", "", "opened_on", None),
        ("NumberOfPupils", "", "pupils", None),
        ("NumberOfPupils", "0", "pupils", 0),
        ("NumberOfPupils", "1,050", "pupils", 1050),
        ("NumberOfPupils", "210.0", "pupils", 210),
        ("URN", "100212.0", "urn", "100212"),
        ("PhaseOfEducation (code)", "", "phase_code", 0),
        ("Trusts (code)", "2044.0", "trust_code", "2044"),
        ("EstablishmentNumber", "39", "establishment_number", "0039"),
        ("EstablishmentName", "  St\xa0Mary’s \u200b School ", "name", "St Mary’s School"),
        ("Postcode", "e81aa", "postcode", "E8 1AA"),
        ("Postcode", "", "postcode", ""),
        ("Trusts (name)", "-", "trust_name", ""),
    ],
)
def test_a_cell_is_read_as_the_register_means_it(column: str, cell: str, field: str, value: Any):
    assert read_row(**{column: cell})[field] == value


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("URN", "", "the URN is “”: a URN has six digits"),
        ("URN", "1234", "the URN is 1234: a URN has six digits"),
        ("URN", "2042001", "that looks like an establishment number with its authority"),
        ("URN", "10012345", "the URN is 10012345: that looks like a UKPRN"),
        ("URN", "١٠٠٠٠١", "a URN has six digits"),
        ("EstablishmentName", " \xa0 ", "the school has no name"),
        ("EstablishmentName", "x" * 151, "EstablishmentName has 151 characters, 150 at most"),
        ("LA (code)", "Hackney", "LA (code) is “Hackney”, not a whole number"),
        ("LA (name)", "", "the local authority 204 needs a name"),
        ("EstablishmentName", "St Mary\ufffds", "EstablishmentName is “St Mary\ufffds”: a letter"),
        ("LA (name)", "H\ufffdckney", "the local authority 204 needs a name"),
        ("PhaseOfEducation (code)", "Primary", "(code) is “Primary”, not a whole number"),
        ("EstablishmentStatus (code)", "", "EstablishmentStatus (code) is “”: a code is needed"),
    ],
)
def test_a_bad_cell_without_which_there_is_no_school_refuses_the_line(
    column: str, cell: str, reason: str
):
    with pytest.raises(BadRow) as bad:
        read_row(**{column: cell})
    assert reason in str(bad.value)


@pytest.mark.parametrize(
    ("column", "cell", "field", "blank", "reason"),
    [
        ("OpenDate", "31-02-2001", "opened_on", None, "is “31-02-2001”: there is no such day"),
        ("CloseDate", "May", "closed_on", None, "is “May”, not a date like 31-08-2023"),
        ("OpenDate", "01-09-04", "opened_on", None, "is “01-09-04”, not a date like 31-08-2023"),
        ("NumberOfPupils", "1,0", "pupils", None, "is “1,0”, not a whole number"),
        ("NumberOfPupils", "-3", "pupils", None, "is “-3”, not a whole number"),
        (
            "Postcode",
            "E8 1AA or E8 2",
            "postcode",
            "",
            "has 14 characters, 8 at most: “E8 1AA OR E8 2”",
        ),
        ("Town", "x" * 101, "town", "", f"has 101 characters, 60 at most: “{'x' * 101}”"),
        (
            "SchoolWebsite",
            "w" * 201,
            "website",
            "",
            f"has 201 characters, 200 at most: “{'w' * 201}”",
        ),
        ("EstablishmentNumber", "A12", "establishment_number", "", "is “A12”, not a whole number"),
    ],
)
def test_any_other_bad_cell_is_left_blank_and_the_rest_of_its_line_read(
    column: str, cell: str, field: str, blank: Any, reason: str
):
    whole, bad = read_row(**{column: ""}), row_of(**{column: cell})
    assert bad.values == whole | {field: blank}
    assert bad.blanked == {column: f"{column} {reason}"}
    assert row_of(**{column: cell}).blanked == bad.blanked


def test_columns_are_found_by_name_wherever_they_stand(tmp_path: Path):
    backwards = list(reversed(ROW))
    forth = write_register(tmp_path / "a.csv", rows(2))
    back = write_register(tmp_path / "b.csv", rows(2), columns=backwards)
    assert [sorted(row.items(), key=str) for row in read(back.read_bytes())] == [
        sorted(row.items(), key=str) for row in read(forth.read_bytes())
    ]


def test_rows_are_read_one_at_a_time(tmp_path: Path):
    path = write_register(tmp_path / "a.csv", rows(5_000))
    with path.open("rb") as raw:
        register = open_register(raw, name="it")
        reader = RowReader(register)
        tracemalloc.start()
        for line in register.lines():
            reader.read(line.cells)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 500_000  # bytes; the file has 800,000


# What may stand in a cell of text: anything that a person can type, and what programs put in.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
REGISTER = st.lists(
    st.fixed_dictionaries(
        {
            "URN": st.integers(100_000, 199_999).map(str),
            "EstablishmentName": TEXT.filter(clean),
            "Town": TEXT,
            "OpenDate": st.dates(date(1800, 1, 1)).map(lambda day: f"{day:%d-%m-}{day.year:04}"),
            "NumberOfPupils": st.integers(0, 5_000).map(str),
            "TypeOfEstablishment (code)": st.integers(0, 57).map(str),
        }
    ),
    max_size=8,
)


@given(register=REGISTER, is_resaved=st.booleans())
def test_whatever_a_register_says_is_read_back(register: list[dict[str, str]], is_resaved: bool):
    out = io.StringIO()
    writer = csv.DictWriter(out, tuple(ROW))
    writer.writeheader()
    for row in register:
        row = ROW | row
        if is_resaved:
            row["OpenDate"] = row["OpenDate"].replace("-", "/")
        else:
            row["TypeOfEstablishment (code)"] = row["TypeOfEstablishment (code)"].zfill(2)
        writer.writerow(row)
    assert [
        (
            row["urn"],
            row["name"],
            row["town"],
            f"{row['opened_on']:%d-%m-}{row['opened_on'].year:04}",
            str(row["pupils"]),
            str(row["type_code"]),
        )
        for row in read(out.getvalue().encode())
    ] == [
        (
            row["URN"],
            clean(row["EstablishmentName"]),
            _words(row["Town"]),
            row["OpenDate"],
            row["NumberOfPupils"],
            row["TypeOfEstablishment (code)"],
        )
        for row in register
    ]


def _words(cell: str) -> str:
    cell = clean(cell)
    return "" if cell == "-" else cell


@given(st.binary(max_size=300).map(lambda noise: HEADER.encode() + b"\n" + noise))
def test_noise_is_refused_or_skipped_and_never_breaks_the_reader(content: bytes):
    with suppress(TableRefused, BadRow):
        read(content)
