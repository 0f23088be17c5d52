"""Rows as an Excel or CSV file, written as they come: a million of them take no more memory than a thousand."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from shunda.core.money import DIGITS
from shunda.lists.models import Format
from shunda.web.columns import Column
from shunda.web.formats import SYMBOLS, cell, quantity

Parts = Iterable[Sequence[Any]]


def write_file(
    path: Path, format: str, title: str, columns: Sequence[Column], parts: Parts, told: Callable[[int], None]
) -> int:
    """Write the rows that come in parts under the heads of their columns; how many there were. ``told`` hears it."""
    write = _xlsx if format == Format.XLSX else _csv
    return write(path, title, columns, parts, told)


def _csv(path: Path, _title: str, columns: Sequence[Column], parts: Parts, told: Callable[[int], None]) -> int:
    """With a byte order mark, so that Excel reads the Chinese; no text is taken for a formula."""
    n = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow([str(column.label) for column in columns])
        for part in parts:
            out.writerows([_plain(column, row) for column in columns] for row in part)
            n += len(part)
            told(n)
    return n


def _plain(column: Column, row: Any) -> str:
    value = column.written(row)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, Decimal):
        return f"{value:.{_places(row)}f}" if column.kind == "money" else quantity(value).replace(",", "")
    return cell(value) if isinstance(value, str) else str(value)


def _xlsx(path: Path, title: str, columns: Sequence[Column], parts: Parts, told: Callable[[int], None]) -> int:
    """Amounts are numbers in the look of their currency, days are days; texts are texts, never formulas."""
    n = 0
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)}) as book:
        sheet = book.add_worksheet("".join(c for c in title if c not in "[]:*?/\\")[:31] or None)
        head = book.add_format({"bold": True, "bottom": 1})
        looks: dict[str, Any] = {}

        def look(name: str) -> Any:
            return looks.setdefault(name, book.add_format({"num_format": name})) if name not in looks else looks[name]

        for place, column in enumerate(columns):
            sheet.set_column(place, place, 18 if column.kind in ("text", "moment") else 14)
            sheet.write_string(0, place, str(column.label), head)
        sheet.freeze_panes(1, 0)
        for part in parts:
            for row in part:
                n += 1
                for place, column in enumerate(columns):
                    _cell(sheet, n, place, column, row, look)
            told(n)
        if n:
            sheet.autofilter(0, 0, n, len(columns) - 1)
    return n


def _cell(sheet: Any, n: int, place: int, column: Column, row: Any, look: Callable[[str], Any]) -> None:
    value = column.written(row)
    if isinstance(value, datetime):
        sheet.write_datetime(n, place, value, look("yyyy-mm-dd hh:mm"))
    elif isinstance(value, date):
        sheet.write_datetime(n, place, value, look("yyyy-mm-dd"))
    elif isinstance(value, int | Decimal):
        sheet.write_number(n, place, value, look(_number(column, row)))
    elif value:
        sheet.write_string(n, place, value)


def _number(column: Column, row: Any) -> str:
    if column.kind != "money":
        return "0.##%" if column.kind == "percent" else "General"
    places = _places(row)
    return f'"{SYMBOLS.get(row.currency, row.currency + " ")}"#,##0{"." + "0" * places if places else ""}'


def _places(row: Any) -> int:
    return DIGITS.get(row.currency, 2)
