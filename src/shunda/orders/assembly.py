"""From an entry to rows: prices with their reasons, amounts, the fingerprint that finds duplicates. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from shunda.core.money import plain
from shunda.orders.entry import Entry, EntryLine
from shunda.orders.models import Order, OrderLine
from shunda.orders.specs import ZERO, LineSpec, OrderSpec
from shunda.pricing.queries import Ask, Quote
from shunda.pricing.rules import PricedLine, document, per_unit

LISTED, OVERRIDDEN, MISSING, TAKEN_OUT = "listed", "overridden", "missing", "taken_out"
"""Where a line's price came from: a price list, somebody's hand, nowhere yet; or a change took the line out."""


def is_taken_out(line: OrderLine) -> bool:
    """Whether a change took the line out of a confirmed order: it stays, with nothing left of it, free of charge."""
    return bool(line.price_reason.get("source") == TAKEN_OUT)


MOST = Decimal("99999999999999")
"""The largest amount a column of numeric(18, 4) keeps."""


def asks(entry: Entry, on: date) -> Iterator[Ask]:
    """What to ask the price lists: for this customer, this quantity, this day."""
    for line in entry.lines:
        yield Ask(
            customer_id=entry.customer.pk,
            grade=entry.customer.grade,
            sku_id=line.sku.id,
            quantity=line.base_quantity,
            on=on,
            currency=entry.head["currency"],
            includes_tax=entry.spec.prices_include_tax,
            tax_rate=_tax_rate(line),
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """An order and its lines, ready to be written; the lines are not yet tied to the order's id."""

    order: Order
    lines: list[OrderLine]
    goods: Decimal

    @property
    def too_large(self) -> bool:
        """Whether an amount would not fit its column."""
        return self.order.gross > MOST or any(line.gross > MOST for line in self.lines)


def draft(entry: Entry, quotes: Sequence[Quote], order: Order) -> Draft:
    """Fill an order (a new one or the one being edited) with an entry and its prices, and make its lines."""
    for name, value in entry.head.items():
        setattr(order, name, value)
    priced = zip(entry.lines, quotes, strict=True)
    lines = [line_of(number, line, quote) for number, (line, quote) in enumerate(priced, 1)]
    amounts = document(
        [PricedLine(line.quantity, line.unit_price, line.discount_rate, line.tax_rate) for line in lines],
        discount=order.discount,
        freight=order.freight,
        freight_tax_rate=order.freight_tax_rate,
        includes_tax=order.prices_include_tax,
        currency=order.currency,
    )
    for line, amount, share in zip(lines, amounts.lines, amounts.discounts, strict=True):
        line.order_discount = share
        line.net, line.tax, line.gross = amount.net, amount.tax, amount.gross
    order.freight_net, order.freight_tax = amounts.freight.net, amounts.freight.tax
    order.net, order.tax, order.gross = amounts.net, amounts.tax, amounts.gross
    order.fingerprint = fingerprint(order, lines)
    return Draft(order, lines, amounts.goods)


def blank(number: str, at: datetime, on: date, created_by_id: int | None) -> Order:
    """An order that nobody has filled in yet (R020: its date is the day it is made)."""
    return Order(number=number, order_date=on, created_at=at, created_by_id=created_by_id)


def fingerprint(order: Order, lines: Sequence[OrderLine]) -> str:
    """The same for two orders of one customer for the same quantities of the same articles (R034)."""
    if not lines:
        return ""
    content = sorted((line.sku_id, plain(line.base_quantity)) for line in lines)
    return hashlib.sha256(repr((order.customer_id, content)).encode()).hexdigest()


def spec_of(order: Order, lines: Sequence[OrderLine], *, fresh: bool = False) -> OrderSpec:
    """The spec an order was made of: what an edit starts from.

    ``fresh`` makes the spec of a clone: listed prices are asked for again, dates and foreign numbers are left out,
    customer data is taken from the customer's file as it is now.
    """
    head = {name: getattr(order, name) for name in _KEPT}
    if not fresh:
        head |= {name: getattr(order, name) for name in _OF_THIS_ORDER}
    return OrderSpec(**head, lines=[_line_spec(line, fresh=fresh) for line in lines if not is_taken_out(line)])


_KEPT = (
    "customer_id", "kind", "channel", "shop", "contract_number", "warehouse_id", "term_id", "owner_id", "currency",
    "prices_include_tax", "payment_method", "invoice_kind", "discount", "freight", "freight_tax_rate",
    "transport_mode", "packing", "note", "ship_country", "ship_province", "ship_city", "ship_district", "ship_street",
    "ship_postcode", "receiver", "receiver_phone",
)  # fmt: skip
_OF_THIS_ORDER = (
    "external_number", "customer_reference", "priority", "urgent", "wanted_date", "promised_date", "payment_due",
    "customer_name", "credit_code", "bank", "bank_account", "contact_name", "contact_phone", "cloned_from_id",
)  # fmt: skip


def _line_spec(line: OrderLine, *, fresh: bool) -> LineSpec:
    source = line.price_reason.get("source")
    ask_again = source == MISSING or (fresh and source == LISTED)
    return LineSpec(
        quantity=line.quantity,
        sku_id=line.sku_id,
        unit_id=line.unit_id,
        unit_price=None if ask_again else line.unit_price,
        discount_rate=line.discount_rate,
        tax_rate=line.tax_rate,
        parameters=line.parameters,
        wanted_date=None if fresh else line.wanted_date,
        note=line.note,
    )


def _tax_rate(line: EntryLine) -> Decimal:
    return line.sku.tax_rate if line.spec.tax_rate is None else line.spec.tax_rate


def line_of(number: int, line: EntryLine, quote: Quote) -> OrderLine:
    """The row of a line, its price and where that came from; amounts come with the document."""
    listed = None if quote.unit_price is None else per_unit(quote.unit_price, line.factor)
    entered = line.spec.unit_price
    source = MISSING if entered is None and listed is None else LISTED if entered in {None, listed} else OVERRIDDEN
    reason: dict[str, Any] = {"source": source, "reasons": quote.reasons}
    if listed is not None:
        reason["list_price"] = plain(listed)
    price = listed if entered is None else entered
    return OrderLine(
        line_no=number,
        sku_id=line.sku.id,
        name=line.sku.name,
        model=line.sku.model,
        specification=line.sku.specification,
        parameters=dict(line.spec.parameters),
        unit_id=line.unit_id,
        quantity=line.spec.quantity,
        base_quantity=line.base_quantity,
        unit_price=ZERO if price is None else price,
        discount_rate=line.spec.discount_rate,
        price_reason=reason,
        floor=None if quote.floor is None else per_unit(quote.floor, line.factor),
        tax_rate=_tax_rate(line),
        made_to_order=line.sku.made_to_order,
        wanted_date=line.spec.wanted_date,
        note=line.spec.note,
    )
