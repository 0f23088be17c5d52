"""Plain orders: articles in their base unit at the listed price, everything else as the customer's file says.

Most orders that machines send are plain, and what holds for all of them need not be asked of each: they take the
short way (``quick``). An order that is not plain is not wrong, it goes the ordinary way. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache
from operator import attrgetter
from types import SimpleNamespace
from typing import Any, cast

from shunda.catalog.goods import Good
from shunda.core.actor import Actor
from shunda.core.money import DIGITS, plain
from shunda.customers.buyers import Buyer, File
from shunda.customers.models import TermKind
from shunda.orders import rules
from shunda.orders.decisions import NOT_ON_CREDIT
from shunda.orders.entry import CHOICES, LENGTHS, MOST
from shunda.orders.models import InvoiceKind, Order, OrderKind
from shunda.orders.specs import LineSpec, OrderSpec
from shunda.policies.conditions import NO
from shunda.policies.decisions import Ruling
from shunda.pricing.queries import Quote
from shunda.pricing.rules import PRECISION

OWN = {
    "customer_id", "lines", "channel", "shop", "external_number", "customer_reference", "warehouse_id",
    "invoice_kind", "payment_method", "wanted_date",
}  # fmt: skip
"""What a plain order says itself."""
LINE_OWN = {"quantity", "sku_id", "sku", "unit_id"}


def _rest(spec: type[Any], own: set[str]) -> tuple[attrgetter[Any], tuple[Any, ...]]:
    """What a plain one leaves as it is."""
    left = [f for f in fields(spec) if f.name not in own]
    return attrgetter(*(f.name for f in left)), tuple(_default(f) for f in left)


def _default(given: Field[Any]) -> Any:
    if given.default_factory is not MISSING:
        return given.default_factory()
    return given.default


_HEAD, _HEAD_VALUES = _rest(OrderSpec, OWN)
_LINE, _LINE_VALUES = _rest(LineSpec, LINE_OWN)
EXACT = Context(prec=PRECISION, rounding=ROUND_HALF_EVEN)
"""As in ``pricing.rules``: exact until a line is rounded once, half to even."""
CURRENCY = "CNY"
COIN = Decimal(1).scaleb(-DIGITS.get(CURRENCY, 2))
ONE = Decimal(1)
ZERO = Decimal(0)
STEPS = [ONE.scaleb(-n) for n in range(5)]
CREDIT_TERMS = {str(TermKind.CREDIT): True, str(TermKind.ON_DELIVERY): False}
"""Terms of plain orders, and whether they take credit. Who pays in advance gets a hold: the ordinary way."""


Mark = tuple[str | int, ...]
"""("number", channel, shop, number), ("fingerprint", fingerprint) or ("reference", customer id, reference)."""


@dataclass(slots=True)
class Line:
    """A line of a plain order."""

    good: Good
    quantity: Decimal
    quote: Quote | None = None
    net: Decimal = ZERO
    gross: Decimal = ZERO


@dataclass(slots=True)
class Plain:
    """A plain order on its way; ``index`` is its place among the calls."""

    index: int
    spec: OrderSpec
    by: Actor
    keyed: bool
    buyer: Buyer | None
    warehouse_id: int
    skus: list[int]
    lines: list[Line] = field(default_factory=list)
    net: Decimal = ZERO
    gross: Decimal = ZERO

    fingerprint: str = field(init=False)
    rulings: tuple[Ruling, ...] = ()  # by what the system approves it

    @property
    def customer(self) -> Buyer:
        """The buyer, once found."""
        assert self.buyer is not None
        return self.buyer

    def __post_init__(self) -> None:
        """Give it the fingerprint of ``assembly.fingerprint``."""
        content = sorted((sku, plain(line.quantity)) for sku, line in zip(self.skus, self.spec.lines, strict=True))
        self.fingerprint = hashlib.sha256(repr((self.customer.id, content)).encode()).hexdigest()

    def marks(self) -> list[Mark]:
        """What it is recognised by. One with a key or a number of its channel is another by its sender's word."""
        spec = self.spec
        marks: list[Mark] = []
        if spec.external_number:
            marks.append(("number", str(spec.channel), spec.shop, spec.external_number))
        elif not self.keyed:
            marks.append(("fingerprint", self.fingerprint))
        if spec.customer_reference:
            marks.append(("reference", spec.customer_id, spec.customer_reference))
        return marks


def shaped(spec: OrderSpec, today: date, most_lines: int) -> bool:
    """Whether a spec may be plain, as far as it can be seen without asking anybody."""
    return (
        _HEAD(spec) == _HEAD_VALUES
        and spec.wanted_date is not None
        and spec.wanted_date >= today
        and 0 < len(spec.lines) <= most_lines
        and spec.channel in CHOICES["channel"]
        and spec.payment_method in CHOICES["payment_method"]
        and spec.invoice_kind in CHOICES["invoice_kind"]
        and len(spec.shop) <= LENGTHS["shop"]
        and len(spec.external_number) <= LENGTHS["external_number"]
        and len(spec.customer_reference) <= LENGTHS["customer_reference"]
        and all(_LINE(line) == _LINE_VALUES and line.quantity.is_finite() for line in spec.lines)
    )


def buys(buyer: Buyer | None, by: Actor, invoice_kind: str) -> bool:
    """Whether nothing about the customer needs a look: seen by the actor, not frozen, its file complete and right."""
    return (
        buyer is not None
        and not buyer.frozen
        and buyer.currency == CURRENCY
        and buyer.term in CREDIT_TERMS
        and buyer.seen_by(by)
        and complete(buyer.file, invoice_kind)
    )


_STANDARD = {"pk": 0, "kind": OrderKind.STANDARD, "transport_mode": "", "wanted_date": date.max}
"""The rest of what the rules look at; a row of the ORM costs more than they do."""


@lru_cache(maxsize=20_000)
def complete(file: File, invoice_kind: str) -> bool:
    """Whether an order with what is on file passes what ``rules`` asks of a standard order with this invoice."""
    filed = file._asdict()
    country = filed.pop("country")
    order = cast("Order", SimpleNamespace(**_STANDARD, **filed, invoice_kind=invoice_kind))
    special = invoice_kind != InvoiceKind.SPECIAL or bool(order.credit_code and order.bank and order.bank_account)
    fits = all(len(value) <= LENGTHS.get(name, len(value)) for name, value in filed.items())
    return special and fits and not [*rules.why_incomplete(order), *rules.why_malformed(0, vars(order), country)]


def read_line(line: LineSpec, good: Good | None, most: Decimal) -> Line | None:
    """A line as it can be sold without a question, or nothing."""
    quantity = line.quantity
    fine = (
        good is not None
        and good.active
        and not good.made_to_order
        and line.unit_id in (None, good.unit_id)
        and ZERO < quantity <= most
        and not quantity % STEPS[good.decimals]
    )
    return Line(good, quantity) if fine and good is not None else None


def price(order: Plain) -> bool:
    """Calculate a priced order as ``pricing.rules.document`` does; false when its prices or its total need a look."""
    multiply, divide, quantize = EXACT.multiply, EXACT.divide, EXACT.quantize
    net = gross = ZERO
    for line in order.lines:
        quote = line.quote
        if quote is None or not quote.unit_price or (quote.floor is not None and quote.unit_price < quote.floor):
            return False
        line.gross = quantize(multiply(line.quantity, quote.unit_price), COIN)
        line.net = quantize(divide(line.gross, ONE + line.good.tax_rate), COIN)
        net += line.net
        gross += line.gross
    order.net, order.gross = net, gross
    return gross <= MOST


def facts(order: Plain, regions: Mapping[int, str], points: Mapping[int, int]) -> dict[str, Any]:
    """What decision tables look at, as ``decisions.scored`` says of the same order.

    ``regions`` and ``points``, the scores of customers on credit, are given where a table asks for them.
    """
    buyer = order.customer
    return {
        "kind": "standard",
        "gross": order.gross,
        "channel": order.spec.channel,
        "grade": buyer.grade,
        "region": regions.get(buyer.region_id or 0, ""),
        "made_to_order": NO,
        "contract": NO,
        "important": NO,
        "urgent": NO,
        "currency": CURRENCY,
        "province": buyer.file.ship_province,
        "score": points.get(buyer.id, NOT_ON_CREDIT),
    }
