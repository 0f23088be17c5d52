"""A decision table as an Excel sheet: given out, changed there, and read back."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from django.utils.translation import override
from xlsxwriter.utility import xl_rowcol_to_cell

from shunda.core.refusal import Refused
from shunda.policies import reasons
from shunda.policies.conditions import YES_OR_NO
from shunda.policies.kinds import Choice
from shunda.policies.tables import MOST_ROWS, Input, Output, Row, Table
from shunda.web.sheets import Unreadable, workbook

MOST_BYTES = 2 * 1024 * 1024
WIDE, NARROW = 32, 18
MOST_LISTED = 255
"""Excel offers no longer list of choices in a cell."""


def write(table: Table, rows: Sequence[Row]) -> bytes:
    """A workbook: conditions, outcomes and the note in columns; what can be typed is in the comments of the head."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False})
    sheet = book.add_worksheet(str(table.label)[:31].translate(str.maketrans("[]:*?/\\", "_" * 7)))
    head = book.add_format({"bold": True, "bg_color": "#dbe7f5", "border": 1, "text_wrap": True})
    then = book.add_format({"bold": True, "bg_color": "#dff0e0", "border": 1, "text_wrap": True})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
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
            sheet.write_string(number, at, cell, wrapped)
    columns: tuple[Input | Output, ...] = (*table.inputs, *table.outputs)
    for at, column in enumerate(columns):
        if choices := _choices(column):
            listed = {"validate": "list", "source": choices, "error_type": "information"}
            sheet.data_validation(1, at, MOST_ROWS, at, listed)
    sheet.set_column(0, last - 1, NARROW)
    sheet.set_column(last, last, WIDE)
    sheet.freeze_panes(1, 0)
    book.close()
    return out.getvalue()


def _choices(one: Input | Output) -> list[str]:
    """What a cell of the column can hold where that is one of a few: the sheet offers them."""
    if one.kind == YES_OR_NO:
        return [str(label) for label in YES_OR_NO.known.values()]
    labels = [str(label) for _code, label in one.kind.options] if isinstance(one.kind, Choice) else []
    return labels if sum(map(len, labels)) + len(labels) < MOST_LISTED and not any("," in one for one in labels) else []


def cells(table: Table, row: Row) -> list[str]:
    """A row as people read and type it: labels for names, signs for comparisons."""
    return [
        *(typed(table, row, one.name) for one in table.inputs),
        *(table.shown_then(row, one.name) for one in table.outputs),
        table.shown_note(row),
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

    Lines before the head may be empty. Refuses what is no workbook, a sheet whose head names none of the outcomes, or
    something the table does not have (a condition left out would let its row fit more), too many rows, over 2 MB.
    """
    if len(data) > MOST_BYTES:
        raise Refused(reasons.NO_SHEET(where="file"))
    try:
        lines = [[_text(cell) for cell in line] for line in workbook(data, whole=True)]
    except Unreadable as error:
        raise Refused(reasons.NO_SHEET(where="file")) from error
    first = next((number for number, line in enumerate(lines) if any(line)), None)
    if first is None:
        raise Refused(reasons.NO_SHEET(where="file"))
    columns = _columns(table, lines[first])
    if not any(part == "then" for part, _name in columns.values()):
        raise Refused(reasons.NO_SHEET(where="file"))
    if strange := [text for at, text in enumerate(lines[first]) if text and at not in columns]:
        raise Refused(*(reasons.NO_SUCH_COLUMN(column=text[:40], where="file") for text in strange))
    if len(lines) - first - 1 > MOST_ROWS:
        raise Refused(reasons.TOO_MANY_ROWS(most=MOST_ROWS, where="file"))
    return [_row(number, line, columns) for number, line in enumerate(lines[first + 1 :], first + 1)]


def _columns(table: Table, head: Sequence[str]) -> dict[int, tuple[str, str]]:
    known: dict[str, tuple[str, str]] = {}
    for language in ("zh-hans", "en"):
        with override(language):
            for part, columns in (("when", table.inputs), ("then", table.outputs)):
                for one in columns:
                    known |= {str(one.label).casefold(): (part, one.name), one.name.casefold(): (part, one.name)}
            known[_("Note").casefold()] = ("note", "")
    return {at: known[text.casefold()] for at, text in enumerate(head) if text.casefold() in known}


def _row(number: int, line: Sequence[str], columns: Mapping[int, tuple[str, str]]) -> dict[str, Any]:
    """Conditions, outcomes and note; ``cells`` says where each stands, so that a fault can name its cell."""
    row: dict[str, Any] = {"when": {}, "then": {}, "note": "", "cells": {}}
    for at, (part, name) in columns.items():
        text = line[at] if at < len(line) else ""
        row["cells"][name or "note"] = xl_rowcol_to_cell(number, at)
        if part == "note":
            row["note"] = text
        else:
            row[part][name] = text
    row["cells"][""] = str(number + 1)
    return row


def _text(cell: Any) -> str:
    """A number that is whole has no decimal point in a cell."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return str(cell).strip()
