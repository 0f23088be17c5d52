"""Uploaded sheets and texts: raw cells, or the one exception every caller refuses in words of its own."""

import io

import pytest
import xlsxwriter

from shunda.web.sheets import Unreadable, decoded, packed, workbook


def book(lines, *, at=(0, 0)):
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out)
    sheet = made.add_worksheet()
    for number, line in enumerate(lines):
        sheet.write_row(at[0] + number, at[1], line)
    made.close()
    return out.getvalue()


def test_the_first_sheet_is_read_with_or_without_the_empty_rows_before_it():
    data = book([["a", 1.5]], at=(2, 1))
    assert packed(data)
    assert workbook(data) == [["a", 1.5]]
    assert workbook(data, whole=True) == [["", "", ""], ["", "", ""], ["", "a", 1.5]]


@pytest.mark.parametrize("cut", [8, 200, -60])
def test_a_damaged_workbook_is_unreadable_and_no_error_of_ours(cut):
    with pytest.raises(Unreadable):
        workbook(book([["a"]])[:cut])


def test_texts_come_in_two_encodings_and_everything_else_is_unreadable():
    assert decoded("﻿编码".encode()) == "编码"
    assert decoded("编码".encode("gb18030")) == "编码"
    for data in (b"a\x00b", b"\xff\xff\xff"):
        with pytest.raises(Unreadable):
            decoded(data)
