"""Reading a register file: its encoding, its header, its lines. What a line means is in rows.py."""

import codecs
import csv
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from io import TextIOWrapper
from typing import BinaryIO, NamedTuple

LONGEST_LINE = 100_000  # characters; the register's own lines have about 2,000
CHUNK = 1 << 20  # bytes
NOT_IN_WINDOWS_1252 = (0x81, 0x8D, 0x8F, 0x90, 0x9D)

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
    columns: list[str] = field(default_factory=list)

    def lines(self, progress: Progress | None = None) -> Iterator[Line]:
        """The records after the header, blank ones left out. Raises ``TableRefused``."""
        records = self._records(progress)
        next(records, None)
        return records

    def _records(self, progress: Progress | None = None) -> Generator[Line, None, None]:
        self.raw.seek(0)
        text = TextIOWrapper(self.raw, encoding=self.encoding, newline="")
        reader = csv.reader(_bounded_lines(text, self.name, self.what, progress))
        begins = 1
        try:
            for cells in reader:
                if cells and (cells[0].strip() or any(map(str.strip, cells))):
                    yield Line(begins, cells)
                begins = reader.line_num + 1
        except csv.Error as error:
            raise TableRefused(
                f"{self.name} can't be read from line {begins} on: is a quotation mark opened there "
                f"and not closed? ({error})"
            ) from error
        finally:
            if not self.raw.closed:
                text.detach()  # the file stays open for the next reading


def open_register(raw: BinaryIO, *, name: str, what: str = "the register") -> RegisterFile:
    """The register in ``raw``, a seekable binary file; ``name`` is what messages call it.

    ``what`` says which table it should be, where it is another one.

    Raises ``TableRefused`` for what is no comma-separated file in UTF-8 or Windows-1252.
    """
    register = RegisterFile(raw, name, encoding_of(raw, name=name, what=what), what)
    with closing(register._records()) as records:
        header = next(records, None)
    if header is None:
        raise TableRefused(f"{name} is empty.")
    if len(header.cells) < 3 and ";" in header.cells[0]:
        raise TableRefused(
            f"{name} has semicolons between its columns: save it again with commas between them."
        )
    register.columns = [" ".join(cell.split()) for cell in header.cells]
    return register


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
    """UTF-8 where the whole file is UTF-8, with or without a mark, otherwise Windows-1252."""
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
    if _is_utf8(raw):
        return "utf-8-sig"
    if _is_windows_1252(raw):
        return "cp1252"
    raise TableRefused(f"{name} is neither UTF-8 nor Windows-1252: save it as “CSV UTF-8”.")


def is_web_page(start: bytes) -> bool:
    """Whether a file that starts so is a page for people, however it is called."""
    beginning = start.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    return beginning.startswith((b"<!doctype", b"<html", b"<?xml", b"<head", b"<!--", b"<body"))


def _is_utf8(raw: BinaryIO) -> bool:
    raw.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := raw.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_windows_1252(raw: BinaryIO) -> bool:
    """Whether all bytes are characters there, which is all that can be asked."""
    raw.seek(0)
    while chunk := raw.read(CHUNK):
        if any(byte in chunk for byte in NOT_IN_WINDOWS_1252):
            return False
    return True
