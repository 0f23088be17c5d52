"""Rows of a file, one after the other, whatever its length: CSV in several encodings, Excel."""

from __future__ import annotations

import csv
import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from io import BufferedIOBase, TextIOWrapper
from pathlib import Path
from typing import IO, Any, cast
from xml.etree.ElementTree import ParseError

import python_calamine

from shunda.channels import reasons
from shunda.channels.xlsx import Workbook
from shunda.core.refusal import Refused

Row = list[str]

BLOCK = 1024 * 1024
FIELD_LIMIT = 131_072
SNIFF = 16_384
UNPACKED_LIMIT = 4096 * BLOCK
ENCODINGS = ("utf-8-sig", "gb18030")
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
ZIP = b"PK\x03\x04"
GZIP = b"\x1f\x8b"
UTF16 = (b"\xff\xfe", b"\xfe\xff")

_BROKEN = (zipfile.BadZipFile, ParseError, EOFError, gzip.BadGzipFile, zlib.error, python_calamine.CalamineError)


class _Unpacked(gzip.GzipFile):
    """A packed file that is not unpacked beyond the limit: a few kilobytes can stand for terabytes."""

    def __init__(self, path: Path, name: str) -> None:
        super().__init__(path, "rb")
        self._shown = name

    def read(self, size: int | None = -1) -> bytes:
        return self._within(super().read(size))

    def read1(self, size: int = -1) -> bytes:
        return self._within(super().read1(size))

    def _within(self, data: bytes) -> bytes:
        if self.tell() > UNPACKED_LIMIT:
            raise Refused(reasons.TOO_LARGE(name=self._shown, limit=UNPACKED_LIMIT // BLOCK))
        return data


@contextmanager
def opened(path: Path, name: str) -> Iterator[Iterator[Row]]:
    """The rows of a file as text; its kind is told by its content. Refuses what is no table."""
    with path.open("rb") as file:
        start = file.read(8)
    try:
        if start.startswith(ZIP):
            with zipfile.ZipFile(path) as archive:
                yield _xlsx(archive, name)
        elif start.startswith(OLD_EXCEL):
            yield _old_excel(path)
        else:
            yield _csv(path, name, packed=start.startswith(GZIP))
    except _BROKEN as broken:
        raise Refused(reasons.BROKEN_FILE(name=name, detail=str(broken))) from broken
    except UnicodeDecodeError as broken:
        raise Refused(reasons.BROKEN_ENCODING(name=name, place=broken.start)) from broken
    except csv.Error as broken:
        raise Refused(reasons.ROW_TOO_LONG(limit=FIELD_LIMIT)) from broken


def _csv(path: Path, name: str, *, packed: bool) -> Iterator[Row]:
    encoding = _encoding(path, name, packed=packed)
    csv.field_size_limit(FIELD_LIMIT)
    with _bytes(path, name, packed=packed) as raw, TextIOWrapper(cast("IO[bytes]", raw), encoding, newline="") as text:
        beginning = text.read(SNIFF)
        delimiter = _delimiter(beginning)
    with _bytes(path, name, packed=packed) as raw, TextIOWrapper(cast("IO[bytes]", raw), encoding, newline="") as text:
        yield from csv.reader(text, delimiter=delimiter)


def _bytes(path: Path, name: str, *, packed: bool) -> BufferedIOBase:
    return cast("BufferedIOBase", _Unpacked(path, name)) if packed else path.open("rb")


def _encoding(path: Path, name: str, *, packed: bool) -> str:
    """The first encoding the whole file can be read in; no table of orders holds control characters."""
    with _bytes(path, name, packed=packed) as raw:
        start = raw.read(BLOCK)
    if start.startswith(UTF16):
        return "utf-16"
    if b"\x00" in start:
        raise Refused(reasons.NO_SPREADSHEET(name=name))
    failed: UnicodeDecodeError | None = None
    for encoding in ENCODINGS:
        try:
            with _bytes(path, name, packed=packed) as raw, TextIOWrapper(cast("IO[bytes]", raw), encoding) as text:
                while text.read(BLOCK):
                    pass
        except UnicodeDecodeError as broken:
            failed = failed or broken
        else:
            return encoding
    assert failed is not None
    raise Refused(reasons.BROKEN_ENCODING(name=name, place=failed.start)) from failed


def _delimiter(beginning: str) -> str:
    """The sign the first line is cut by most."""
    first = next((line for line in beginning.splitlines() if line.strip()), "")
    return max(",;\t|", key=first.count)


def _xlsx(archive: zipfile.ZipFile, name: str) -> Iterator[Row]:
    if sum(entry.file_size for entry in archive.infolist()) > UNPACKED_LIMIT:
        raise Refused(reasons.TOO_LARGE(name=name, limit=UNPACKED_LIMIT // BLOCK))
    book = Workbook.of(archive)
    if book is None:
        raise Refused(reasons.NO_SPREADSHEET(name=name))
    return book.rows()


def _old_excel(path: Path) -> Iterator[Row]:
    """Excel 97: at most 65,536 rows, so all of it at once."""
    sheet = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    return ([as_text(cell) for cell in row] for row in sheet.iter_rows())


def as_text(value: Any) -> str:
    """A cell as its owner would have typed it: whole numbers without a point, dates in ISO form."""
    match value:
        case bool():
            return str(value).lower()
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case datetime():
            return value.isoformat(" ")
        case date() | time():
            return value.isoformat()
    return str(value)
