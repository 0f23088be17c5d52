"""A decision table as an Excel sheet: given out, changed there, and read back."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from django.utils.translation import override
from python_calamine import CalamineError, CalamineWorkbook

from shunda.core.refusal import Refused
from shunda.policies import reasons
from shunda.policies.tables import MOST_ROWS, Row, Table

MOST_BYTES = 2 * 1024 * 1024
WIDE, NARROW = 32, 18


def write(table: Table, rows: Sequence[Row]) -> bytes:
    """A workbook: conditions, outcomes and the note in columns; what can be typed is in the comments of the head."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False})
    sheet = book.add_worksheet(str(table.label)[:31].translate(str.maketrans("[]:*?/\\", "_" * 7)))
    head = book.add_format({"bold": True, "bg_color": "#dbe7f5", "border": 1, "text_wrap": True})
    then = book.add_format({"bold": True, "bg_color": "#dff0e0", "border": 1, "text_wrap": True})
    for at, one in enumerate(table.inputs):
        sheet.write_string(0, at, str(one.label), head)
        sheet.write_comment(0, at, one.kind.hint)
    first = len(table.inputs)
    for at, out_column in enumerate(table.outputs, first):
        sheet.write_string(0, at, str(out_column.label), then)
    last = first + len(table.outputs)
    sheet.write_string(0, last, _("Note"), head)
    for number, row in enumerate(rows, 1):
        for at, cell in enumerate(cells(table, row)):
            sheet.write_string(number, at, cell)
    sheet.set_column(0, last - 1, NARROW)
    sheet.set_column(last, last, WIDE)
    sheet.freeze_panes(1, 0)
    book.close()
    return out.getvalue()


def cells(table: Table, row: Row) -> list[str]:
    """A row as people read and type it: labels for names, signs for comparisons."""
    return [
        *(typed(table, row, one.name) for one in table.inputs),
        *(table.shown_then(row, one.name) for one in table.outputs),
        row.note,
    ]


def typed(table: Table, row: Row, name: str) -> str:
    """A condition as it is typed: names by their labels, numbers as they are kept."""
    one = next(each for each in table.inputs if each.name == name)
    condition = one.kind.parse(row.when.get(name, ""))
    if condition is None:
        return ""
    return one.kind.show(condition) if getattr(one.kind, "known", None) else condition.text


def read(table: Table, data: bytes) -> list[dict[str, Any]]:
    """The rows of a sheet as ``tables.read`` takes them; columns are found by their heads, in either language.

    Refuses what is no workbook, a sheet whose head names none of the outcomes, or something the table does not have (a
    condition that is left out would let its row fit more), too many rows, over 2 MB.
    """
    if len(data) > MOST_BYTES:
        raise Refused(reasons.NO_SHEET(where="file"))
    try:
        lines = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    except (CalamineError, OSError, ValueError) as error:
        raise Refused(reasons.NO_SHEET(where="file")) from error
    if not lines:
        raise Refused(reasons.NO_SHEET(where="file"))
    head = [_text(cell) for cell in lines[0]]
    columns = _columns(table, head)
    if not any(part == "then" for part, _name in columns.values()):
        raise Refused(reasons.NO_SHEET(where="file"))
    if strange := [text for at, text in enumerate(head) if text and at not in columns]:
        raise Refused(*(reasons.NO_SUCH_COLUMN(column=text[:40], where="file") for text in strange))
    if len(lines) - 1 > MOST_ROWS:
        raise Refused(reasons.TOO_MANY_ROWS(most=MOST_ROWS, where="file"))
    return [_row(line, columns) for line in lines[1:]]


def _columns(table: Table, head: Sequence[str]) -> dict[int, tuple[str, str]]:
    known: dict[str, tuple[str, str]] = {}
    for language in ("zh-hans", "en"):
        with override(language):
            for part, columns in (("when", table.inputs), ("then", table.outputs)):
                for one in columns:
                    known |= {str(one.label).casefold(): (part, one.name), one.name.casefold(): (part, one.name)}
            known[_("Note").casefold()] = ("note", "")
    return {at: known[text.casefold()] for at, text in enumerate(head) if text.casefold() in known}


def _row(line: Iterable[Any], columns: dict[int, tuple[str, str]]) -> dict[str, Any]:
    row: dict[str, Any] = {"when": {}, "then": {}, "note": ""}
    for at, cell in enumerate(line):
        part, name = columns.get(at, ("", ""))
        if part == "note":
            row["note"] = _text(cell)
        elif part:
            row[part][name] = _text(cell)
    return row


def _text(cell: Any) -> str:
    """A number that is whole has no decimal point in a cell."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return str(cell).strip()
