"""Lines copied from a spreadsheet: which column is what, with or without a row of headings. Pure."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Sequence

MOST_ROWS = 6000
COLUMNS = ("sku", "quantity", "unit_price", "note")
"""What the columns mean where no row of headings says it."""

HEADINGS: dict[str, str] = {
    "code": "sku", "sku": "sku", "article": "sku", "article number": "sku", "item": "sku", "item code": "sku",
    "item number": "sku", "part": "sku", "part number": "sku", "part no": "sku", "part no.": "sku", "product": "sku",
    "product code": "sku", "material": "sku", "barcode": "sku",
    "编码": "sku", "编号": "sku", "料号": "sku", "物料编码": "sku", "物料号": "sku", "产品编码": "sku",
    "产品编号": "sku", "商品编码": "sku", "商品编号": "sku", "货号": "sku", "条码": "sku", "型号": "sku",
    "产品": "sku", "商品": "sku",
    "quantity": "quantity", "qty": "quantity", "qty.": "quantity", "pcs": "quantity", "amount ordered": "quantity",
    "数量": "quantity", "订购数量": "quantity", "采购数量": "quantity", "订单数量": "quantity", "件数": "quantity",
    "price": "unit_price", "unit price": "unit_price", "单价": "unit_price", "价格": "unit_price",
    "含税单价": "unit_price", "不含税单价": "unit_price",
    "discount": "discount_rate", "discount %": "discount_rate", "折扣": "discount_rate", "折扣%": "discount_rate",
    "note": "note", "remark": "note", "remarks": "note", "comment": "note", "备注": "note", "说明": "note",
}  # fmt: skip
"""Headings people write, in both languages, and the field each names."""


def read(text: str) -> list[dict[str, str]]:
    """The rows of a pasted text as typed lines: code and quantity, then price and note where they are given.

    Cells are parted by tabs, as every spreadsheet copies them; a text without tabs by commas, semicolons or blanks.
    Rows without any text are left out; figures lose currency signs and blanks around them, nothing else is judged.
    """
    rows = [cells for cells in _cells(text) if any(cells)][:MOST_ROWS]
    columns: Sequence[str] = COLUMNS
    if rows and (named := _headings(rows[0])):
        columns, rows = named, rows[1:]
    return [_line(columns, cells) for cells in rows]


def _cells(text: str) -> list[list[str]]:
    if "\t" in text:
        found = list(csv.reader(io.StringIO(text.replace("\x00", "")), delimiter="\t"))
    else:
        found = [re.split(r"\s*[,;，；]\s*|\s+", row.strip(), maxsplit=3) for row in text.splitlines()]
    return [[" ".join(cell.split()) for cell in row] for row in found]


def _headings(cells: Sequence[str]) -> list[str] | None:
    """The fields a first row names; ``None`` when it is a line like the others."""
    named = [HEADINGS.get(unicodedata.normalize("NFKC", cell).strip().lower().rstrip("*"), "") for cell in cells]
    return named if "sku" in named else None


def _line(columns: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    line: dict[str, str] = {}
    for name, cell in zip(columns, cells, strict=False):
        if name and cell and name not in line:
            line[name] = _figure(cell) if name in ("quantity", "unit_price") else cell
    return line


def _figure(cell: str) -> str:
    return re.sub(r"^[¥￥$€]\s*|\s*(元|pcs|个|件)$", "", unicodedata.normalize("NFKC", cell).strip(), flags=re.I)
