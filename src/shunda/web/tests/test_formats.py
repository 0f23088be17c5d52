"""How figures and cells of files are written."""

from decimal import Decimal

import pytest

from shunda.core.money import plain
from shunda.web.formats import cell


@pytest.mark.parametrize(
    ("value", "least", "text"),
    [
        ("12.50", 0, "12.5"), ("12.50", 2, "12.50"), ("3", 2, "3.00"),
        ("1E+3", 0, "1000"), ("0.000", 0, "0"), ("-0.10", 0, "-0.1"),
    ],
)  # fmt: skip
def test_a_number_is_written_without_needless_zeros_and_never_with_an_exponent(value, least, text):
    assert plain(Decimal(value), least) == text


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+8613912345678", "@SUM(A1)", "-1+cmd", "\tx", "-"])
def test_no_spreadsheet_takes_a_text_for_a_formula(text):
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-12.50", "A-1", "", "订单"])
def test_other_texts_and_negative_numbers_stay_as_they_are(text):
    assert cell(text) == text
