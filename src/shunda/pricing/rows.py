"""From typed text to prices that can be kept, or every reason why not; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from shunda.core.refusal import Reason, Refusal
from shunda.customers.models import Grade
from shunda.pricing import reasons
from shunda.pricing.specs import ListSpec, PriceRow

MOST_PRICE = Decimal("999999999999.999999")
MOST_QUANTITY = Decimal("99999999999999.9999")


@dataclass(frozen=True, slots=True)
class Checked:
    """A row that can be kept."""

    row: int
    sku: str
    sku_id: int
    min_quantity: Decimal
    unit_price: Decimal
    floor: Decimal | None

    @property
    def key(self) -> tuple[int, Decimal]:
        """What it is the price of: a SKU from a quantity on."""
        return self.sku_id, self.min_quantity


def why_not_list(index: int, spec: ListSpec, customer_ids: set[int]) -> Iterator[Refusal]:
    """Every reason against a price list; ``customer_ids`` are the customers the actor sees."""
    if not re.fullmatch(r"\S{1,30}", spec.code):
        yield reasons.BAD_CODE(index, where="code")
    if not 1 <= len(spec.name.strip()) <= 80:
        yield reasons.NO_NAME(index, where="name")
    if not re.fullmatch("[A-Z]{3}", spec.currency):
        yield reasons.BAD_CURRENCY(index, currency=spec.currency, where="currency")
    if spec.valid_until and spec.valid_until < spec.valid_from:
        dates = {"from": spec.valid_from.isoformat(), "until": spec.valid_until.isoformat()}
        yield reasons.BAD_DATES(index, where="valid_until", **dates)
    if spec.customer_id and spec.grade:
        yield reasons.CUSTOMER_AND_GRADE(index, where="grade")
    if spec.grade and spec.grade not in Grade.values:
        yield reasons.UNKNOWN_GRADE(index, grade=spec.grade, where="grade")
    if spec.customer_id and spec.customer_id not in customer_ids:
        yield reasons.UNKNOWN_CUSTOMER(index, where="customer")


def check(list_id: int, rows: Iterable[PriceRow], skus: Mapping[str, int]) -> tuple[list[Checked], list[Refusal]]:
    """The prices the rows say, and everything that is wrong with them, each with its row; ``skus``: code to id."""
    checked: list[Checked] = []
    refused: list[Refusal] = []
    first: dict[tuple[int, Decimal], int] = {}
    for row in rows:
        fine, wrong = _read(list_id, row, skus.get(row.sku.strip()))
        if fine is not None and (earlier := first.setdefault(fine.key, row.row)) != row.row:
            said = {"sku": fine.sku, "quantity": row.min_quantity or "0", "first": earlier}
            wrong.append(reasons.TWICE(list_id, row=row.row, where="sku", **said))
        if fine is not None and not wrong:
            checked.append(fine)
        refused += wrong
    return checked, refused


def _read(list_id: int, row: PriceRow, sku_id: int | None) -> tuple[Checked | None, list[Refusal]]:
    """What a row says, as far as it can be read, and what is wrong with it."""
    price = _number(row.unit_price, 6, MOST_PRICE)
    quantity = _number(row.min_quantity or "0", 4, MOST_QUANTITY)
    floor = _number(row.floor, 6, MOST_PRICE) if row.floor.strip() else None
    faults = (
        (sku_id is None, reasons.UNKNOWN_SKU, "sku", row.sku),
        (price is None, reasons.BAD_PRICE, "unit_price", row.unit_price),
        (quantity is None, reasons.BAD_QUANTITY, "min_quantity", row.min_quantity),
        (floor is None and bool(row.floor.strip()), reasons.BAD_FLOOR, "floor", row.floor),
    )
    wrong = [_refuse(list_id, row, reason, where, value) for fault, reason, where, value in faults if fault]
    if price is not None and floor is not None and floor > price:
        said = {"sku": row.sku[:60], "floor": row.floor.strip(), "price": row.unit_price.strip()}
        wrong.append(reasons.FLOOR_ABOVE(list_id, row=row.row, where="floor", **said))
    if sku_id is None or price is None or quantity is None:
        return None, wrong
    return Checked(row.row, row.sku.strip(), sku_id, quantity, price, floor), wrong


def _refuse(list_id: int, row: PriceRow, reason: Reason, where: str, value: str) -> Refusal:
    return reason(list_id, row=row.row, where=where, value=value[:60], sku=row.sku[:60])


def _number(text: str, places: int, most: Decimal) -> Decimal | None:
    """A figure from 0 to ``most`` with at most so many decimals; thousands may be set off by commas."""
    plain = text.strip()
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    if not re.fullmatch(r"\d+(\.\d+)?", plain, re.ASCII):
        return None
    try:
        figure = Decimal(plain)
    except InvalidOperation:
        return None
    digits = figure.normalize().as_tuple()
    assert isinstance(digits.exponent, int)
    return figure if figure <= most and -digits.exponent <= places else None
