"""Uploaded sheets and texts, read into raw cells; what a cell says is the caller's."""

from __future__ import annotations

import csv
import io
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

_PACKED = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
ENCODINGS = ("utf-8-sig", "gb18030")


class Unreadable(ValueError):
    """Neither a workbook nor a text; the caller refuses it in words of its own."""


def packed(data: bytes) -> bool:
    """Whether the bytes begin as those of a workbook do (XLSX, XLSB, ODS, XLS)."""
    return data.startswith(_PACKED)


def workbook(data: bytes, *, whole: bool = False) -> list[list[Any]]:
    """The raw cells of the first sheet; ``whole``: with the empty rows and columns before the first filled cell.

    Raises ``Unreadable`` for what is no workbook, is damaged or has no sheet.
    """
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return book.get_sheet_by_index(0).to_python(skip_empty_area=not whole)
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise Unreadable from error


def decoded(data: bytes) -> str:
    """A text in UTF-8 or GB 18030, the two in which people's files come; raises ``Unreadable`` for anything else."""
    for encoding in ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Unreadable


def split(text: str) -> list[list[str]]:
    """The cells of a text: its lines, at tabs, commas or semicolons, else at blanks into three at most.

    Raises ``Unreadable`` for what is no text.
    """
    if "\x00" in text:
        raise Unreadable
    lines = text.splitlines()
    sign = next((sign for sign in "\t,;，；" if any(sign in line for line in lines)), None)
    if sign is None:  # typed with blanks between
        return [line.split(maxsplit=2) for line in lines]
    return [next(csv.reader([line], delimiter=sign), []) for line in lines]
