"""Price rows out of a file or pasted text; every kind of spreadsheet people have."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

from shunda.core.refusal import Refused
from shunda.pricing import reasons
from shunda.pricing.specs import PriceRow
from shunda.web import sheets

MOST_ROWS = 50_000
MOST_BYTES = 10 * 1024 * 1024
NAMES = {
    "sku": {
        "sku",
        "sku编码",
        "商品编码",
        "产品编码",
        "物料编码",
        "编码",
        "条码",
        "barcode",
        "code",
        "货号",
        "型号编码",
    },
    "unit_price": {"unit price", "price", "单价", "价格", "售价", "含税单价", "不含税单价"},
    "min_quantity": {"from quantity", "min quantity", "quantity", "起订量", "起始数量", "数量", "最小数量"},
    "floor": {"floor", "floor price", "底价", "最低价", "最低限价", "限价"},
}
"""What people call the columns; compared without case and outer blanks."""
HEAD = ("SKU", "单价 unit price", "起订量 from quantity", "底价 floor price")
"""The head of the sheet we give out; it is read back as it is."""


def read(name: str, data: bytes) -> list[PriceRow]:
    """The rows of a CSV, TSV, XLSX, XLS, XLSB or ODS file, numbered as the spreadsheet numbers them.

    Refuses what is no spreadsheet, a head without SKU and price, more than 50,000 rows, more than 10 MB.
    """
    if len(data) > MOST_BYTES:
        raise Refused(reasons.FILE_TOO_LARGE(most=MOST_BYTES // 1024 // 1024, where="file"))
    try:
        cells = _shown_rows(sheets.workbook(data, whole=True)) if sheets.packed(data) else _text(sheets.decoded(data))
    except sheets.Unreadable:
        raise Refused(reasons.NO_SHEET(name=name[:60], where="file")) from None
    return rows_of(cells)


def pasted(text: str) -> list[PriceRow]:
    """The rows of text copied from a spreadsheet; without a head the columns are SKU, price, from quantity, floor."""
    return rows_of(_text(text), headless=True)


def rows_of(cells: Iterable[Sequence[str]], *, headless: bool = False) -> list[PriceRow]:
    """Rows below the head, blank ones left out."""
    columns: dict[str, int] | None = None
    found: list[PriceRow] = []
    for number, row in enumerate(cells, 1):
        if not any(cell.strip() for cell in row):
            continue
        if columns is None:
            columns = _columns(row)
            if "sku" in columns and "unit_price" in columns:
                continue
            if not headless:
                raise Refused(reasons.NO_HEAD(where="file"))
            columns = {"sku": 0, "unit_price": 1, "min_quantity": 2, "floor": 3}
        if len(found) == MOST_ROWS:
            raise Refused(reasons.TOO_MANY_ROWS(most=MOST_ROWS, where="file"))
        found.append(PriceRow(number, **{name: _cell(row, at) for name, at in columns.items()}))
    return found


def _columns(head: Sequence[str]) -> dict[str, int]:
    """Where each field stands; ``单价 unit price`` counts by either of its names."""
    places: dict[str, int] = {}
    for at, cell in enumerate(head):
        text = re.sub(r"\s+", " ", cell).strip().lower()
        parts = {text, *re.split(r"[/|()（）]", text), text.partition(" ")[0], text.partition(" ")[2]}
        for name, known in NAMES.items():
            if name not in places and known & {part.strip() for part in parts}:
                places[name] = at
                break
    return places


def _cell(row: Sequence[str], at: int) -> str:
    return row[at].strip() if at < len(row) else ""


def _text(text: str) -> Iterator[list[str]]:
    head = text.partition("\n")[0]
    delimiter = max("\t;,", key=head.count)
    try:
        yield from csv.reader(io.StringIO(text), delimiter=delimiter)
    except csv.Error:
        raise Refused(reasons.NO_SHEET(name="", where="file")) from None


def _shown_rows(rows: Iterable[Sequence[object]]) -> Iterator[list[str]]:
    for row in rows:
        yield [_shown(cell) for cell in row]


def _shown(cell: object) -> str:
    """A cell as its figure is typed: 12 not 12.0, 0.1 not 0.1000000000000000055."""
    match cell:
        case bool() | datetime() | date():
            return str(cell)
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case float():
            return f"{Decimal(repr(cell)):f}"
    return "" if cell is None else str(cell)
