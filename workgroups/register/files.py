"""Opening what was downloaded: the CSV itself, or the zip that holds it, read where it lies."""

import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from workgroups.register.read import TableRefused

ZIP_BEGINS = (b"PK\x03\x04", b"PK\x05\x06")  # with files in it, without
LARGEST = 500_000_000  # bytes, unpacked; the register of 2024 has 60 million
LONGEST_CONTENTS = 1_000_000  # bytes of a zip's list of what it holds
LOCKED = 1  # the flag of a file that needs a password
_END = b"PK\x05\x06"  # of that list; a record of 22 bytes, and a comment of 65,535 at most
_END_LENGTH, _LONGEST_COMMENT = 22, 65_535

REGISTER_NAME = re.compile(r"edubasealldata.*\.csv", re.IGNORECASE)
LINKS_NAME = re.compile(r"links_.*\.csv", re.IGNORECASE)


@dataclass(frozen=True)
class Opened:
    """A file that can be read from its beginning again and again; ``size`` is in bytes."""

    raw: BinaryIO
    name: str
    size: int


@contextmanager
def opened(path: Path, *, wanted: re.Pattern[str] = REGISTER_NAME) -> Iterator[Opened]:
    """The CSV at ``path``, or in the zip there; ``wanted`` is the name it has among other CSVs.

    A zip is never unpacked, neither to disk nor to memory: it is read through. Raises
    ``TableRefused`` for a zip without one such file, and for one that would be too large.
    """
    with path.open("rb") as file:
        if file.read(4) not in ZIP_BEGINS:
            file.seek(0)
            yield Opened(file, path.name, path.stat().st_size)
            return
        try:
            _refuse_long_contents(file, path.name)
            with ZipFile(file) as archive:
                member = _wanted_member(archive, wanted, path.name)
                with archive.open(member) as raw:
                    name = f"{PurePosixPath(member.filename).name} in {path.name}"
                    yield Opened(cast(BinaryIO, raw), name, member.file_size)
        except (BadZipFile, zlib.error, EOFError) as error:  # while it is read, too
            raise TableRefused(
                f"{path.name} is a zip that can't be read ({error}): download it again."
            ) from error


def the_day_in(name: str) -> date | None:
    """The day that a file's name says it is of, as in edubasealldata20240129.csv."""
    for digits in re.findall(r"(?<!\d)20\d{6}(?!\d)", name):
        try:
            return date.fromisoformat(digits)
        except ValueError:
            continue
    return None


def size_of(path: Path) -> int:
    """How much there is to read, in bytes; of the whole file where it would be refused."""
    try:
        with opened(path) as file:
            return file.size
    except TableRefused:
        return path.stat().st_size


def _refuse_long_contents(file: BinaryIO, name: str) -> None:
    """zipfile reads the list of contents whole: a million entries would fill the memory."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END_LENGTH - _LONGEST_COMMENT))
    end = file.read()
    at = end.rfind(_END)
    if at >= 0 and len(end) - at >= _END_LENGTH:
        (length,) = struct.unpack_from("<L", end, at + 12)
        if length > LONGEST_CONTENTS:
            raise TableRefused(f"{name} is a zip of too many files: this is not the register.")


def _wanted_member(archive: ZipFile, wanted: re.Pattern[str], name: str) -> ZipInfo:
    tables = [each for each in archive.infolist() if _is_table(each)]
    of_the_name = [each for each in tables if wanted.fullmatch(PurePosixPath(each.filename).name)]
    chosen = of_the_name if len(tables) > 1 else tables
    if not tables:
        raise TableRefused(
            f"{name} is a zip file or a workbook without a CSV in it: unpack it and import the CSV, "
            "or save its sheet as “CSV UTF-8”."
        )
    if len(chosen) != 1:
        raise TableRefused(
            f"{name} is a zip of {len(tables)} CSV files, and which one is meant can't be told: "
            "unpack it and import that one."
        )
    (member,) = chosen
    # Other ways to pack take as much memory as the file tells them to.
    if member.flag_bits & LOCKED or member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise TableRefused(
            f"{name} is a zip with a password, or of a rare kind: unpack it and import the CSV."
        )
    if member.file_size > LARGEST:
        raise TableRefused(
            f"{name} would unpack to {member.file_size / 1e6:,.0f} MB: this is not the register."
        )
    return member


def _is_table(member: ZipInfo) -> bool:
    path = PurePosixPath(member.filename)
    hidden = path.name.startswith(".") or "__MACOSX" in path.parts
    return path.suffix.lower() == ".csv" and not hidden
