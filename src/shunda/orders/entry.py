"""From what somebody entered to what can be stored: pure checks of a spec against customers, catalogue and limits.

A draft may lack things (an address, a date, a price) but holds no nonsense: what is given must exist, be well-formed
and be possible. Lacking things are found at submission (``rules.why_not_submit``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from shunda.catalog.queries import SkuFacts
from shunda.catalog.rules import converted
from shunda.core.money import DIGITS
from shunda.core.refusal import Refusal
from shunda.customers.models import Address, Contact, Customer, PaymentTerm
from shunda.customers.rules import tidy_account, tidy_credit_code
from shunda.orders import reasons as why
from shunda.orders.models import Channel, InvoiceKind, Order, OrderKind, PaymentMethod, Priority
from shunda.orders.rules import why_malformed
from shunda.orders.specs import LineSpec, OrderSpec

Place = tuple[str, str, str]
"""Where a foreign number is unique: channel, shop, number."""

CHOICES: dict[str, set[Any]] = {
    "kind": set(OrderKind.values),
    "channel": set(Channel.values),
    "priority": set(Priority.values),
    "payment_method": set(PaymentMethod.values),
    "invoice_kind": set(InvoiceKind.values),
}
LENGTHS: dict[str, int] = {name: getattr(Order._meta.get_field(name), "max_length", 0) for name in why.TOO_LONG}
NOTE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """Everything the entered orders refer to, read beforehand in a fixed number of queries."""

    customers: Mapping[int, Customer]
    warehouses: frozenset[int]
    default_warehouse: int | None
    sku_ids: Mapping[str, int]
    skus: Mapping[int, SkuFacts]
    factors: Mapping[tuple[int, int], Fraction]
    max_lines: int
    max_quantity: Decimal
    addresses: Mapping[int, Address] = field(default_factory=dict)
    default_addresses: Mapping[int, Address] = field(default_factory=dict)  # by customer
    default_contacts: Mapping[int, Contact] = field(default_factory=dict)  # by customer
    terms: Mapping[int, PaymentTerm] = field(default_factory=dict)
    owners: frozenset[int] = frozenset()
    taken: Mapping[Place, tuple[int, str]] = field(default_factory=dict)  # order id and number


@dataclass(frozen=True, slots=True)
class EntryLine:
    """A line that can be stored: the article, and the quantity in its base unit."""

    spec: LineSpec
    sku: SkuFacts
    unit_id: int
    factor: Fraction
    base_quantity: Decimal


@dataclass(frozen=True, slots=True)
class Entry:
    """An order that can be stored; ``head`` holds its columns."""

    spec: OrderSpec
    customer: Customer
    head: Mapping[str, Any]
    lines: list[EntryLine] = field(default_factory=list)


def read(ident: int, spec: OrderSpec, facts: EntryFacts) -> tuple[Entry | None, list[Refusal]]:
    """Resolve a spec; refused with every reason at once, ``ident`` being the id the refusals carry."""
    customer = facts.customers.get(spec.customer_id)
    if customer is None:
        return None, [why.UNKNOWN_CUSTOMER(ident, where="customer")]
    head = _head(spec, customer, facts)
    refused = [
        *_why_head(ident, spec, head, facts),
        *why_malformed(ident, _own(spec, head, customer), customer.country),
        *_why_money(ident, spec, head["currency"]),
    ]
    if len(spec.lines) > facts.max_lines:
        return None, [*refused, why.TOO_MANY_LINES(ident, lines=len(spec.lines), limit=facts.max_lines)]
    lines: list[EntryLine] = []
    for number, line in enumerate(spec.lines, 1):
        found, reasons = read_line(ident, number, line, facts)
        refused += reasons
        if found is not None:
            lines.append(found)
    return (None if refused else Entry(spec, customer, head, lines)), refused


def _head(spec: OrderSpec, customer: Customer, facts: EntryFacts) -> dict[str, Any]:
    """The columns, each from the spec or, where that leaves it open, from the customer's file."""
    given = {name: getattr(spec, name) for name in _PLAIN}
    address = facts.addresses.get(spec.address_id or 0) or facts.default_addresses.get(customer.pk)
    contact = facts.default_contacts.get(customer.pk)
    filed: dict[str, Any] = {
        "customer_name": customer.name,
        "credit_code": customer.credit_code,
        "bank": customer.bank,
        "bank_account": customer.bank_account,
        "contact_name": contact.name if contact else "",
        "contact_phone": contact.phone if contact else customer.phone,
        "ship_country": address.country if address else customer.country,
        "ship_province": address.province if address else "",
        "ship_city": address.city if address else "",
        "ship_district": address.district if address else "",
        "ship_street": address.street if address else "",
        "ship_postcode": address.postcode if address else "",
        "receiver": address.receiver if address else "",
        "receiver_phone": address.phone if address else "",
        "currency": customer.currency,
        "term_id": customer.term_id,
        "warehouse_id": facts.default_warehouse,
    }
    entered = {name: getattr(spec, name) for name in filed}
    entered |= {"credit_code": _tidy(spec.credit_code, tidy_credit_code)}
    entered |= {"bank_account": _tidy(spec.bank_account, tidy_account)}
    return {
        **given,
        **{name: filed[name] if value is None else value for name, value in entered.items()},
        "customer_id": customer.pk,
        "region_id": customer.region_id,
        "owner_id": spec.owner_id or customer.owner_id,
        "cloned_from_id": spec.cloned_from_id,
    }


def _own(spec: OrderSpec, head: Mapping[str, Any], customer: Customer) -> dict[str, Any]:
    """What this order says of its own: what comes from the customer's file was judged there."""
    filed = {"credit_code": customer.credit_code, "bank_account": customer.bank_account}
    own = {
        name: head[name]
        for name in ("credit_code", "bank_account", "contact_phone", "receiver_phone", "ship_postcode")
        if getattr(spec, name) is not None and head[name] != filed.get(name)
    }
    return {**own, "ship_country": head["ship_country"]}


def _tidy(text: str | None, tidy: Callable[[str], str]) -> str | None:
    return None if text is None else tidy(text)


_PLAIN = (
    "kind", "channel", "shop", "external_number", "customer_reference", "contract_number", "priority", "urgent",
    "prices_include_tax", "payment_method", "invoice_kind", "discount", "freight", "freight_tax_rate", "wanted_date",
    "promised_date", "payment_due", "transport_mode", "packing", "note",
)  # fmt: skip


def _why_head(ident: int, spec: OrderSpec, head: Mapping[str, Any], facts: EntryFacts) -> Iterator[Refusal]:
    for name, choices in CHOICES.items():
        if head[name] not in choices:
            yield why.UNKNOWN_CHOICE[name](ident, value=str(head[name]), where=name)
    for name, known in (("warehouse", facts.warehouses), ("term", facts.terms)):
        if head[f"{name}_id"] not in known:
            yield why.UNKNOWN_CHOICE[name](ident, value=str(head[f"{name}_id"] or ""), where=name)
    if spec.owner_id is not None and spec.owner_id not in facts.owners:
        yield why.UNKNOWN_CHOICE["owner"](ident, value=str(spec.owner_id), where="owner")
    address = facts.addresses.get(spec.address_id or 0)
    if spec.address_id is not None and (address is None or address.customer_id != spec.customer_id):
        yield why.UNKNOWN_ADDRESS(ident, where="address")
    for name, limit in LENGTHS.items():
        if len(str(head.get(name) or "")) > limit:
            yield why.TOO_LONG[name](ident, limit=limit, where=name)
    place = (spec.channel, spec.shop, spec.external_number)
    other, number = facts.taken.get(place, (ident, ""))
    if spec.external_number and number and other != ident:
        yield why.EXTERNAL_NUMBER_USED(
            ident, external_number=spec.external_number, number=number, order_id=other, where="external_number"
        )


def _why_money(ident: int, spec: OrderSpec, currency: str) -> Iterator[Refusal]:
    if not (len(currency) == 3 and currency.isascii() and currency.isupper() and currency.isalpha()):
        yield why.CURRENCY_WRONG(ident, currency=currency, where="currency")
    coin = Decimal(1).scaleb(-DIGITS.get(currency, 2))
    for name in ("discount", "freight"):
        amount: Decimal = getattr(spec, name)
        if not _fits(amount, coin, most=MOST):
            yield why.AMOUNT_WRONG[name](ident, amount=str(amount), where=name)
    if not _fits(spec.freight_tax_rate, RATE_STEP, most=Decimal("0.9999")):
        yield why.AMOUNT_WRONG["freight_tax_rate"](ident, amount=str(spec.freight_tax_rate), where="freight_tax_rate")


MOST = Decimal("9999999999999")
"""More money than any column holds after multiplication: numeric(18, 4) and a little room."""
PRICE_STEP, RATE_STEP = Decimal("0.000001"), Decimal("0.0001")
MOST_PRICE = Decimal("99999999999")


def _fits(value: Decimal, step: Decimal, *, most: Decimal) -> bool:
    """Whether a number is real, not negative, not finer than ``step`` and not absurd."""
    return value.is_finite() and 0 <= value <= most and value % step == 0


def read_line(ident: int, number: int, line: LineSpec, facts: EntryFacts) -> tuple[EntryLine | None, list[Refusal]]:
    """One line resolved, or every reason why it cannot be; ``number`` is how people count it."""
    sku = facts.skus.get(line.sku_id or facts.sku_ids.get(line.sku, 0))
    at = {"line": number, "where": f"lines.{number}"}
    if sku is None:
        return None, [why.UNKNOWN_SKU(ident, sku=line.sku or str(line.sku_id or ""), **at)]
    unit_id = line.unit_id or sku.unit_id
    factor = facts.factors.get((sku.id, unit_id))
    at["sku"] = sku.code
    refused = list(_why_line(ident, line, sku, at))
    if factor is None:
        return None, [*refused, why.UNKNOWN_UNIT(ident, **_unit(sku), **at)]
    base, why_quantity = _base_quantity(ident, line.quantity, factor, sku, facts.max_quantity, at)
    if base is None or refused:
        return None, [*refused, *why_quantity]
    return EntryLine(line, sku, unit_id, factor, base), []


def _why_line(ident: int, line: LineSpec, sku: SkuFacts, at: dict[str, Any]) -> Iterator[Refusal]:
    if not sku.active:
        yield why.INACTIVE_SKU(ident, **at)
    if line.unit_price is not None and not _fits(line.unit_price, PRICE_STEP, most=MOST_PRICE):
        yield why.PRICE_WRONG(ident, price=str(line.unit_price), **at)
    if not _fits(line.discount_rate, RATE_STEP, most=Decimal(1)):
        yield why.RATE_WRONG(ident, rate=_percent(line.discount_rate), **at)
    if line.tax_rate is not None and not _fits(line.tax_rate, RATE_STEP, most=Decimal("0.9999")):
        yield why.RATE_WRONG(ident, rate=_percent(line.tax_rate), **at)
    if len(line.note) > NOTE_LENGTH:
        yield why.LINE_NOTE_TOO_LONG(ident, limit=NOTE_LENGTH, **at)


def _unit(sku: SkuFacts) -> dict[str, str]:
    """The base unit by name in both languages, for refusals are read in either."""
    return {"unit": sku.unit_name, "unit_en": sku.unit_name_en}


def _base_quantity(
    ident: int, quantity: Decimal, factor: Fraction, sku: SkuFacts, limit: Decimal, at: dict[str, Any]
) -> tuple[Decimal | None, list[Refusal]]:
    """The quantity in base units, or why there is none."""
    if not quantity.is_finite() or quantity <= 0:
        return None, [why.QUANTITY_NOT_POSITIVE(ident, quantity=str(quantity), **at)]
    if quantity > limit or Fraction(quantity) * factor > limit:
        return None, [why.QUANTITY_TOO_LARGE(ident, quantity=str(quantity), limit=str(limit), **at)]
    base = converted(quantity, factor, sku.decimals)
    if base is None or quantity % QUANTITY_STEP:
        data = {"quantity": f"{quantity:f}", **_unit(sku), "decimals": sku.decimals}
        return None, [why.QUANTITY_FRACTION(ident, **data, **at)]
    return base, []


QUANTITY_STEP = Decimal("0.0001")


def _percent(rate: Decimal) -> str:
    return f"{rate * 100:f}".rstrip("0").rstrip(".") if rate.is_finite() else str(rate)
