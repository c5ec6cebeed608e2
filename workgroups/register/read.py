"""Reading a register file: its encoding, its header, its lines. What a line means is in rows.py."""

import codecs
import csv
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from io import SEEK_END, TextIOWrapper
from typing import BinaryIO, NamedTuple

LONGEST_LINE = 100_000  # characters; the register's own lines have about 2,000
CHUNK = 1 << 16  # bytes
DELIMITERS = ",;\t"
LOST = "\ufffd"
"""Stands where the file has bytes that are no letter of its encoding."""

Progress = Callable[[int], object]
"""Told of every few lines how many characters they had."""


class TableRefused(Exception):
    """The table as a whole, be it the register or any other, can't be taken; the words say why."""


class Line(NamedTuple):
    """A record of the file: the line it begins on, counted from 1, and its cells."""

    number: int
    cells: list[str]


@dataclass
class RegisterFile:
    """An opened register: its columns, and its lines, which can be read more than once."""

    raw: BinaryIO
    name: str
    encoding: str
    what: str = "the register"
    delimiter: str = ","
    columns: list[str] = field(default_factory=list)
    breaks_off_at: int = 0
    """The line in the middle of which the file ends, once all of it was read; 0 where it is whole."""

    def lines(self, progress: Progress | None = None) -> Iterator[Line]:
        """The records after the header, blank ones left out. Raises ``TableRefused``."""
        records = self._records(progress)
        next(records, None)
        return records

    def _records(self, progress: Progress | None = None) -> Generator[Line, None, None]:
        self.raw.seek(0)
        text = TextIOWrapper(self.raw, encoding=self.encoding, errors="replace", newline="")
        lines = _bounded_lines(text, self.name, self.what, progress)
        reader = csv.reader(lines, delimiter=self.delimiter)
        begins, cells = 1, []
        try:
            for cells in reader:
                if cells and (cells[0].strip() or any(map(str.strip, cells))):
                    yield Line(begins, cells)
                begins = reader.line_num + 1
            if 0 < len(cells) < len(self.columns) and not self._ends_with_its_line():
                self.breaks_off_at = reader.line_num
        except csv.Error as error:
            raise TableRefused(
                f"{self.name} can't be read from line {begins} on: is a quotation mark opened there "
                f"and not closed? ({error})"
            ) from error
        finally:
            if not self.raw.closed:
                text.detach()  # the file stays open for the next reading

    def _ends_with_its_line(self) -> bool:
        self.raw.seek(-1, SEEK_END)
        return self.raw.read(1) in b"\r\n"


def open_register(raw: BinaryIO, *, name: str, what: str = "the register") -> RegisterFile:
    """The register in ``raw``, a seekable binary file; ``name`` is what messages call it.

    ``what`` says which table it should be, where it is another one.

    Columns may have commas, semicolons or tabs between them. Letters that are lost are ``LOST``.
    Raises ``TableRefused`` for what is no table of text.
    """
    register = RegisterFile(raw, name, encoding_of(raw, name=name, what=what), what)
    register.delimiter = _delimiter(raw, register.encoding)
    with closing(register._records()) as records:
        header = next(records, None)
    if header is None:
        raise TableRefused(f"{name} is empty.")
    register.columns = [" ".join(cell.split()) for cell in header.cells]
    return register


def _delimiter(raw: BinaryIO, encoding: str) -> str:
    """What the header has most of: no name of a column has any of them in it."""
    raw.seek(0)
    header = raw.readline(LONGEST_LINE).decode(encoding, "replace")
    return max(DELIMITERS, key=header.count)


def _bounded_lines(
    text: TextIOWrapper, name: str, what: str, progress: Progress | None
) -> Iterator[str]:
    """Lines of ``text``, none of which may fill the memory."""
    number = 0
    while line := text.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE and not line.endswith("\n"):
            raise TableRefused(
                f"{name} has a line of more than {LONGEST_LINE:,} characters (line {number}): "
                f"this is not {what}."
            )
        if progress:
            progress(len(line))
        yield line


def encoding_of(raw: BinaryIO, *, name: str, what: str = "the register") -> str:
    """UTF-8 where the file is, or all but a few of its letters; otherwise Windows-1252, or a Mac's.

    Raises ``TableRefused`` for UTF-16, and for what is no text.
    """
    start = raw.read(4096)
    # Without a mark, UTF-16 shows by every other byte of English text being nought.
    every_other = start.count(b"\0") > len(start) // 4
    if every_other or start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise TableRefused(
            f"{name} is not saved as UTF-8 or Windows-1252 (it looks like UTF-16): open it in your "
            "spreadsheet and save it as “CSV UTF-8”."
        )
    if start.startswith(b"PK\x03\x04"):
        raise TableRefused(
            f"{name} is a zip file or a workbook: unpack it, or save its sheet as “CSV UTF-8”."
        )
    if is_web_page(start):
        raise TableRefused(
            f"{name} is a web page, not {what}: download the file again and look into it "
            "before you import it."
        )
    return _likely_encoding(raw)


def is_web_page(start: bytes) -> bool:
    """Whether a file that starts so is a page for people, however it is called."""
    beginning = start.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    return beginning.startswith((b"<!doctype", b"<html", b"<?xml", b"<head", b"<!--", b"<body"))


def _likely_encoding(raw: BinaryIO) -> str:
    """One wrong letter must not turn the apostrophes of the whole country into “â€™”."""
    raw.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    joined = astray = from_a_mac = 0
    while chunk := raw.read(CHUNK):
        if chunk.isascii():
            continue
        text = decoder.decode(chunk)
        letters = text.replace(LOST, "")
        joined += len(letters.encode()) - len(letters)  # bytes that end a letter
        astray += text.count(LOST) - chunk.count(LOST.encode())  # not lost here
        from_a_mac += chunk.count(b"\xd5") - chunk.count(b"\x92")  # ’ there, and in Windows-1252
    astray += len(decoder.decode(b"", final=True))  # a letter begun at the end of the file
    if astray <= joined:
        return "utf-8-sig"
    return "mac_roman" if from_a_mac > 0 else "cp1252"
