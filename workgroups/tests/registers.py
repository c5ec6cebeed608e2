"""Registers made for tests: files of invented schools in the layout of the real one."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

DATA = Path(__file__).parent / "data"

# One open primary school; each test changes what it is about.
ROW = {
    "URN": "100001",
    "LA (code)": "204",
    "LA (name)": "Hackney",
    "EstablishmentNumber": "2001",
    "EstablishmentName": "Marsh Lane Primary School",
    "TypeOfEstablishment (code)": "01",
    "TypeOfEstablishment (name)": "Community school",
    "EstablishmentStatus (code)": "1",
    "EstablishmentStatus (name)": "Open",
    "PhaseOfEducation (code)": "2",
    "PhaseOfEducation (name)": "Primary",
    "OpenDate": "01-09-1975",
    "CloseDate": "",
    "NumberOfPupils": "210",
    "Trusts (code)": "",
    "Trusts (name)": "",
    "Town": "London",
    "Postcode": "E8 1AA",
    "SchoolWebsite": "",
    "HeadLastName": "",
}


def rows(count: int, **changes: str) -> list[dict[str, str]]:
    """That many rows with URNs from 100001; ``changes`` by column, for columns that are names."""
    return [ROW | {"URN": str(100001 + number)} | changes for number in range(count)]


def write_register(
    path: Path,
    rows: Iterable[Mapping[str, str]],
    *,
    columns: Sequence[str] = tuple(ROW),
    encoding: str = "cp1252",
) -> Path:
    """A file with these columns and rows; returns its path."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


LINK_COLUMNS = ("URN", "LinkURN", "LinkName", "LinkType", "LinkEstablishedDate")


def write_links(
    path: Path, lines: Iterable[tuple[str, str, str, str]], *, encoding: str = "cp1252"
) -> Path:
    """A file of links: URN, the other's URN, type and date of each line; returns its path."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(LINK_COLUMNS)
        writer.writerows(
            (urn, other, "Another School", link_type, on) for urn, other, link_type, on in lines
        )
    return path
