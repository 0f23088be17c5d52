"""What every stock document checks about its lines before anything is locked, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Generic, Protocol, TypeVar

from django.utils.functional import Promise

from shunda.catalog.queries import SkuFacts, factors, sku_facts
from shunda.core.money import plain
from shunda.core.refusal import Reason, Refusal, Refused
from shunda.inventory import reasons
from shunda.inventory.models import Warehouse
from shunda.inventory.rules import MOST, fits

MOST_LINES = 5000
"""Lines of one stock document."""

_UNKNOWN = Decimal(1)
"""Stands in for a quantity that cannot be read, so that the other checks go on and only its own fault is told."""


class Line(Protocol):
    """A line of any stock document."""

    @property
    def sku_id(self) -> int:
        """What it is about."""

    @property
    def quantity(self) -> Decimal:
        """How much, in the unit."""

    @property
    def unit_id(self) -> int | None:
        """The unit, the base unit when left out."""


L = TypeVar("L", bound=Line)


@dataclass(frozen=True, slots=True)
class Checked(Generic[L]):
    """A line that can be kept: its place in the batch, its quantity in the base unit, its SKU."""

    index: int
    line: L
    quantity: Decimal
    sku: SkuFacts
    warehouse: Warehouse

    def refuse(self, reason: Reason, **data: object) -> Refusal:
        """Refuse the line, naming line and SKU."""
        return reason(self.index, line=self.index + 1, sku=self.sku.code, **data)


def check(
    lines: Sequence[L],
    warehouse_ids: Callable[[L], Iterable[int]],
    why: Callable[[Checked[L]], Iterable[Refusal]],
) -> tuple[list[Checked[L]], list[Refusal]]:
    """The lines that can be kept, and why the others cannot; each is told every reason.

    Known SKU, known and open warehouses (the first of ``warehouse_ids`` is the one the line is about), a unit that
    converts, no more decimals than the base unit allows, no absurd quantity; then what ``why`` says.
    A document of more lines than ``MOST_LINES`` is refused as a whole.
    """
    if len(lines) > MOST_LINES:
        raise Refused(reasons.TOO_MANY_LINES(lines=len(lines), most=MOST_LINES))
    facts = sku_facts({line.sku_id for line in lines})
    pairs = {(line.sku_id, line.unit_id) for line in lines if line.unit_id is not None}
    units = factors(pairs) if pairs else {}
    warehouses = Warehouse.objects.in_bulk({w for line in lines for w in warehouse_ids(line)})
    kept: list[Checked[L]] = []
    refused: list[Refusal] = []
    for index, line in enumerate(lines):
        found = list(_why_place(index, line, warehouse_ids(line), facts, warehouses))
        if not found:
            first, *_ = warehouse_ids(line)
            quantity, found = _base_quantity(index, line, facts[line.sku_id], units)
            checked = Checked(index, line, quantity, facts[line.sku_id], warehouses[first])
            found += why(checked)
        refused += found
        if not found:
            kept.append(checked)
    return kept, refused


def why_not_positive(checked: Checked[L]) -> Iterable[Refusal]:
    """More than nothing must move."""
    if checked.quantity <= 0:
        yield checked.refuse(reasons.NOT_POSITIVE, quantity=plain(checked.line.quantity), where="quantity")


def why_long(checked: Checked[Any], where: str, label: str | Promise, text: str, most: int) -> Iterable[Refusal]:
    """What is written must fit its column."""
    if len(text) > most:
        yield checked.refuse(reasons.TOO_LONG, field=str(label), most=most, where=where)


def _why_place(
    index: int, line: Line, places: Iterable[int], facts: Mapping[int, SkuFacts], warehouses: Mapping[int, Warehouse]
) -> Iterable[Refusal]:
    if line.sku_id not in facts:
        yield reasons.UNKNOWN_SKU(index, line=index + 1, where="sku_id")
    for pk in places:
        if pk not in warehouses:
            yield reasons.UNKNOWN_WAREHOUSE(index, line=index + 1, where="warehouse_id")
        elif not warehouses[pk].active:
            yield reasons.WAREHOUSE_CLOSED(index, line=index + 1, warehouse=warehouses[pk].name, where="warehouse_id")


def _base_quantity(
    index: int, line: Line, sku: SkuFacts, units: Mapping[tuple[int, int], Fraction]
) -> tuple[Decimal, list[Refusal]]:
    """The quantity in the base unit, exactly, or why it cannot be kept."""
    data = {"line": index + 1, "sku": sku.code, "unit": sku.unit_label, "where": "quantity"}
    if not line.quantity.is_finite() or abs(line.quantity) > MOST:
        return _UNKNOWN, [reasons.TOO_MUCH(index, quantity=str(line.quantity), most=plain(MOST), **data)]
    factor = Fraction(1) if line.unit_id is None else units.get((line.sku_id, line.unit_id))
    if factor is None:
        return _UNKNOWN, [reasons.NO_CONVERSION(index, **data)]
    exact = Fraction(line.quantity) * factor
    quantity = Decimal(exact.numerator) / Decimal(exact.denominator)
    if Fraction(quantity) != exact or not fits(quantity, sku.decimals):
        return quantity, [
            reasons.FRACTION(index, quantity=plain(line.quantity), decimals=sku.decimals, **data),
        ]
    return quantity, []
