"""Pure arithmetic and decisions: what can be invoiced and credited, what a payment pays."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shunda.billing.models import Invoice, InvoiceLine
from shunda.billing.reasons import (
    BAD_QUANTITY,
    BUYER_FIELDS,
    BUYER_LACKS,
    NO_LINE,
    OVER_INVOICE,
    OVER_SHIPPED,
    REASON_NEEDED,
    TOO_LONG,
)
from shunda.core.money import plain, portion, rounded
from shunda.core.refusal import Refusal
from shunda.customers.models import Customer
from shunda.inventory.rules import MOST, fits
from shunda.orders.models import InvoiceKind, Order, OrderLine

ZERO = Decimal(0)
TEXT = 200
LARGEST = Decimal(10) ** 13


@dataclass(frozen=True, slots=True)
class Amounts:
    """An amount with its tax; gross = net + tax."""

    tax: Decimal = ZERO
    gross: Decimal = ZERO

    @property
    def net(self) -> Decimal:
        """Without tax."""
        return self.gross - self.tax

    def __add__(self, other: Amounts) -> Amounts:
        return Amounts(self.tax + other.tax, self.gross + other.gross)

    def __sub__(self, other: Amounts) -> Amounts:
        return Amounts(self.tax - other.tax, self.gross - other.gross)


NOTHING = Amounts()


def step(whole: Amounts, of: Decimal, before: Decimal, after: Decimal, currency: str) -> Amounts:
    """What belongs to going from ``before`` to ``after`` of a quantity; the steps add up to the whole exactly."""
    return Amounts(portion(whole.tax, of, before, after, currency), portion(whole.gross, of, before, after, currency))


@dataclass(frozen=True, slots=True)
class Billed:
    """What issued invoices less their credit notes already bill of an order: by line, and of the freight."""

    lines: Mapping[int, Amounts]
    freight: Amounts = NOTHING


@dataclass(frozen=True, slots=True)
class Drafted:
    """An invoice to be: quantity and amounts by line, the freight, the totals."""

    lines: dict[int, tuple[Decimal, Amounts]]
    freight: Amounts

    @property
    def totals(self) -> Amounts:
        """Lines and freight."""
        return sum((amounts for _, amounts in self.lines.values()), self.freight)


def to_invoice(line: OrderLine) -> Decimal:
    """What of a line is shipped, not returned and not invoiced."""
    left: Decimal = line.shipped - line.returned - line.invoiced
    return max(ZERO, left)


def draft(order: Order, lines: Mapping[int, OrderLine], wanted: Mapping[int, Decimal], billed: Billed) -> Drafted:
    """The amounts of an invoice over these quantities: each line up to what it should come to, less what was billed.

    Partial invoices add up to the line to the last coin, also after parts were credited; the freight goes with the
    first, and again after it was credited.
    """
    amounts = {}
    for pk, quantity in wanted.items():
        line = lines[pk]
        due = step(Amounts(line.tax, line.gross), line.base_quantity, ZERO, line.invoiced + quantity, order.currency)
        amounts[pk] = (quantity, due - billed.lines.get(pk, NOTHING))
    freight = Amounts(order.freight_tax, order.freight_net + order.freight_tax)
    return Drafted(amounts, freight - billed.freight)


def _name(line: OrderLine) -> dict[str, Any]:
    return {"line_no": line.line_no, "sku": line.sku.code, "where": f"lines.{line.pk}"}


def sane(quantity: Decimal, decimals: int) -> bool:
    """A number above 0, up to what anybody ships, with no more decimals than its unit has."""
    return quantity.is_finite() and ZERO < quantity <= MOST and fits(quantity, decimals)


def why_not_wanted(
    index: int, order: Order, lines: Mapping[int, OrderLine], wanted: Mapping[int, Decimal]
) -> Iterator[Refusal]:
    """Quantities that are none, or more than is shipped and not invoiced."""
    for pk, quantity in wanted.items():
        line = lines.get(pk)
        if line is None:
            yield NO_LINE(index, line=pk, document=order.number)
        elif not sane(quantity, line.sku.product.unit.decimals):
            yield BAD_QUANTITY(index, quantity=str(quantity), decimals=line.sku.product.unit.decimals, **_name(line))
        elif quantity > to_invoice(line):
            yield OVER_SHIPPED(index, wanted=plain(quantity), left=plain(to_invoice(line)), **_name(line))


def why_not_buyer(id: int, kind: str, customer: Customer) -> Iterator[Refusal]:
    """A special VAT invoice needs the buyer's tax number, address, phone, bank and account (R044): what is missing."""
    if kind == InvoiceKind.SPECIAL:
        for name in BUYER_FIELDS:
            if not getattr(customer, name).strip():
                yield BUYER_LACKS[name](id, customer=customer.name, where=name)


def buyer(customer: Customer) -> dict[str, str]:
    """The buyer as the invoice names him; copied when it is issued."""
    return {
        "buyer_name": customer.name,
        "buyer_tax_code": customer.credit_code,
        "buyer_address": f"{customer.registered_address} {customer.phone}".strip(),
        "buyer_bank": f"{customer.bank} {customer.bank_account}".strip(),
    }


def is_current(invoice: Invoice, drafted: Sequence[InvoiceLine], now: Drafted, lines: Mapping[int, OrderLine]) -> bool:
    """Whether a draft still says what it would say if it were made now."""
    fits_still = all(line.quantity <= to_invoice(lines[line.order_line_id]) for line in drafted)
    same = all(now.lines[line.order_line_id][1] == Amounts(line.tax, line.gross) for line in drafted)
    return fits_still and same and now.totals == Amounts(invoice.tax, invoice.gross)


def why_not_credit(
    invoice: Invoice, lines: Mapping[int, InvoiceLine], wanted: Mapping[int, Decimal]
) -> Iterator[Refusal]:
    """Quantities that are none, or more than is left of the invoice."""
    for pk, quantity in wanted.items():
        line = lines.get(pk)
        if line is None:
            yield NO_LINE(invoice.pk, line=pk, document=invoice.number)
            continue
        about = _name(line.order_line)
        decimals = line.order_line.sku.product.unit.decimals
        if not sane(quantity, decimals):
            yield BAD_QUANTITY(invoice.pk, quantity=str(quantity), decimals=decimals, **about)
        elif quantity > line.quantity - line.credited:
            yield OVER_INVOICE(invoice.pk, wanted=plain(quantity), left=plain(line.quantity - line.credited), **about)


def credited(line: InvoiceLine, quantity: Decimal, currency: str) -> Amounts:
    """What taking back so much of an invoice line is worth; all of it is exactly the line."""
    whole = Amounts(line.tax, line.gross)
    return step(whole, line.quantity, line.credited, line.credited + quantity, currency)


def why_reason(id: int, reason: str) -> Refusal | None:
    """A reason is needed and fits its column."""
    return None if 0 < len(reason.strip()) <= TEXT else REASON_NEEDED(id, where="reason")


def why_text(id: int, **texts: str) -> Iterator[Refusal]:
    """Texts longer than the column that keeps them."""
    limits = {"reference": 80, "tax_number": 30}
    for where, text in texts.items():
        most = limits.get(where, TEXT)
        if len(text.strip()) > most:
            yield TOO_LONG(id, where=where, most=most)


def is_amount(amount: Decimal, currency: str) -> bool:
    """A positive amount, no finer than the currency's smallest coin."""
    return amount.is_finite() and ZERO < amount < LARGEST and rounded(amount, currency) == amount


@dataclass(slots=True)
class Item:
    """Something a payment can pay: an issued invoice, or (without one) what of an order is not on an open invoice."""

    order: Order
    invoice: Invoice | None
    open: Decimal

    @property
    def number(self) -> str:
        """The number people know it by."""
        return self.invoice.number if self.invoice else self.order.number

    @property
    def age(self) -> tuple[Any, ...]:
        """Oldest first: invoices by the day they are due, then orders by the day they came in."""
        if self.invoice:
            return (0, self.invoice.due_date, self.invoice.pk)
        return (1, self.order.order_date, self.order.pk)

    def named_in(self, words: set[str]) -> bool:
        """Whether the customer wrote the number of it, of its order or of the tax authority."""
        numbers = {self.order.number, self.order.customer_reference}
        if self.invoice:
            numbers |= {self.invoice.number, self.invoice.tax_number}
        return not words.isdisjoint(number.lower() for number in numbers)


def propose(left: Decimal, text: str, items: Iterable[Item]) -> list[tuple[Item, Decimal]]:
    """What a payment most likely pays: what its text names, else what is open to the coin, else the oldest first."""
    words = set(re.findall(r"[\w.-]*\w", text.lower()))
    known = sorted((item for item in items if item.open > 0), key=lambda item: item.age)
    named = [item for item in known if item.named_in(words)]
    exact = [item for item in known if item.open == left][:1]
    return spread(left, [*named, *(item for item in known if item not in named)] if named else exact or known)


def spread(left: Decimal, items: Iterable[Item]) -> list[tuple[Item, Decimal]]:
    """So much of an amount for each item in turn, until nothing is left."""
    parts = []
    for item in items:
        part = min(left, item.open)
        if part > 0:
            parts.append((item, part))
            left -= part
    return parts
