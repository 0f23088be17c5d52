"""Excel files (.xlsx) row by row: only the texts that cells share are kept in memory, never the sheet."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from xml.etree.ElementTree import Element, ParseError, iterparse

SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)})
EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  # Excel's days have no zone
EPOCH_1904 = datetime(1904, 1, 1)  # noqa: DTZ001
MOST_COLUMNS = 16_384
PROLOG = 65_536


@dataclass(frozen=True, slots=True)
class Workbook:
    """The first sheet of a workbook."""

    archive: zipfile.ZipFile
    sheet: str
    shared: list[str]
    dates: frozenset[int]  # cell styles that show numbers as dates
    epoch: datetime

    @classmethod
    def of(cls, archive: zipfile.ZipFile) -> Workbook | None:
        """``None`` when the archive is no workbook."""
        names = set(archive.namelist())
        if "xl/workbook.xml" not in names:
            return None
        first, old_epoch = None, False
        for element in _ends(archive, "xl/workbook.xml"):
            if element.tag == SPREADSHEET + "workbookPr":
                old_epoch = element.get("date1904") in {"1", "true"}
            elif element.tag == SPREADSHEET + "sheet" and first is None:
                first = element.get(RELATION)
        targets = {
            element.get("Id"): element.get("Target", "")
            for element in _ends(archive, "xl/_rels/workbook.xml.rels")
            if element.tag == PACKAGE
        }
        sheet = posixpath.normpath(posixpath.join("xl", targets.get(first, ""))).lstrip("/")
        sheet = sheet.removeprefix("xl//") if sheet in names else targets.get(first, "").lstrip("/")
        if sheet not in names:
            return None
        shared = _shared(archive) if "xl/sharedStrings.xml" in names else []
        dates = _date_styles(archive) if "xl/styles.xml" in names else frozenset()
        return cls(archive, sheet, shared, dates, EPOCH_1904 if old_epoch else EPOCH)

    def rows(self) -> Iterator[list[str]]:
        """The rows as text, empty cells included; rows that the file leaves out come as empty ones."""
        expected = 1
        parent: Element | None = None
        for event, element in _elements(self.archive, self.sheet):
            if event == "start":
                if element.tag == SPREADSHEET + "sheetData":
                    parent = element
            elif element.tag == SPREADSHEET + "row":
                number = int(element.get("r", expected))
                for _missing in range(min(number - expected, 100_000)):
                    yield []
                yield self._cells(element)
                expected = number + 1
                if parent is not None:
                    parent.clear()

    def _cells(self, row: Element) -> list[str]:
        values: list[str] = []
        for cell in row:
            place = _column(cell.get("r", "")) if cell.get("r") else len(values)
            if place >= MOST_COLUMNS:
                continue
            values.extend("" for _ in range(place - len(values)))
            values.append(self._value(cell))
        return values

    def _value(self, cell: Element) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return _text(cell)
        value = cell.findtext(SPREADSHEET + "v") or ""
        if kind == "s":
            return self.shared[int(value)] if value.isdigit() and int(value) < len(self.shared) else ""
        if kind == "b":
            return "true" if value == "1" else "false"
        if kind != "n" or not value:
            return value
        number = float(value)
        if int(cell.get("s", "0")) in self.dates:
            return (self.epoch + timedelta(seconds=round(number * 86_400))).isoformat(" ")
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def _elements(archive: zipfile.ZipFile, name: str) -> Iterator[tuple[str, Element]]:
    """Each element at its start and end. Excel writes no document type, so one is an attack and not read."""
    with archive.open(name) as file:
        if b"<!DOCTYPE" in file.read(PROLOG):
            raise ParseError("document type")
    with archive.open(name) as file:
        yield from iterparse(file, events=("start", "end"))  # noqa: S314


def _ends(archive: zipfile.ZipFile, name: str) -> Iterator[Element]:
    return (element for event, element in _elements(archive, name) if event == "end")


def _shared(archive: zipfile.ZipFile) -> list[str]:
    texts: list[str] = []
    root: Element | None = None
    for event, element in _elements(archive, "xl/sharedStrings.xml"):
        root = element if root is None else root
        if event == "end" and element.tag == SPREADSHEET + "si":
            texts.append(_text(element))
            root.clear()
    return texts


def _text(element: Element) -> str:
    """The text of a string item: its runs together, without the reading aids of Japanese."""
    parts: list[str] = []
    for child in element:
        if child.tag == SPREADSHEET + "t":
            parts.append(child.text or "")
        elif child.tag in {SPREADSHEET + "r", SPREADSHEET + "is"}:
            parts.append(_text(child))
    return "".join(parts)


def _date_styles(archive: zipfile.ZipFile) -> frozenset[int]:
    own: set[int] = set()
    dates: set[int] = set()
    for element in _ends(archive, "xl/styles.xml"):
        if element.tag == SPREADSHEET + "numFmt":
            shape = element.get("formatCode", "").split(";")[0].lower()
            if "general" not in shape and any(sign in _bare(shape) for sign in "ymdhs年月日"):
                own.add(int(element.get("numFmtId", "0")))
        elif element.tag == SPREADSHEET + "cellXfs":
            dates |= {i for i, xf in enumerate(element) if int(xf.get("numFmtId", "0")) in DATE_FORMATS | own}
    return frozenset(dates)


def _bare(shape: str) -> str:
    """A number format without quoted text and colours."""
    bare, quoted, bracketed = "", False, False
    for sign in shape:
        if sign == '"':
            quoted = not quoted
        elif sign in "[]":
            bracketed = sign == "["
        elif not quoted and not bracketed:
            bare += sign
    return bare


def _column(place: str) -> int:
    """C7 is column 2."""
    number = 0
    for sign in place:
        if not sign.isalpha():
            break
        number = number * 26 + ord(sign.upper()) - 64
    return number - 1
